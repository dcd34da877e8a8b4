/** The ends' word: which keys are theirs, and what they sign. */
import type { CallId, Side } from "@minuta/contracts/ids";
import { fingerprintOf, isSigned } from "@minuta/contracts/signing";
import {
  beginning,
  callKeyText,
  countersignatureText,
  hashOfStatement,
  placeOf,
  type ChainPlace,
  type Countersignature,
  type SignedStatement,
} from "@minuta/contracts/statement";
import { append } from "../append.ts";
import { KEYS_MAX } from "../rules.ts";
import { stateIn, type StatingDeps } from "./state.ts";
import * as store from "./store.ts";
import type { Tx } from "#platform/db";
import type { Caller } from "#platform/http";
import { emit } from "#platform/events";
import type { JournalDeps } from "../index.ts";

export type WitnessDeps = StatingDeps & Pick<JournalDeps, "people">;

/** How far each side signed, seconds of proven time. */
export type Signed = Readonly<Record<Side, number>>;

/** From now on this call's time is billed no further than its ends sign. Answers how far they did. */
export async function watch({ db, metering }: WitnessDeps, callId: CallId): Promise<{ signed: Signed; last: SignedStatement | null }> {
  return db.tx(async (tx) => {
    const signed = await tx.one(store.readSigned, [callId]);
    await metering.countersigned(tx, callId, Math.min(signed.client, signed.consultant));
    return { signed, last: (await tx.maybe(store.findLastStatement, [callId]))?.signed ?? null };
  });
}

export interface ShownKey {
  readonly side: Side;
  /** Who shows it; `personId` null: a guest. */
  readonly caller: Pick<Caller, "personId" | "agent" | "address">;
  readonly publicKey: string;
  readonly signature: string;
}

/** Where this key's word begins, and what it has not signed since. */
export interface KeyKnown {
  readonly since: ChainPlace;
  readonly unsigned: readonly SignedStatement[];
}

/**
 * An end shows the key it will sign with. The key that signed until now goes on where it was; any other begins now, with a statement of
 * what was proven before it came, and is the person's own where a person shows it. Null: the signature shows that the key is not its own, or
 * a side shows keys without end.
 */
export async function showKey(deps: WitnessDeps, callId: CallId, shown: ShownKey): Promise<KeyKnown | null> {
  if (!(await isSigned(callKeyText(callId, shown), shown))) return null;
  const over = await deps.calls.isOver(callId);
  if (over === null) return null;
  return deps.db.tx(async (tx) => {
    await tx.one(store.holdJournal, [callId]);
    const before = (await tx.rows(store.listKeys, [callId])).filter(({ side }) => side === shown.side);
    const current = before.at(-1);
    if (current?.publicKey === shown.publicKey) return known(tx, callId, { ...shown, sinceN: current.sinceN });
    if (over || before.length >= KEYS_MAX) return null;
    await stateIn(deps, tx, { callId, over, always: true });
    const sinceN = (await tx.maybe(store.findLastStatement, [callId]))?.signed.n ?? 0;
    const { personId } = shown.caller;
    const isOwn = personId !== null && (await deps.people.enrolDevice(tx, { personId, publicKey: shown.publicKey }, shown.caller));
    const kind = isOwn ? "device" : "call";
    await tx.run(store.addKey, [callId, shown.side, shown.publicKey, kind, sinceN]);
    await append(tx, callId, { actor: shown.side, kind: "key-shown", facts: { publicKey: shown.publicKey, kind, sinceN } });
    if (before.every(({ publicKey }) => publicKey !== shown.publicKey)) {
      const told = { callId, side: shown.side, fingerprint: fingerprintOf(shown.publicKey), before: before.length };
      await emit(tx, [{ topic: "journal.key_shown", queue: callId, body: told }]);
    }
    return known(tx, callId, { ...shown, sinceN });
  });
}

async function known(tx: Tx, callId: CallId, { side, publicKey, sinceN }: ShownKey & { sinceN: number }): Promise<KeyKnown> {
  const base = await tx.maybe(store.findStatement, [callId, sinceN]);
  const { n } = await tx.one(store.readLastSignedBy, [callId, side, publicKey]);
  const unsigned = await tx.rows(store.listStatements, [callId, Math.max(n, sinceN)]);
  return { since: base === null ? beginning : placeOf(base.signed), unsigned: unsigned.map(({ signed }) => signed) };
}

/** An end's signature under statement `n`; the same again changes nothing. Null: it is not that, by a key this side shows now. */
export async function countersign(
  deps: WitnessDeps,
  callId: CallId,
  { n, by }: { n: number; by: Countersignature },
): Promise<Signed | null> {
  const stated = (await deps.db.maybe(store.findStatement, [callId, n]))?.signed;
  const current = (await deps.db.rows(store.listCurrentKeys, [callId])).find(({ side }) => side === by.side);
  if (stated === undefined || current?.publicKey !== by.publicKey || current.sinceN !== by.sinceN || by.sinceN >= n) return null;
  if (stated.keys[by.side] !== by.publicKey || !(await isSigned(countersignatureText(hashOfStatement(stated), by), by))) return null;
  return deps.db.tx(async (tx) => {
    await tx.run(store.addCountersignature, [callId, n, by.side, by.publicKey, by.sinceN, by.observedSeconds, by.signature]);
    const signed = await tx.one(store.readSigned, [callId]);
    await deps.metering.countersigned(tx, callId, Math.min(signed.client, signed.consultant));
    return signed;
  });
}
