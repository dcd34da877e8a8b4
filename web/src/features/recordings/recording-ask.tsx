/** The question whether to record, apart from any other consent, until it is answered. */
import { Button, Group, Text, Title } from "@mantine/core";
import type { CallView } from "@minuta/contracts/calls";
import { useId } from "react";
import { useTranslation } from "../../text/index.ts";
import { Problem } from "../../ui/problem.tsx";
import classes from "./recordings.module.css";
import type { Recording } from "./use-recording.ts";

export function RecordingAsk({ recording, call }: { readonly recording: Recording; readonly call: CallView }) {
  const { t } = useTranslation();
  const id = useId();
  if (recording.view?.[call.side].consent !== "unasked") return null;
  return (
    <section className={classes.ask} aria-labelledby={id}>
      <div className={classes.askWords}>
        <Title order={2} size="h6" id={id}>
          {t("recording.ask.title")}
        </Title>
        <Text size="xs" c="dimmed">
          {recording.consentText}
        </Text>
        <Problem error={recording.error} />
      </div>
      <Group gap="xs">
        <Button size="compact-md" loading={recording.isPending} onClick={() => recording.answer(true)}>
          {t("recording.ask.agree")}
        </Button>
        <Button size="compact-md" variant="default" disabled={recording.isPending} onClick={() => recording.answer(false)}>
          {t("recording.ask.refuse")}
        </Button>
      </Group>
    </section>
  );
}
