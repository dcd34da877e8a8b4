/** What needs a word now, each with its way out. */
import { Alert, Anchor, Button, Group, Text } from "@mantine/core";
import { IconAlertTriangle, IconInfoCircle } from "@tabler/icons-react";
import type { CallEngine } from "../../rtc/engine.ts";
import { useTranslation } from "../../text/index.ts";
import classes from "./call.module.css";
import { notSigner, noticesOf, type Moment, type Notice, type NoticeAction, type NoticeKey } from "./phase.ts";

export interface NoticesProps {
  readonly moment: Moment;
  readonly engine: CallEngine;
}

export function Notices({ moment, engine }: NoticesProps) {
  const notices = noticesOf(moment);
  if (notices.length === 0) return null;
  const act: Record<Exclude<NoticeAction, "top-up">, () => void> = {
    "resume-sound": () => void engine.resumeSound(),
    microphone: () => void engine.setMicrophone(true),
    unblank: () => engine.blank(false),
  };
  return (
    <div className={classes.notices}>
      {notices.map((notice) => (
        <NoticeLine key={notice.key} notice={notice} moment={moment} act={act} />
      ))}
    </div>
  );
}

function NoticeLine({
  notice,
  moment,
  act,
}: {
  readonly notice: Notice;
  readonly moment: Moment;
  readonly act: Record<Exclude<NoticeAction, "top-up">, () => void>;
}) {
  const { t } = useTranslation();
  const { key, tone, action } = notice;
  const words = useWords(moment);
  const Icon = tone === "warning" ? IconAlertTriangle : IconInfoCircle;
  return (
    <Alert
      color={tone === "warning" ? "orange" : "gray"}
      variant="light"
      icon={<Icon aria-hidden />}
      role={tone === "warning" ? "alert" : "status"}
      py="xs"
      data-notice={key}
    >
      <Group justify="space-between" gap="xs">
        <Text size="sm" flex="1 1 220px">
          {words(key)}
        </Text>
        {action === "top-up" && (
          <Anchor href="/cabinet" target="_blank" rel="noopener" size="sm" fw={600}>
            {t("noticeAction.top-up")}
          </Anchor>
        )}
        {action !== null && action !== "top-up" && (
          <Button size="compact-sm" variant="default" onClick={act[action]}>
            {t(`noticeAction.${action}`)}
          </Button>
        )}
      </Group>
    </Alert>
  );
}

function useWords(moment: Moment): (key: NoticeKey) => string {
  const { t } = useTranslation();
  const { state, call } = moment;
  const not = notSigner(moment);
  return (key) => {
    if (key !== "not-signing") return t(`notice.${key}.text`, { count: state.minutesLeftWarning ?? 0 });
    if (not === null) return "";
    return `${t(`signaturePause.by.${not.side === call.side ? "you" : not.side}`)} ${t(`signaturePause.why.${not.why}`)}`;
  };
}
