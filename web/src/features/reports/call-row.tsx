/** One call on a statement: when, with whom, how long, at which price, and the sum; a line on a desk, two on a phone. */
import type { ReactNode } from "react";
import { useTranslation } from "../../text/index.ts";
import { useFormat } from "../../ui/format.ts";
import classes from "./reports.module.css";

export interface CallRowProps {
  readonly at: Date;
  readonly name: ReactNode;
  readonly note: ReactNode;
  /** Null while it runs. */
  readonly seconds: number | null;
  /** Kopecks a minute. */
  readonly price: bigint;
  /** The sum. */
  readonly children: ReactNode;
}

export function CallRow({ at, name, note, seconds, price, children }: CallRowProps) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <div className={classes.row}>
      <span className={classes.rowWhen}>{format.dayAndTime(at)}</span>
      <span className={classes.rowName}>
        <b>{name}</b>
        {note && <small>{note}</small>}
      </span>
      <span className={classes.rowTime}>{seconds === null ? t("history.state.open") : format.duration(seconds)}</span>
      <span className={classes.rowPrice}>{t("statement.perMinute", { price: format.price(price) })}</span>
      <span className={classes.rowSum}>{children}</span>
    </div>
  );
}

/** What the columns are; on a phone the rows speak for themselves. */
export function Heads({ sum }: { readonly sum: string }) {
  const { t } = useTranslation();
  return (
    <div className={`${classes.row} ${classes.heads}`} aria-hidden>
      <span className={classes.rowWhen}>{t("history.when")}</span>
      <span className={classes.rowName}>{t("history.with")}</span>
      <span className={classes.rowTime}>{t("history.time")}</span>
      <span className={classes.rowPrice}>{t("statement.price")}</span>
      <span className={classes.rowSum}>{sum}</span>
    </div>
  );
}
