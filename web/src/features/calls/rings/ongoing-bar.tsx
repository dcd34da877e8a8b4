/** The client left the page of his ring, or of his call: the way back is at hand on every other page. */
import { Text } from "@mantine/core";
import { useMatchRoute } from "@tanstack/react-router";
import { useTranslation } from "../../../text/index.ts";
import { ButtonLink } from "../../../ui/link.tsx";
import classes from "../calls.module.css";
import { useRunningCalls } from "../running.tsx";
import { useRings } from "./rings.ts";

export function OngoingBar() {
  const { t } = useTranslation();
  const on = useMatchRoute();
  const { outgoing } = useRings();
  const running = useRunningCalls() ?? [];
  // The page that follows a call knows better than a list read a moment before.
  const over = on({ to: "/call/$callId/after" });
  const answered = running.find((call) => call.side === "client" && call.tariff === "marketplace" && !(over && over.callId === call.id));
  const ringing = outgoing[0];
  // These pages show the same themselves.
  if (on({ to: "/ring/$callId" }) || on({ to: "/cabinet" }) || on({ to: "/cabinet/work" })) return null;
  if (answered) {
    return (
      <div className={classes.ongoing} role="status">
        <Text fw={600}>{t("ring.answered", { name: answered.consultant.name })}</Text>
        <ButtonLink to="/call/$callId" params={{ callId: answered.id }}>
          {t("ring.toCall")}
        </ButtonLink>
      </div>
    );
  }
  if (!ringing) return null;
  return (
    <div className={classes.ongoing} role="status">
      <Text fw={600}>{t("ring.bar", { name: ringing.consultant.name })}</Text>
      <ButtonLink to="/ring/$callId" params={{ callId: ringing.callId }}>
        {t("ring.toRing")}
      </ButtonLink>
    </div>
  );
}
