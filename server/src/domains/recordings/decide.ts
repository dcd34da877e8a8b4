/** A side answers whether it agrees to the recording, or changes its mind. */
import { consentTexts } from "@minuta/contracts/consent";
import type { RecordingsView } from "@minuta/contracts/recordings";
import type { Tx } from "#platform/db";
import { refuse } from "#platform/refusal";
import type { End, RecordingsDeps } from "./index.ts";
import { awaitEnd } from "./note-missing.ts";
import { consentOf, CONSENTS_MAX } from "./rules.ts";
import * as store from "./store.ts";
import { awaitRecorders, tellBoth, viewOf } from "./tell.ts";

export interface Answer {
  readonly agreed: boolean;
  readonly version: string;
  readonly by: "word" | "red-stop";
}

/** Refuses (`call-not-open`) to agree to the recording of a call that is over; refusing is always heard. The same answer again changes nothing. */
export async function decide(deps: RecordingsDeps, tx: Tx, { end, answer }: { end: End; answer: Answer }): Promise<RecordingsView> {
  const { callId, side } = end;
  await tx.one(store.lockCall, [callId]);
  const decisions = await tx.rows(store.listConsents, [callId]);
  if (consentOf(decisions, side) === (answer.agreed ? "agreed" : "refused")) return viewOf(deps, tx, end);
  if (answer.agreed && (await deps.calls.view(callId, side)).state !== "open") throw refuse("call-not-open", {});
  if (decisions.filter((one) => one.side === side).length >= CONSENTS_MAX) throw refuse("not-allowed", {});
  await tx.run(store.addConsent, [callId, side, answer.agreed, answer.version]);
  await deps.record(
    tx,
    callId,
    answer.agreed
      ? { actor: side, kind: "recording-agreed", facts: { version: answer.version, texts: consentTexts[answer.version] } }
      : { actor: side, kind: "recording-refused", facts: { by: answer.by } },
  );
  tellBoth(deps, tx, callId);
  const view = await viewOf(deps, tx, end);
  if (view.on) {
    await awaitRecorders(tx, callId);
    await awaitEnd(tx, callId);
  }
  return view;
}
