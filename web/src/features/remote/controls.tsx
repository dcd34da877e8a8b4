/** The buttons of the call. The client's red stop is always there and always works. */
import { Modal, Button, Group, Text } from "@mantine/core";
import {
  IconEye,
  IconEyeOff,
  IconLink,
  IconMessage,
  IconMicrophone,
  IconMicrophoneOff,
  IconPhoneOff,
  IconPlayerPause,
  IconPlayerStopFilled,
  IconPlayerPlay,
  IconScreenShare,
  IconScreenShareOff,
} from "@tabler/icons-react";
import { callsApi } from "@minuta/contracts/calls";
import { useState } from "react";
import { useCommand } from "../../api/queries.ts";
import type { CallEngine } from "../../rtc/engine.ts";
import { useTranslation } from "../../text/index.ts";
import { Problem } from "../../ui/problem.tsx";
import classes from "./controls.module.css";
import { ControlButton } from "./control-button.tsx";
import { LinkForClient } from "./link-for-client.tsx";
import { isShared, type Moment, type Phase } from "./phase.ts";

export interface ControlsProps {
  readonly moment: Moment;
  readonly phase: Phase;
  readonly engine: CallEngine;
  readonly chatOpen: boolean;
  readonly onChat: () => void;
  readonly onShare: () => void;
}

export function Controls(props: ControlsProps) {
  const { t } = useTranslation();
  const { moment, engine } = props;
  const isClient = moment.call.side === "client";
  return (
    <footer className={classes.controls} aria-label={t("controls.title")}>
      <div className={classes.buttons} role="toolbar" aria-label={t("controls.title")}>
        {isClient && <ShareButtons {...props} />}
        <MicrophoneButton {...props} />
        <PauseButton {...props} />
        <ChatButton {...props} />
        {!isClient && <LinkButton {...props} />}
        <EndButton {...props} />
      </div>
      {isClient && (
        <button type="button" className={classes.stop} onClick={() => engine.stopEverything()} title={t("controls.stopHint")}>
          <IconPlayerStopFilled size={22} aria-hidden />
          {t("controls.stop")}
        </button>
      )}
    </footer>
  );
}

function ShareButtons({ moment, engine, onShare }: ControlsProps) {
  const { t } = useTranslation();
  const { state } = moment;
  if (!isShared(moment)) {
    return (
      <ControlButton
        Icon={IconScreenShare}
        label={t("controls.share")}
        short={t("short.share")}
        onClick={onShare}
        disabled={state.sharing === "asking" || state.sharing === "not-supported"}
      />
    );
  }
  return (
    <>
      <ControlButton
        Icon={IconScreenShareOff}
        label={t("controls.stopSharing")}
        short={t("short.stopSharing")}
        onClick={() => engine.stopSharing()}
      />
      {state.sharing === "on" && (
        <ControlButton Icon={IconEyeOff} label={t("controls.blank")} short={t("short.blank")} onClick={() => engine.blank(true)} />
      )}
      {state.sharing === "blanked" && (
        <ControlButton Icon={IconEye} label={t("controls.unblank")} short={t("short.unblank")} onClick={() => engine.blank(false)} active />
      )}
    </>
  );
}

function MicrophoneButton({ moment: { state }, engine }: ControlsProps) {
  const { t } = useTranslation();
  const on = state.microphone === "on";
  return on ? (
    <ControlButton
      Icon={IconMicrophone}
      label={t("controls.microphoneOff")}
      short={t("short.microphone")}
      onClick={() => void engine.setMicrophone(false)}
      active
    />
  ) : (
    <ControlButton
      Icon={IconMicrophoneOff}
      label={t("controls.microphoneOn")}
      short={t("short.microphone")}
      onClick={() => void engine.setMicrophone(true)}
      disabled={state.microphone === "asking"}
      attention
    />
  );
}

function PauseButton({ moment: { call, meter }, phase }: ControlsProps) {
  const { t } = useTranslation();
  const pause = useCommand(callsApi.pause, [callsApi.view]);
  const resume = useCommand(callsApi.resume, [callsApi.view]);
  const input = { params: { callId: call.id } };
  if (phase === "paused")
    return (
      <ControlButton
        Icon={IconPlayerPlay}
        label={t("controls.resume")}
        short={t("short.resume")}
        onClick={() => resume.run(input)}
        busy={resume.isPending}
        disabled={meter.pausedBy !== call.side}
        active
      />
    );
  return (
    <ControlButton
      Icon={IconPlayerPause}
      label={t("controls.pause")}
      short={t("short.pause")}
      onClick={() => pause.run(input)}
      busy={pause.isPending}
      disabled={phase === "paused-for-top-up" || phase === "paused-for-signature"}
    />
  );
}

function ChatButton({ moment: { state, call }, chatOpen, onChat }: ControlsProps) {
  const { t } = useTranslation();
  const [read, setRead] = useState(0);
  const theirs = state.chat.filter((line) => line.from !== call.side).length;
  const unread = chatOpen ? 0 : Math.max(0, theirs - read);
  const toggle = () => {
    setRead(theirs);
    onChat();
  };
  return (
    <ControlButton
      Icon={IconMessage}
      label={unread > 0 ? t("controls.chatUnread", { count: unread }) : t("controls.chat")}
      short={t("short.chat")}
      onClick={toggle}
      active={chatOpen}
      badge={unread}
      expanded={chatOpen}
    />
  );
}

function LinkButton({ moment: { call, state } }: ControlsProps) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  if (state.otherPresent && !open) return null;
  return (
    <>
      <ControlButton Icon={IconLink} label={t("controls.link")} short={t("short.link")} onClick={() => setOpen(true)} />
      <LinkForClient callId={call.id} opened={open} onClose={() => setOpen(false)} />
    </>
  );
}

function EndButton({ moment: { call } }: ControlsProps) {
  const { t } = useTranslation();
  const [asked, setAsked] = useState(false);
  const end = useCommand(callsApi.end, [callsApi.view, callsApi.history]);
  return (
    <>
      <ControlButton Icon={IconPhoneOff} label={t("controls.end")} short={t("short.end")} onClick={() => setAsked(true)} danger />
      <Modal opened={asked} onClose={() => setAsked(false)} title={t("end.title")} closeButtonProps={{ "aria-label": t("action.close") }}>
        <Text>{t("end.text")}</Text>
        <Problem error={end.error} />
        <Group justify="flex-end" mt="lg" gap="sm">
          <Button variant="default" onClick={() => setAsked(false)}>
            {t("end.stay")}
          </Button>
          <Button color="red.9" loading={end.isPending} onClick={() => end.run({ params: { callId: call.id } })} data-autofocus>
            {t("end.confirm")}
          </Button>
        </Group>
      </Modal>
    </>
  );
}
