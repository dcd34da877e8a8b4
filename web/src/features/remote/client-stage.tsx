/** The client's side: what to do next, then his own picture as the consultant sees it, with the consultant's pointer on it. */
import { Button, Group, Text, Title } from "@mantine/core";
import { IconHourglass, IconMicrophone, IconScreenShare } from "@tabler/icons-react";
import { useEffect, useRef, useState, type RefObject } from "react";
import type { CallEngine } from "../../rtc/engine.ts";
import { useTranslation } from "../../text/index.ts";
import classes from "./call.module.css";
import { Frame } from "./frame.tsx";
import { isShared, type Moment } from "./phase.ts";

export interface ClientStageProps {
  readonly moment: Moment;
  readonly engine: CallEngine;
  readonly onShare: () => void;
}

export function ClientStage({ moment, engine, onShare }: ClientStageProps) {
  return isShared(moment) ? <OwnPicture moment={moment} engine={engine} /> : <WhatNext moment={moment} engine={engine} onShare={onShare} />;
}

function WhatNext({ moment, engine, onShare }: ClientStageProps) {
  const { t } = useTranslation();
  const { state, call } = moment;
  const words = state.otherPresent ? "youNext" : "consultantAway";
  return (
    <div className={classes.panel}>
      {state.otherPresent ? (
        <IconScreenShare size={44} stroke={1.4} aria-hidden className={classes.panelIcon} />
      ) : (
        <IconHourglass size={44} stroke={1.4} aria-hidden className={classes.panelIcon} />
      )}
      <Title order={2} size="h3">
        {t(`stage.${words}.title`, { name: call.consultant.name })}
      </Title>
      <Text c="dimmed" maw={480}>
        {t(`stage.${words}.text`)}
      </Text>
      <Group justify="center" gap="sm" mt="sm">
        <Button
          size="lg"
          onClick={onShare}
          loading={state.sharing === "asking"}
          disabled={state.sharing === "not-supported"}
          leftSection={<IconScreenShare size={22} aria-hidden />}
        >
          {t("controls.share")}
        </Button>
        {state.microphone === "off" && (
          <Button
            size="lg"
            variant="default"
            onClick={() => void engine.setMicrophone(true)}
            leftSection={<IconMicrophone size={22} aria-hidden />}
          >
            {t("controls.microphoneOn")}
          </Button>
        )}
      </Group>
    </div>
  );
}

function OwnPicture({ moment: { state, call }, engine }: { readonly moment: Moment; readonly engine: CallEngine }) {
  const { t } = useTranslation();
  const room = useRef<HTMLDivElement>(null);
  const picture = useOwnPictureSize(room);
  return (
    <div ref={room} className={classes.own} data-blanked={state.sharing === "blanked" || undefined}>
      <Text size="sm" className={classes.seen}>
        <span className={classes.onAir} aria-hidden />{" "}
        {t(state.sharing === "blanked" ? "stage.youAreHidden" : "stage.youAreSeen", { name: call.consultant.name })}
      </Text>
      <Frame engine={engine} picture={picture} aria-label={t("stage.ownScreen")} role="img">
        {state.pointer && (
          <span className={classes.pointer} data-testid="pointer" style={{ "--x": state.pointer.x, "--y": state.pointer.y }} />
        )}
      </Frame>
    </div>
  );
}

/** The engine takes its stills of one's own screen from a video; its proportions are the shared picture's. Its events do not bubble, but they are captured. */
function useOwnPictureSize(room: RefObject<HTMLDivElement | null>) {
  const [size, setSize] = useState<{ width: number; height: number } | null>(null);
  useEffect(() => {
    const place = room.current;
    const measure = () => {
      const video = [...(place?.querySelectorAll("video") ?? [])].find((one) => one.videoWidth > 0);
      if (video) setSize({ width: video.videoWidth, height: video.videoHeight });
    };
    measure();
    place?.addEventListener("resize", measure, true);
    return () => place?.removeEventListener("resize", measure, true);
  }, [room]);
  return size;
}
