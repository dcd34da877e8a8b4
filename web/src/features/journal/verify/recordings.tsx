/** Files that somebody saved of the recordings, beside what the protocol says was recorded. */
import { Alert, Button, FileButton, List, Stack, Text } from "@mantine/core";
import { IconCircleCheck, IconCircleX, IconInfoCircle } from "@tabler/icons-react";
import { checkRecordings, inRanges, type RecordingsCheck } from "@minuta/contracts/check-recordings";
import { side as sides } from "@minuta/contracts/ids";
import type { ProtocolFile } from "@minuta/contracts/protocol-file";
import { useState } from "react";
import { useTranslation } from "../../../text/index.ts";
import { Card } from "../../../ui/card.tsx";
import classes from "../journal.module.css";
import { DropZone } from "./drop-zone.tsx";

/** A whole archive may be another call's. */
const NAMES_SHOWN_MAX = 10;

export function Recordings({ listed }: { readonly listed: ProtocolFile["recordings"] }) {
  const { t } = useTranslation();
  const [found, setFound] = useState<RecordingsCheck | null>(null);
  const [state, setState] = useState<"ready" | "checking" | "unreadable">("ready");
  /** One side's files may be given after the other's. */
  const add = async (files: readonly File[]): Promise<void> => {
    if (state === "checking" || files.length === 0) return;
    setState("checking");
    const given = files.map((file) => ({ name: file.name, content: file }));
    try {
      setFound(await checkRecordings(listed, given, found?.sides));
      setState("ready");
    } catch {
      setState("unreadable");
    }
  };
  return (
    <Card title={t("verify.recordings.title")}>
      <Stack gap="md">
        <Text size="sm">{t("verify.recordings.lead")}</Text>
        <DropZone drop={(files) => void add(files)}>
          <Text>{t("verify.recordings.drop")}</Text>
          <FileButton multiple onChange={(files) => void add(files)} inputProps={{ "aria-label": t("verify.recordings.choose") }}>
            {(props) => (
              <Button {...props} variant="default" loading={state === "checking"}>
                {t("verify.recordings.choose")}
              </Button>
            )}
          </FileButton>
        </DropZone>
        {state === "unreadable" && (
          <Text size="sm" c="red" role="alert">
            {t("verify.recordings.unreadable")}
          </Text>
        )}
        {found && <Result result={found} />}
      </Stack>
    </Card>
  );
}

const looks = {
  whole: { color: "minuta", Icon: IconCircleCheck },
  part: { color: "orange", Icon: IconInfoCircle },
  foreign: { color: "red", Icon: IconCircleX },
} as const;

function judge({ sides: { client, consultant }, foreign }: RecordingsCheck): keyof typeof looks {
  if (foreign.length > 0) return "foreign";
  return client.missing.length + consultant.missing.length === 0 ? "whole" : "part";
}

function Result({ result }: { readonly result: RecordingsCheck }) {
  const { t } = useTranslation();
  const verdict = judge(result);
  const { color, Icon } = looks[verdict];
  const shown = result.foreign.slice(0, NAMES_SHOWN_MAX);
  return (
    <Stack gap="sm">
      <Alert
        color={color}
        icon={<Icon aria-hidden />}
        role="status"
        data-recordings={verdict}
        title={t(`verify.recordings.${verdict}.title`)}
      >
        {t(`verify.recordings.${verdict}.text`)}
      </Alert>
      {sides.options.map((side) => {
        const { fit, missing } = result.sides[side];
        return (
          <div key={side} data-recording-of={side}>
            <Text size="sm" fw={600}>
              {t(`recording.of.${side}`)}
            </Text>
            <Text size="sm">{t("verify.recordings.fit", { fit: fit.length, listed: fit.length + missing.length })}</Text>
            {missing.length > 0 && <Text size="sm">{t("verify.recordings.missing", { numbers: inRanges(missing) })}</Text>}
          </div>
        );
      })}
      {shown.length > 0 && (
        <div data-testid="foreign-files">
          <Text size="sm" fw={600}>
            {t("verify.recordings.foreignFiles", { number: result.foreign.length })}
          </Text>
          <List size="sm" className={classes.said}>
            {shown.map((name, index) => (
              <List.Item key={`${index} ${name}`}>{name}</List.Item>
            ))}
            {result.foreign.length > shown.length && <List.Item>…</List.Item>}
          </List>
        </div>
      )}
    </Stack>
  );
}
