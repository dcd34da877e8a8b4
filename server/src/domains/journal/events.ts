/** What the meter tells, written down once each. */
import { callId } from "@minuta/contracts/ids";
import type { JournalKind } from "@minuta/contracts/journal";
import { z } from "zod";
import type { Db } from "#platform/db";
import type { Event, Subscribers } from "#platform/events";
import { append } from "./append.ts";

const ofCall = z.object({ callId });
const charge = z.object({ amountKopecks: z.int(), chargedKopecks: z.int(), billableSeconds: z.int() });

/** Which news becomes which event, and what of it both sides may read: nothing that tells what the payer's wallet holds.
 * The end of a person's pause is no news of the meter: calls writes it down, with who ended it.
 */
const written: Readonly<Record<string, { readonly kind: JournalKind; readonly facts: (body: unknown) => Record<string, unknown> }>> = {
  "metering.charged": { kind: "charged", facts: (body) => charge.parse(body) },
  "metering.low_balance": { kind: "low-balance", facts: () => ({}) },
  "metering.paused_for_top_up": { kind: "paused-for-top-up", facts: () => ({}) },
  "metering.paused_for_signature": { kind: "paused-for-signature", facts: () => ({}) },
  "metering.resumed": { kind: "resumed", facts: () => ({}) },
};

export function subscribersOf(db: Db): Subscribers {
  const hear = async ({ id, topic, body }: Event): Promise<void> => {
    const news = written[topic];
    if (news === undefined) return;
    const { callId } = ofCall.parse(body);
    await db.tx((tx) => append(tx, callId, { actor: "server", kind: news.kind, facts: news.facts(body), source: id }));
  };
  return Object.fromEntries(Object.keys(written).map((topic) => [topic, [hear]]));
}
