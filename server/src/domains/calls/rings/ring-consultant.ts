/** A client of the catalogue rings a consultant; what rings, and how it went. */
import { consentTexts } from "@minuta/contracts/consent";
import type { CallId, PersonId, Side } from "@minuta/contracts/ids";
import type { Kopecks } from "@minuta/contracts/money";
import type { Ring } from "@minuta/contracts/rings";
import type { Reader, Tx } from "#platform/db";
import { refuse } from "#platform/refusal";
import type { CallsDeps } from "../index.ts";
import { clientCardOf } from "../join.ts";
import { cleanLine, cleanText, OUTGOING_RINGS_MAX, RING_SECONDS, RINGS_IN_VAIN_MAX, type Whereabouts } from "../rules.ts";
import * as store from "./store.ts";

export interface NewRing {
  readonly clientId: PersonId;
  readonly consultantId: PersonId;
  readonly task: string;
  readonly configuration: string | null;
  readonly release: string | null;
  /** As he was shown it, kopecks a minute. */
  readonly pricePerMinute: Kopecks;
  /** Version of the consent texts he agreed to. */
  readonly consent: string;
  readonly from: Whereabouts;
}

/**
 * Price and version of the tariff freeze here. Refuses one's own card, consent to unknown words, who cannot be called now, a consultant who let
 * this client ring in vain again and again, and a wallet that does not hold the first quota. Ringing whom one rings already answers the same ring.
 */
export async function ringConsultant(deps: CallsDeps, tx: Tx, asked: NewRing): Promise<Ring> {
  const { clientId, consultantId } = asked;
  if (clientId === consultantId) throw refuse("own-call", {});
  if (consentTexts[asked.consent] === undefined) throw refuse("invalid-input", { fields: ["consent"] });
  await tx.one(store.holdClient, [clientId]);
  const outgoing = await tx.rows(store.listOutgoing, [clientId]);
  const again = outgoing.find((ring) => ring.consultant_id === consultantId);
  if (again !== undefined) return presentRing(again, "client");
  if (outgoing.length >= OUTGOING_RINGS_MAX) throw refuse("too-many-attempts", { retryAfterSeconds: RING_SECONDS });

  const inVain = await tx.one(store.countInVain, [consultantId, clientId]);
  if (inVain.count >= RINGS_IN_VAIN_MAX)
    throw refuse("too-many-attempts", { retryAfterSeconds: Math.max(1, Math.ceil(inVain.oldest_ends_in)) });

  const price = await deps.catalogue.priceOf(tx, consultantId);
  if (price === null) throw refuse("consultant-not-free", {});
  if (price !== asked.pricePerMinute) throw refuse("price-changed", { priceKopecks: Number(price) });
  const { tariff } = await deps.metering.refuseUnfunded(tx, { kind: "marketplace", payer: clientId, pricePerMinute: price });
  const callId = await takeConsultant(deps, tx, asked);
  await tx.run(store.addRing, [callId, cleanLine(asked.release), price, tariff, asked.from.address]);
  const ring = await tx.one(store.findRing, [callId]);
  await writeBeginning(deps, tx, { ring, consent: asked.consent });
  tx.afterCommit(() => deps.bus.publish(`person:${consultantId}`, { t: "ring", callId }));
  return presentRing(ring, "client");
}

/** Of two who ring one consultant at once one gets him; the other is refused. */
async function takeConsultant(deps: CallsDeps, tx: Tx, asked: NewRing): Promise<CallId> {
  const { clientId, consultantId, from } = asked;
  const cards = await deps.people.cards([clientId, consultantId], tx);
  const [consultant, client] = [cards.get(consultantId), cards.get(clientId)];
  if (consultant === undefined || client === undefined) throw refuse("consultant-not-free", {});
  const call = await tx.maybe(store.addRingingCall, [
    consultantId,
    consultant,
    clientId,
    clientCardOf(client),
    from.device === null ? null : Buffer.from(from.device),
    cleanText(asked.task),
    asked.configuration,
  ]);
  if (call === null || !(await deps.presence.tryToTake(tx, consultantId, call.id))) throw refuse("consultant-not-free", {});
  return call.id;
}

async function writeBeginning({ record }: CallsDeps, tx: Tx, { ring, consent }: { ring: store.RingRow; consent: string }): Promise<void> {
  const { task, configuration, release } = ring;
  const { name, organisation, inn } = ring.client;
  const pricePerMinuteKopecks = Number(ring.price_kopecks);
  await record(tx, ring.call_id, {
    actor: "client",
    kind: "rung",
    facts: { name, organisation, inn, task, configuration, release, pricePerMinuteKopecks },
  });
  await record(tx, ring.call_id, { actor: "client", kind: "consent-given", facts: { version: consent, texts: consentTexts[consent] } });
}

/** Why the server cancelled it is told to the client only: what his wallet holds is not the consultant's business. */
function presentRing(row: store.RingRow, side: Side): Ring {
  const { consultant, task, configuration, release } = row;
  return {
    callId: row.call_id,
    state: row.state,
    consultant,
    client: { name: row.client.name, organisation: row.client.organisation },
    task,
    configuration,
    release,
    pricePerMinute: row.price_kopecks,
    rungAt: row.rung_at,
    expiresAt: row.expires_at,
    cancelledBecause: side === "client" ? row.cancelled_because : null,
  };
}

/** What rings at this person now, and whom he rings himself. */
export async function listRings({ db }: CallsDeps, personId: PersonId): Promise<{ incoming: Ring[]; outgoing: Ring[] }> {
  const [incoming, outgoing] = [await db.rows(store.listIncoming, [personId]), await db.rows(store.listOutgoing, [personId])];
  return {
    incoming: incoming.map((ring) => presentRing(ring, "consultant")),
    outgoing: outgoing.map((ring) => presentRing(ring, "client")),
  };
}

/** Refuses a call that nobody rang for. */
export async function viewRing(reader: Reader, { callId, side }: { callId: CallId; side: Side }): Promise<Ring> {
  const ring = await reader.maybe(store.findRing, [callId]);
  if (ring === null) throw refuse("not-found", {});
  return presentRing(ring, side);
}
