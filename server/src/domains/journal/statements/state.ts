/** The server's word: what is proven, charged and written so far, in one signed sentence bound to the one before. */
import type { CallId, Side } from "@minuta/contracts/ids";
import { beginning, placeOf, statementText, type SignedStatement, type Statement } from "@minuta/contracts/statement";
import type { Tx } from "#platform/db";
import type { JournalDeps } from "../index.ts";
import { isDue } from "../rules.ts";
import * as store from "./store.ts";

export type StatingDeps = Pick<JournalDeps, "db" | "calls" | "metering" | "recordings" | "signing">;

/** States when there is something to state (see `isDue`); answers all statements after `afterN`, none for a call that never opened. */
export async function state(deps: StatingDeps, callId: CallId, afterN: number): Promise<SignedStatement[]> {
  const over = await deps.calls.isOver(callId);
  if (over === null) return [];
  await deps.db.tx((tx) => stateIn(deps, tx, { callId, over, always: false }));
  return (await deps.db.rows(store.listStatements, [callId, afterN])).map(({ signed }) => signed);
}

/** The same for a call that is over; while it runs its ends are shown what is stated, so nobody else states. */
export async function stateClosing(deps: StatingDeps, callId: CallId): Promise<SignedStatement[]> {
  if ((await deps.calls.isOver(callId)) === true) return state(deps, callId, 0);
  return (await deps.db.rows(store.listStatements, [callId, 0])).map(({ signed }) => signed);
}

export interface Stating {
  readonly callId: CallId;
  readonly over: boolean;
  /** Also when less than a minute is new: an end comes in and must know where it begins. */
  readonly always: boolean;
}

/** Null: nothing is due. */
export async function stateIn(deps: StatingDeps, tx: Tx, { callId, over, always }: Stating): Promise<SignedStatement | null> {
  const journal = await tx.one(store.holdJournal, [callId]);
  const measured = (await deps.metering.measured(tx, [callId])).get(callId);
  const last = (await tx.maybe(store.findLastStatement, [callId]))?.signed ?? null;
  const shown = await tx.rows(store.listCurrentKeys, [callId]);
  const keyOf = (side: Side) => shown.find((key) => key.side === side)?.publicKey ?? null;
  const keys = { client: keyOf("client"), consultant: keyOf("consultant") };
  const recordings = await recordingsNow(deps, tx, callId);
  if (measured === undefined || !isDue({ measured, last, keys, recordings, over, journalN: journal.n, always })) return null;
  const before = last === null ? beginning : placeOf(last);
  const said: Statement = {
    call: callId,
    n: before.n + 1,
    at: journal.now.toISOString(),
    provenSeconds: measured.provenSeconds,
    chargedKopecks: Number(measured.charged),
    journal: { n: journal.n, head: journal.head },
    recordings,
    keys,
    closing: over,
    before: before.hash,
    server: deps.signing.publicKey,
  };
  const signed = { ...said, signature: deps.signing.sign(statementText(said)) };
  await tx.run(store.addStatement, [callId, said.n, said.provenSeconds, said.journal.n, said.closing, signed]);
  return signed;
}

/** The end of each side's chain binds every segment before it. */
async function recordingsNow({ recordings }: StatingDeps, tx: Tx, callId: CallId): Promise<Statement["recordings"]> {
  const heads = await recordings.heads(tx, callId);
  const hashOf = (side: Side): string | null => (heads[side].count === 0 ? null : heads[side].hash);
  return { client: hashOf("client"), consultant: hashOf("consultant") };
}
