/** The same switch in the person's menu, at hand on every page. */
import { Menu } from "@mantine/core";
import { useTranslation } from "../../text/index.ts";
import type { useOwnPresence } from "./own-presence.ts";

export function PresenceItem({ presence }: { readonly presence: ReturnType<typeof useOwnPresence> }) {
  const { t } = useTranslation();
  const { takingCalls, isPending, take } = presence;
  return (
    <Menu.CheckboxItem checked={takingCalls ?? false} disabled={takingCalls === undefined || isPending} onChange={take}>
      {t("presence.switch")}
    </Menu.CheckboxItem>
  );
}
