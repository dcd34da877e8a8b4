/** The calm call screen: figures on top, the picture, what needs a word, the buttons. Everything about money is the server's last word. */
import type { CallView } from "@minuta/contracts/calls";
import { Navigate } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import type { CallEngine } from "../../rtc/engine.ts";
import { useTranslation } from "../../text/index.ts";
import { useFormat } from "../../ui/format.ts";
import { useWindowTitle } from "../../ui/page.tsx";
import { RecordingAsk } from "../recordings/recording-ask.tsx";
import { useRecording } from "../recordings/use-recording.ts";
import { CallHead } from "./call-head.tsx";
import classes from "./call.module.css";
import { Chat } from "./chat.tsx";
import { ClientStage } from "./client-stage.tsx";
import { ConsultantStage } from "./consultant-stage.tsx";
import { Controls } from "./controls.tsx";
import { Interrupted } from "./interrupted.tsx";
import { Notices } from "./notices.tsx";
import { isStoppedByOthers, phaseOf, type Moment } from "./phase.ts";
import { ShareConsent, useShareConsent } from "./share-consent.tsx";
import { useEngineState } from "./use-engine.ts";

export interface CallScreenProps {
  readonly engine: CallEngine;
  /** The call as it was read when the page opened; the engine knows better from then on. */
  readonly opened: CallView;
  readonly onRestart: () => void;
}

export function CallScreen({ engine, opened, onRestart }: CallScreenProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const state = useEngineState(engine);
  const call = state.call ?? opened;
  const moment: Moment = { state, call, meter: state.meter ?? call.meter };
  const phase = phaseOf(moment);
  const stopped = isStoppedByOthers(moment);
  useEffect(() => {
    if (stopped) engine.blank(true);
  }, [engine, stopped]);
  const [chatOpen, setChatOpen] = useState(false);
  const consent = useShareConsent(engine);
  const recording = useRecording(engine, moment);
  const isClient = call.side === "client";
  useWindowTitle(`${t(`phase.${phase}`)} · ${format.clock(moment.meter.billableSeconds)}`);
  if (phase === "ended") return <Navigate to="/call/$callId/after" params={{ callId: call.id }} replace />;
  return (
    <div className={classes.screen} data-phase={phase} data-sharing={state.sharing} data-chat={chatOpen || undefined}>
      <CallHead moment={moment} phase={phase} recording={recording} />
      <main id="content" className={classes.middle}>
        <RecordingAsk recording={recording} call={call} />
        <Notices moment={moment} engine={engine} />
        <div className={classes.stage}>
          {isClient ? (
            <ClientStage moment={moment} engine={engine} onShare={consent.ask} />
          ) : (
            <ConsultantStage moment={moment} engine={engine} />
          )}
          <Interrupted moment={moment} phase={phase} onRestart={onRestart} />
        </div>
      </main>
      {chatOpen && <Chat lines={state.chat} side={call.side} onSend={(text) => engine.sendChat(text)} onClose={() => setChatOpen(false)} />}
      <Controls
        moment={moment}
        phase={phase}
        engine={engine}
        chatOpen={chatOpen}
        onChat={() => setChatOpen(!chatOpen)}
        onShare={consent.ask}
      />
      <ShareConsent consent={consent} consultant={call.consultant} />
    </div>
  );
}
