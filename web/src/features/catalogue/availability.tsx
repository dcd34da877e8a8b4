/** Whether a consultant can be called now: a dot and a word, never colour alone. */
import { useTranslation } from "../../text/index.ts";
import classes from "./catalogue.module.css";
import type { ShownCard } from "./keep-places.ts";

export function Availability({ of }: { readonly of: ShownCard["availability"] }) {
  const { t } = useTranslation();
  return (
    <span className={classes.availability} data-availability={of}>
      {t(`availability.${of}`)}
    </span>
  );
}
