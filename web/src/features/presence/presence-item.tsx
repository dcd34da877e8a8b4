/** The same switch in the person's menu, at hand on every page. */
import { Menu } from "@mantine/core";
import { IconPhoneCall, IconPhoneOff } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { useOwnPresence } from "./own-presence.ts";

export function PresenceItem({ presence }: { readonly presence: ReturnType<typeof useOwnPresence> }) {
  const { t } = useTranslation();
  const { takingCalls, isPending, take } = presence;
  const Icon = takingCalls ? IconPhoneCall : IconPhoneOff;
  return (
    <Menu.Item
      role="menuitemcheckbox"
      aria-checked={takingCalls ?? false}
      closeMenuOnClick={false}
      disabled={takingCalls === undefined || isPending}
      leftSection={<Icon size={18} aria-hidden />}
      onClick={() => take(!takingCalls)}
    >
      {t("presence.menu", { state: t(takingCalls ? "presence.on" : "presence.offShort") })}
    </Menu.Item>
  );
}
