/** The recording of a call as its page sees it: who agreed, what both recorders do; keeps this end's recorder to it. */
import { consentTexts } from "@minuta/contracts/consent";
import type { CallView } from "@minuta/contracts/calls";
import { otherSide } from "@minuta/contracts/ids";
import { RECORDING_CONSENT_VERSION, recordingsApi, type RecordingsView } from "@minuta/contracts/recordings";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useEffectEvent } from "react";
import { reading, useCommand } from "../../api/queries.ts";
import type { CallEngine, CallEngineState } from "../../rtc/engine.ts";
import { currentLocale } from "../../text/index.ts";

export interface Recording {
  /** Null for the first moment. */
  readonly view: RecordingsView | null;
  readonly consentText: string;
  readonly answer: (agreed: boolean) => void;
  readonly isPending: boolean;
  readonly error: Error | null;
}

export function useRecording(engine: CallEngine, { state, call }: { state: CallEngineState; call: CallView }): Recording {
  const input = { params: { callId: call.id } };
  const read = useQuery(reading(recordingsApi.view, input));
  const consent = useCommand(recordingsApi.consent, [recordingsApi.view]);
  const view = read.data?.recordings ?? null;
  const say = (agreed: boolean, by: "word" | "red-stop") =>
    consent.run({ ...input, body: { agreed, by, version: RECORDING_CONSENT_VERSION } });

  const { refetch } = read;
  useEffect(() => void refetch(), [refetch, state.recordingsNews]);

  const on = view?.on ?? false;
  useEffect(() => engine.record(on), [engine, on]);

  // Whoever presses it takes his own word back, not the other's; the other's recorder has stopped already.
  const takeBack = useEffectEvent(() => {
    if (view?.[call.side].consent === "agreed") say(false, "red-stop");
  });
  useEffect(() => {
    if (state.redStops > 0) takeBack();
  }, [state.redStops]);

  return {
    view,
    consentText: consentTexts[RECORDING_CONSENT_VERSION]?.[currentLocale()] ?? "",
    answer: (agreed) => say(agreed, "word"),
    isPending: consent.isPending,
    error: consent.error,
  };
}

export type RecordingNow =
  | "recording"
  | "paused"
  | "starting"
  | "waiting"
  | "unasked"
  | "refusedHere"
  | "refusedThere"
  | "failsHere"
  | "failsThere";

/** What the recording is doing, in one word for both ends; what is wrong comes first. */
export function recordingNow(view: RecordingsView, side: CallView["side"]): RecordingNow {
  const [here, there] = [view[side], view[otherSide(side)]];
  const unagreed = { unasked: "unasked", refused: "refusedHere", agreed: null } as const;
  const waiting = { unasked: "waiting", refused: "refusedThere", agreed: null } as const;
  return unagreed[here.consent] ?? waiting[there.consent] ?? recordersNow(here, there);
}

type End = RecordingsView["client"];

function recordersNow(here: End, there: End): RecordingNow {
  if (here.recorder === "failing") return "failsHere";
  if (there.recorder === "failing") return "failsThere";
  if (here.recorder === "off" || there.recorder === "off") return "starting";
  return here.recorder === "paused" || there.recorder === "paused" ? "paused" : "recording";
}
