/** What needs a word now, each with its way out. */
import { Alert, Anchor, Button, Group, Text } from "@mantine/core";
import { IconAlertTriangle, IconInfoCircle } from "@tabler/icons-react";
import type { CallEngine } from "../../rtc/engine.ts";
import { useTranslation } from "../../text/index.ts";
import classes from "./call.module.css";
import { noticesOf, type Moment, type Notice, type NoticeAction } from "./phase.ts";

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
        <NoticeLine key={notice.key} notice={notice} minutes={moment.state.minutesLeftWarning ?? 0} act={act} />
      ))}
    </div>
  );
}

function NoticeLine({
  notice,
  minutes,
  act,
}: {
  readonly notice: Notice;
  readonly minutes: number;
  readonly act: Record<Exclude<NoticeAction, "top-up">, () => void>;
}) {
  const { t } = useTranslation();
  const { key, tone, action } = notice;
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
          {t(`notice.${key}.text`, { count: minutes })}
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
