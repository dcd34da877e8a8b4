/** Calls: invitation by link, QR and code; the call as both ends see it; client book; comments. */
import { z } from "zod/mini";
import { endpoints } from "./endpoint.ts";
import { whenAbsent } from "./fallback.ts";
import { callId, guestId, invitationId, side } from "./ids.ts";
import { kopecksSchema } from "./money.ts";
import { email, firmName, linkToken, personName } from "./people.ts";
import { publicKey, signature } from "./signing.ts";
import { tariffKind } from "./tariff.ts";
import { instant } from "./time.ts";

/** The code a client types: 9 digits, shown in threes. Spaces and dashes are forgiven. */
export const joinCode = z.pipe(
  z.pipe(
    z.string().check(z.trim(), z.maxLength(20)),
    z.transform((typed: string) => typed.replaceAll(/[\s-]/g, "")),
  ),
  z.string().check(z.regex(/^\d{9}$/)),
);
export const COMMENT_MAX_LENGTH = 4000;
export const taskText = z.string().check(z.trim(), z.maxLength(2000));

/** Who invites or consults, as the other side must be able to check it. */
export const consultantCard = z.object({
  name: z.string(),
  firm: z.nullable(z.string()),
  inn: z.nullable(z.string()),
  verified: z.boolean(),
});
export type ConsultantCard = z.infer<typeof consultantCard>;

/** The client of a call: a guest without an account gives a name and, if he wants, more. Not confirmed: "client not identified". */
export const clientCard = z.object({
  guestId: z.nullable(guestId),
  name: z.string(),
  organisation: z.nullable(z.string()),
  inn: z.nullable(z.string()),
  email: z.nullable(z.string()),
  emailConfirmed: z.boolean(),
});
export type ClientCard = z.infer<typeof clientCard>;
/** As it is kept with a call, where the guest's id has a place of its own. */
export const namedClient = z.omit(clientCard, { guestId: true });

export const invitation = z.object({
  id: invitationId,
  /** Path of the link: `/join/<token>`. */
  token: linkToken,
  /** Digits only; null when it ran out or was used. */
  code: z.nullable(z.string()),
  codeExpiresAt: z.nullable(instant),
  linkExpiresAt: instant,
  task: z.string(),
  configuration: z.nullable(z.string()),
  ownRateKopecks: z.nullable(z.int()),
  callId: z.nullable(callId),
  createdAt: instant,
});
export type Invitation = z.infer<typeof invitation>;

/** What a stranger holding the link or the code may see before joining. */
export const invitationView = z.object({
  token: linkToken,
  consultant: consultantCard,
  task: z.string(),
  configuration: z.nullable(z.string()),
  ownRateKopecks: z.nullable(z.int()),
  /** Set when the one who asks has already joined: go on to the call. */
  callId: z.nullable(callId),
});
export type InvitationView = z.infer<typeof invitationView>;

/** Version of the consent texts the client agreed to; the text itself is kept by the journal. */
export const consentVersion = z.string().check(z.maxLength(40));

export const callState = z.enum(["ringing", "declined", "missed", "cancelled", "open", "ended", "settled"]);
export type CallState = z.infer<typeof callState>;

/**
 * What an open call is doing now, by the meter. `idle`: one end is not on the line (waiting or reconnecting). `paused-for-signature`: an end
 * does not sign the minutes that were proven; it goes on when it does.
 */
export const meterStatus = z.enum(["idle", "live", "paused", "paused-for-top-up", "paused-for-signature", "ended"]);
export type MeterStatus = z.infer<typeof meterStatus>;

export const meter = z.object({
  status: meterStatus,
  provenSeconds: z.int(),
  billableSeconds: z.int(),
  charged: kopecksSchema,
  reserved: kopecksSchema,
  pricePerMinute: kopecksSchema,
  /** Whole minutes the payer has left over all his running calls; null when not on the line, and never told to the other side. */
  minutesLeft: z.nullable(z.int()),
  /** When a pause (by a person or for top-up) ends the call by itself. */
  pauseEndsAt: z.nullable(instant),
  /** Who paused, and alone may go on; null while no person did. */
  pausedBy: z.nullable(side),
});
export type Meter = z.infer<typeof meter>;

export const comment = z.object({ side, text: z.string(), at: instant });
export type Comment = z.infer<typeof comment>;

export const callEndReason = z.enum([
  "client-ended",
  "consultant-ended",
  "no-money",
  "pause-too-long",
  "nobody-came-back",
  "stopped-by-operator",
]);

/**
 * What becomes of an ended marketplace call. `waiting`: the client may say until then; saying nothing is *solved*.
 * `fee` (the platform's) and `earned` (the consultant's) share what was charged; the same for both sides. Not solved will be states between.
 */
export const callOutcome = z.discriminatedUnion("state", [
  z.object({ state: z.literal("waiting"), until: instant, fee: kopecksSchema, earned: kopecksSchema }),
  z.object({
    state: z.literal("settled"),
    at: instant,
    by: z.enum(["client", "silence", "nothing-charged"]),
    fee: kopecksSchema,
    earned: kopecksSchema,
  }),
]);
export type CallOutcome = z.infer<typeof callOutcome>;

export const callView = z.object({
  id: callId,
  tariff: tariffKind,
  state: callState,
  /** Which side the one who asks is on. */
  side,
  consultant: consultantCard,
  client: clientCard,
  task: z.string(),
  configuration: z.nullable(z.string()),
  /** Release of the client's configuration, as he gave it when he rang. */
  release: z.nullable(z.string()),
  ownRateKopecks: z.nullable(z.int()),
  /** Whether the one who asks pays for this call: the consultant in a carrier call, the client in a marketplace call. */
  youPay: z.boolean(),
  /** Of a ring that did not become a call: when it rang. */
  openedAt: instant,
  endedAt: z.nullable(instant),
  endReason: z.nullable(callEndReason),
  /** In a marketplace call both sides see price and charge; a carrier call's client sees neither. Reserve and minutes left are the payer's alone. */
  meter,
  /** Null while a marketplace call is not over, and in a carrier call: that is settled when it ends. */
  outcome: z.nullable(callOutcome),
  comments: z.array(comment),
  /** Facts printed in the protocol for fairness: the consultant joined his own link; both ends share an address or a device. */
  flags: z.array(z.enum(["own-link", "same-address", "same-device"])),
});
export type CallView = z.infer<typeof callView>;

export const callSummary = z.extend(
  z.pick(callView, {
    id: true,
    tariff: true,
    state: true,
    side: true,
    consultant: true,
    client: true,
    task: true,
    openedAt: true,
    endedAt: true,
    youPay: true,
  }),
  {
    billableSeconds: z.int(),
    /** As payer. */
    charged: kopecksSchema,
    /** As consultant of a marketplace call: charged and not settled yet, before the platform's share. */
    held: kopecksSchema,
    /** As consultant of a marketplace call: settled in his favour. */
    earned: kopecksSchema,
  },
);
export type CallSummary = z.infer<typeof callSummary>;

export const clientBookEntry = z.object({
  client: clientCard,
  note: z.string(),
  calls: z.int(),
  billableSeconds: z.int(),
  lastCallAt: z.nullable(instant),
  lastCallId: z.nullable(callId),
});
export type ClientBookEntry = z.infer<typeof clientBookEntry>;

const nothing = z.object({});
const ofCall = z.object({ callId });
const guestForm = z.object({
  name: personName,
  organisation: z.nullable(firmName),
  inn: z.nullable(z.string().check(z.trim(), z.maxLength(12))),
  email: z.nullable(email),
});
export type GuestForm = z.infer<typeof guestForm>;

export const callsApi = endpoints({
  invite: {
    method: "POST",
    path: "/api/calls/invitations",
    access: "person",
    command: true,
    body: z.object({
      task: taskText,
      configuration: z.nullable(z.string().check(z.trim(), z.maxLength(100))),
      ownRateKopecks: z.nullable(z.int().check(z.minimum(0), z.maximum(1_000_000))),
    }),
    reply: z.object({ invitation }),
  },
  invitations: { method: "GET", path: "/api/calls/invitations", access: "person", reply: z.object({ invitations: z.array(invitation) }) },
  newCode: {
    method: "POST",
    path: "/api/calls/invitations/:invitationId/code",
    access: "person",
    command: true,
    params: z.object({ invitationId }),
    reply: z.object({ invitation }),
  },
  withdraw: {
    method: "DELETE",
    path: "/api/calls/invitations/:invitationId",
    access: "person",
    params: z.object({ invitationId }),
    reply: nothing,
  },
  findByCode: {
    method: "POST",
    path: "/api/calls/invitations/find",
    access: "anyone",
    limit: { max: 10, perSeconds: 60, maxGlobal: 600 },
    body: z.object({ code: joinCode }),
    reply: z.object({ invitation: invitationView }),
  },
  viewInvitation: {
    method: "GET",
    path: "/api/calls/invitations/:token/view",
    access: "anyone",
    limit: { max: 120, perSeconds: 60 },
    params: z.object({ token: linkToken }),
    reply: z.object({ invitation: invitationView }),
  },
  /** Opens the call; sets the guest's cookie. The same guest again: the same call. A signed-in person joins as himself. */
  join: {
    method: "POST",
    path: "/api/calls/join",
    access: "anyone",
    limit: { max: 20, perSeconds: 60 },
    body: z.object({ token: linkToken, guest: guestForm, consent: consentVersion }),
    reply: z.object({ callId, privateLink: z.string() }),
  },
  /** A guest's private link: sets his cookie and says where his call is. */
  openPrivateLink: {
    method: "POST",
    path: "/api/calls/private",
    access: "anyone",
    limit: { max: 30, perSeconds: 60 },
    body: z.object({ token: linkToken }),
    reply: z.object({ callId }),
  },
  /** The signed-in person was the guest this browser stands for: that guest's calls are in his history from now on. */
  claim: { method: "POST", path: "/api/calls/claim", access: "person", command: true, reply: nothing },
  requestGuestEmailCode: {
    method: "POST",
    path: "/api/calls/:callId/guest-email",
    access: "party",
    params: ofCall,
    body: z.object({ email }),
    reply: nothing,
    limit: { max: 5, perSeconds: 600 },
  },
  confirmGuestEmail: {
    method: "POST",
    path: "/api/calls/:callId/guest-email/confirm",
    access: "party",
    params: ofCall,
    limit: { max: 20, perSeconds: 600 },
    body: z.object({
      code: z.string().check(z.trim(), z.regex(/^\d{6}$/)),
    }),
    reply: z.object({ client: clientCard }),
  },
  view: { method: "GET", path: "/api/calls/:callId", access: "party", params: ofCall, reply: z.object({ call: callView }) },
  pause: {
    method: "POST",
    path: "/api/calls/:callId/pause",
    access: "party",
    params: ofCall,
    command: true,
    reply: z.object({ call: callView }),
  },
  resume: {
    method: "POST",
    path: "/api/calls/:callId/resume",
    access: "party",
    params: ofCall,
    command: true,
    reply: z.object({ call: callView }),
  },
  end: {
    method: "POST",
    path: "/api/calls/:callId/end",
    access: "party",
    params: ofCall,
    command: true,
    reply: z.object({ call: callView }),
  },
  changeTask: {
    method: "POST",
    path: "/api/calls/:callId/task",
    access: "party",
    params: ofCall,
    command: true,
    body: z.object({ task: taskText, configuration: z.nullable(z.string().check(z.trim(), z.maxLength(100))) }),
    reply: z.object({ call: callView }),
  },
  comment: {
    method: "POST",
    path: "/api/calls/:callId/comments",
    access: "party",
    params: ofCall,
    command: true,
    /** `signed`: of `commentText`, by the key this end signs minutes with. */
    body: z.object({ text: z.string().check(z.trim()), signed: z.optional(z.object({ publicKey, signature })) }),
    reply: z.object({ call: callView }),
  },
  history: {
    method: "GET",
    path: "/api/calls",
    access: "person",
    query: z.object({
      side: z.optional(side),
      before: z.optional(z.string().check(z.maxLength(60))),
      limit: whenAbsent(z.coerce.number().check(z.int(), z.minimum(1), z.maximum(200)), 50),
    }),
    reply: z.object({ calls: z.array(callSummary), next: z.nullable(z.string()) }),
  },
  clientBook: { method: "GET", path: "/api/calls/clients", access: "person", reply: z.object({ clients: z.array(clientBookEntry) }) },
  noteOnClient: {
    method: "PATCH",
    path: "/api/calls/clients/:guestId",
    access: "person",
    params: z.object({ guestId }),
    body: z.object({ note: z.string().check(z.trim(), z.maxLength(2000)) }),
    reply: nothing,
  },
});
