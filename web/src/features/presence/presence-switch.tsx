/** Free or off, and what clients see meanwhile. Never shown as changed before the server said so. */
import { Stack, Switch, Text } from "@mantine/core";
import { useTranslation } from "../../text/index.ts";
import { Problem } from "../../ui/problem.tsx";
import { useOwnPresence } from "./own-presence.ts";
import classes from "./presence.module.css";

export function PresenceSwitch() {
  const { t } = useTranslation();
  const { takingCalls, seenAs, error, isPending, take } = useOwnPresence();
  return (
    <Stack gap="xs">
      <Switch
        size="md"
        label={t("presence.switch")}
        checked={takingCalls ?? false}
        disabled={takingCalls === undefined || isPending}
        onChange={(event) => take(event.currentTarget.checked)}
      />
      <Text size="sm" c="dimmed" role="status" mih={20} className={classes.state} data-seen-as={seenAs}>
        {seenAs && t(`presence.state.${seenAs}`)}
      </Text>
      <Problem error={error} />
    </Stack>
  );
}
