/** The consultant's side: the client's picture, and a pointer that the client sees. Mouse, touch or arrow keys. */
import { Text, Title } from "@mantine/core";
import { IconScreenShare, IconUserQuestion } from "@tabler/icons-react";
import { useRef, type KeyboardEvent, type PointerEvent } from "react";
import type { CallEngine } from "../../rtc/engine.ts";
import { useTranslation } from "../../text/index.ts";
import { termName } from "../catalogue/terms.ts";
import classes from "./call.module.css";
import { Frame } from "./frame.tsx";
import type { Moment } from "./phase.ts";

const KEY_STEP = 0.02;
const MIDDLE = { x: 0.5, y: 0.5 };
const inside = (place: number): number => Math.min(1, Math.max(0, place));
const arrows: Partial<Record<string, { x: number; y: number }>> = {
  ArrowLeft: { x: -KEY_STEP, y: 0 },
  ArrowRight: { x: KEY_STEP, y: 0 },
  ArrowUp: { x: 0, y: -KEY_STEP },
  ArrowDown: { x: 0, y: KEY_STEP },
};

export function ConsultantStage({ moment, engine }: { readonly moment: Moment; readonly engine: CallEngine }) {
  const { t } = useTranslation();
  const { state, call } = moment;
  const seen = state.otherSharing === "on" && state.picture !== null;
  const pointing = usePointing(engine);
  return (
    <>
      <Frame
        engine={engine}
        picture={state.picture}
        inert={!seen}
        tabIndex={0}
        role="application"
        aria-label={t("stage.clientScreen", { name: call.client.name })}
        aria-describedby="pointing-hint"
        {...pointing}
      >
        <span id="pointing-hint" hidden>
          {t("stage.pointingHint")}
        </span>
      </Frame>
      {!seen && <NoPicture moment={moment} />}
    </>
  );
}

function usePointing(engine: CallEngine) {
  const place = useRef(MIDDLE);
  const point = (at: { x: number; y: number }) => {
    place.current = at;
    engine.point(at);
  };
  return {
    onPointerMove: (event: PointerEvent<HTMLDivElement>) => {
      const box = event.currentTarget.getBoundingClientRect();
      if (box.width === 0 || box.height === 0) return;
      point({ x: inside((event.clientX - box.left) / box.width), y: inside((event.clientY - box.top) / box.height) });
    },
    onPointerLeave: () => engine.point(null),
    onBlur: () => engine.point(null),
    onKeyDown: (event: KeyboardEvent<HTMLDivElement>) => {
      const step = arrows[event.key];
      if (!step) return;
      event.preventDefault();
      point({ x: inside(place.current.x + step.x), y: inside(place.current.y + step.y) });
    },
  };
}

function NoPicture({ moment: { state, call } }: { readonly moment: Moment }) {
  const { t } = useTranslation();
  const words = state.otherPresent ? wordsOfSharing(state.otherSharing) : "clientAway";
  const Icon = state.otherPresent ? IconScreenShare : IconUserQuestion;
  return (
    <div className={classes.panel}>
      <Icon size={44} stroke={1.4} aria-hidden className={classes.panelIcon} />
      <Title order={2} size="h3">
        {t(`stage.${words}.title`, { name: call.client.name })}
      </Title>
      <Text c="dimmed" maw={460}>
        {t(`stage.${words}.text`)}
      </Text>
      {call.task && (
        <div className={classes.task}>
          <Text size="sm" c="dimmed">
            {t("join.task")}
          </Text>
          <Text className={classes.said}>{call.task}</Text>
          {call.configuration && (
            <Text size="sm" c="dimmed">
              {termName("configuration", call.configuration)}
              {call.release && ` · ${t("incoming.release", { release: call.release })}`}
            </Text>
          )}
        </div>
      )}
    </div>
  );
}

const wordsOfSharing = (sharing: Moment["state"]["otherSharing"]) =>
  sharing === "blanked" ? "clientBlanked" : sharing === "on" ? "pictureComing" : "clientNotSharing";
