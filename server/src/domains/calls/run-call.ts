/** What both sides do in a call: pause, go on, end, put the task in other words, comment. Everything can be done twice at once. */
import { COMMENT_MAX_LENGTH, type CallView } from "@minuta/contracts/calls";
import type { Side } from "@minuta/contracts/ids";
import type { JournalActor } from "@minuta/contracts/journal";
import { headOf } from "@minuta/contracts/protocol-head";
import { protocolNumber } from "@minuta/contracts/protocol-number";
import { isSigned } from "@minuta/contracts/signing";
import { commentText } from "@minuta/contracts/statement";
import type { Tx } from "#platform/db";
import { refuse } from "#platform/refusal";
import { actOn, type Actor } from "./access.ts";
import { setFree } from "./busy.ts";
import type { CallsDeps } from "./index.ts";
import { cleanComment, cleanLine, cleanText, COMMENTS_MAX } from "./rules.ts";
import { awaitOutcome } from "./settle-call.ts";
import * as store from "./store.ts";
import { tellChanged, viewCall } from "./view.ts";

/** Stops media and the meter until the same side resumes; a pause during a pause changes nothing. */
export async function pause(deps: CallsDeps, tx: Tx, actor: Actor): Promise<CallView> {
  const { call, side } = await actOn(tx, "pause", actor);
  if (await deps.metering.pause(tx, call.id, side)) await deps.record(tx, call.id, { actor: side, kind: "paused", facts: {} });
  return changed(deps, tx, { call, side });
}

/** Ends the pause this side began; where it began none nothing changes: what the other stopped is the other's to go on with. */
export async function resume(deps: CallsDeps, tx: Tx, actor: Actor): Promise<CallView> {
  const { call, side } = await actOn(tx, "resume", actor);
  if (await deps.metering.resume(tx, call.id, side)) await deps.record(tx, call.id, { actor: side, kind: "resumed", facts: {} });
  return changed(deps, tx, { call, side });
}

/** Whoever comes second finds the call ended and gets it as it is. */
export async function end(deps: CallsDeps, tx: Tx, actor: Actor): Promise<CallView> {
  const { call, side } = await actOn(tx, "end", actor);
  await close(deps, tx, { call, reason: `${side}-ended`, by: side, endedAt: null });
  return viewCall(deps, tx, { callId: call.id, side });
}

export interface Closing {
  /** Held by this transaction. */
  readonly call: store.CallRow;
  readonly reason: NonNullable<CallView["endReason"]>;
  readonly by: JournalActor;
  /** Null: now. */
  readonly endedAt: Date | null;
}

/** Ends the meter and the call together; a call that is over stays as it is. A carrier call has no outcome to wait for: it is settled at once. */
export async function close(deps: CallsDeps, tx: Tx, { call, reason, by, endedAt }: Closing): Promise<void> {
  if (call.state !== "open") return;
  const { billableSeconds, charged } = await deps.metering.endCall(tx, call.id);
  const closed = await tx.one(store.closeCall, [call.id, endedAt, reason, billableSeconds]);
  await deps.record(tx, call.id, { actor: by, kind: "ended", facts: { reason, head: await headNow(deps, tx, closed) } });
  await setFree(deps, tx, call);
  if (call.tariff === "marketplace") await awaitOutcome(deps, tx, { call: closed, charged });
  else await deps.record(tx, call.id, { actor: "server", kind: "settled", facts: { chargedKopecks: Number(charged) } });
  tellChanged(deps, tx, call);
}

/** What the protocol will say of the call that was just closed: in the journal, so that both ends sign it. */
async function headNow(deps: CallsDeps, tx: Tx, { id, number }: store.CallRow): Promise<ReturnType<typeof headOf>> {
  const meter = (await deps.metering.meters(tx, [id])).get(id);
  if (meter === undefined) throw new Error(`call ${id} has no meter`);
  const call = await viewCall(deps, tx, { callId: id, side: "consultant" });
  return headOf({ ...meter, number: protocolNumber(number), call, intervals: await deps.metering.intervals(id, tx) });
}

export interface NewTask {
  readonly task: string;
  readonly configuration: string | null;
}

export async function changeTask(deps: CallsDeps, tx: Tx, { actor, wanted }: { actor: Actor; wanted: NewTask }): Promise<CallView> {
  const { call, side } = await actOn(tx, "change-task", actor);
  const task = cleanText(wanted.task);
  const configuration = cleanLine(wanted.configuration);
  if (task !== call.task || configuration !== call.configuration) {
    await tx.run(store.changeTask, [call.id, task, configuration]);
    await deps.record(tx, call.id, { actor: side, kind: "task-changed", facts: { task, configuration } });
  }
  return changed(deps, tx, { call, side });
}

export interface NewComment {
  readonly typed: string;
  /** Of `commentText`, by a key of the one who comments. */
  readonly signed?: { readonly publicKey: string; readonly signature: string } | undefined;
}

/** Appended to what was said before, during the call or any time after it, and never changed. Refuses a signature of anything else. */
export async function comment(deps: CallsDeps, tx: Tx, { actor, said }: { actor: Actor; said: NewComment }): Promise<CallView> {
  const { call, side } = await actOn(tx, "comment", actor);
  const text = cleanComment(said.typed);
  if (text === null) throw refuse("comment-not-valid", { maxLength: COMMENT_MAX_LENGTH });
  if ((await tx.one(store.countComments, [call.id, side])).count >= COMMENTS_MAX) throw refuse("not-allowed", {});
  if (
    said.signed !== undefined &&
    !(await isSigned(commentText(call.id, { side, publicKey: said.signed.publicKey, text: said.typed }), said.signed))
  )
    throw refuse("invalid-input", { fields: ["signed"] });
  // What had to be cleaned of signs that do not print is not what was signed.
  const signed = text === said.typed ? said.signed : undefined;
  await tx.run(store.addComment, [call.id, side, text]);
  await deps.record(tx, call.id, { actor: side, kind: "commented", facts: { text, signed } });
  return changed(deps, tx, { call, side });
}

function changed(deps: CallsDeps, tx: Tx, { call, side }: { call: store.CallRow; side: Side }): Promise<CallView> {
  tellChanged(deps, tx, call);
  return viewCall(deps, tx, { callId: call.id, side });
}
