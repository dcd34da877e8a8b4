/** Always in sight during a call: whether it is recorded, and if not, why; a click says more and takes the word back or gives it. */
import { Button, Popover, Stack, Text, UnstyledButton } from "@mantine/core";
import type { CallView } from "@minuta/contracts/calls";
import { otherSide } from "@minuta/contracts/ids";
import { useTranslation } from "../../text/index.ts";
import classes from "./recordings.module.css";
import { recordingNow, type Recording } from "./use-recording.ts";

export function RecordingBadge({ recording, call }: { readonly recording: Recording; readonly call: CallView }) {
  const { t } = useTranslation();
  const { view } = recording;
  if (view === null) return null;
  const now = recordingNow(view, call.side);
  const why = view[now === "failsThere" ? otherSide(call.side) : call.side].why;
  const agreed = view[call.side].consent === "agreed";
  return (
    <Popover position="bottom-end" width={320} withArrow trapFocus>
      <Popover.Target>
        <UnstyledButton className={classes.badge} data-recording={now} data-testid="recording">
          <span className={classes.lamp} aria-hidden />
          <span role="status" className={classes.badgeWords}>
            {t(`recording.now.${now}`)}
          </span>
        </UnstyledButton>
      </Popover.Target>
      <Popover.Dropdown>
        <Stack gap="sm">
          {why !== null && <Text size="sm">{t(`recording.why.${why}`)}</Text>}
          <Text size="sm">{agreed ? t("recording.explain") : recording.consentText}</Text>
          <Button size="sm" variant="default" loading={recording.isPending} onClick={() => recording.answer(!agreed)}>
            {t(agreed ? "recording.stop" : "recording.agree")}
          </Button>
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}
