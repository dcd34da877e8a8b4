/** The journal of a call (what happened, as evidence) and the protocol printed from it. */
import { z } from "zod/mini";
import { callView } from "./calls.ts";
import { endpoints } from "./endpoint.ts";
import { whenAbsent } from "./fallback.ts";
import { callId } from "./ids.ts";
import { kopecksSchema } from "./money.ts";
import { publicKey } from "./signing.ts";
import { countersignature, signedStatement } from "./statement.ts";
import { instant } from "./time.ts";

/** Who did it: a side, or the server itself. */
export const journalActor = z.enum(["client", "consultant", "server"]);
export type JournalActor = z.infer<typeof journalActor>;

/** Every kind of event a journal may hold. */
export const journalKind = z.enum([
  "invited",
  "joined",
  "rung",
  "accepted",
  "declined",
  "missed",
  "cancelled",
  "consent-given",
  "task-changed",
  "end-connected",
  "end-disconnected",
  "on-the-line",
  "off-the-line",
  "screen-shared",
  "screen-stopped",
  "screen-refused",
  "blanked",
  "unblanked",
  "microphone-on",
  "microphone-off",
  "microphone-refused",
  "path-changed",
  "safety-number",
  "paused",
  "resumed",
  "low-balance",
  "paused-for-top-up",
  "paused-for-signature",
  "topped-up",
  "charged",
  "chat",
  "stopped-in-red",
  "key-shown",
  "signature-refused",
  "commented",
  "email-confirmed",
  "ended",
  "settled",
  "flagged",
  "recording-agreed",
  "recording-refused",
  "recording-started",
  "recording-stopped",
  "recording-failed",
  "recording-gap",
  "recording-missing",
  "recording-damaged",
  "recording-deleted",
]);
export type JournalKind = z.infer<typeof journalKind>;

export const journalEvent = z.object({
  n: z.int().check(z.positive()),
  at: instant,
  actor: journalActor,
  kind: journalKind,
  facts: z.record(z.string(), z.unknown()),
  /** SHA-256 (hex) over the canonical form of this event and the hash before it. */
  hash: z.string().check(z.regex(/^[0-9a-f]{64}$/)),
});
export type JournalEvent = z.infer<typeof journalEvent>;

/** One stretch of time for the minute table; gaps say why they were not charged. */
export const protocolInterval = z.object({
  from: instant,
  to: instant,
  seconds: z.int(),
  counted: z.boolean(),
  why: z.enum(["on-the-line", "waiting", "client-away", "consultant-away", "paused", "paused-for-top-up", "paused-for-signature"]),
});
export type ProtocolInterval = z.infer<typeof protocolInterval>;

export const protocol = z.object({
  number: z.string(),
  call: callView,
  intervals: z.array(protocolInterval),
  provenSeconds: z.int(),
  billableSeconds: z.int(),
  /** Minutes paid for, by the pulse. */
  chargeableSeconds: z.int(),
  charged: kopecksSchema,
  pricePerMinute: kopecksSchema,
  /** Minutes × the consultant's own rate: what the consultant asks of his client; not moved by the platform. Null without a rate. */
  ownSum: z.nullable(kopecksSchema),
  events: z.array(journalEvent),
  journalHead: z.string(),
  printedAt: instant,
});
export type Protocol = z.infer<typeof protocol>;

/** The keys the server signs with, oldest first; the last one signs now. */
export const publishedKeys = z.object({ keys: z.array(publicKey) });

const ofCall = z.object({ callId });
export const journalApi = endpoints({
  events: {
    method: "GET",
    path: "/api/journal/:callId",
    access: "party",
    params: ofCall,
    reply: z.object({ events: z.array(journalEvent) }),
  },
  protocol: { method: "GET", path: "/api/journal/:callId/protocol", access: "party", params: ofCall, reply: z.object({ protocol }) },
  /** The same as a PDF: raw bytes, `Content-Disposition: attachment`. */
  protocolPdf: {
    method: "GET",
    path: "/api/journal/:callId/protocol.pdf",
    access: "party",
    limit: { max: 20, perSeconds: 60 },
    params: ofCall,
    query: z.object({ locale: whenAbsent(z.enum(["ru", "en"]), "ru") }),
    reply: z.instanceof(Uint8Array),
  },
  /** The protocol with its journal and all signatures (protocol-file.ts), checked by `/verify`: raw bytes. */
  protocolFile: {
    method: "GET",
    path: "/api/journal/:callId/protocol.json",
    access: "party",
    limit: { max: 20, perSeconds: 60 },
    params: ofCall,
    reply: z.instanceof(Uint8Array),
  },
  statements: {
    method: "GET",
    path: "/api/journal/:callId/statements",
    access: "party",
    params: ofCall,
    reply: z.object({ statements: z.array(signedStatement) }),
  },
  /** For an end whose channel is gone already: the last minutes of a call that ended. */
  countersign: {
    method: "POST",
    path: "/api/journal/:callId/countersignatures",
    access: "party",
    limit: { max: 120, perSeconds: 60, of: "caller" },
    params: ofCall,
    body: z.object({ n: z.int().check(z.positive()), by: countersignature }),
    reply: z.object({ taken: z.boolean() }),
  },
  keys: { method: "GET", path: "/.well-known/minuta-keys.json", access: "anyone", reply: publishedKeys },
});
