/** Calls: invitation by link, QR and code; the call as both ends see it; client book; comments. */
import { z } from "zod";
import { endpoints } from "./endpoint.ts";
import { callId, guestId, invitationId, side } from "./ids.ts";
import { kopecksSchema } from "./money.ts";
import { email, firmName, linkToken, personName } from "./people.ts";
import { publicKey, signature } from "./signing.ts";
import { tariffKind } from "./tariff.ts";
import { instant } from "./time.ts";

/** The code a client types: 9 digits, shown in threes. Spaces and dashes are forgiven. */
export const joinCode = z
  .string()
  .trim()
  .max(20)
  .transform((typed) => typed.replaceAll(/[\s-]/g, ""))
  .pipe(z.string().regex(/^\d{9}$/));
export const COMMENT_MAX_LENGTH = 4000;
export const taskText = z.string().trim().max(2000);

/** Who invites or consults, as the other side must be able to check it. */
export const consultantCard = z.object({
  name: z.string(),
  firm: z.string().nullable(),
  inn: z.string().nullable(),
  verified: z.boolean(),
});
export type ConsultantCard = z.infer<typeof consultantCard>;

/** The client of a call: a guest without an account gives a name and, if he wants, more. Not confirmed: "client not identified". */
export const clientCard = z.object({
  guestId: guestId.nullable(),
  name: z.string(),
  organisation: z.string().nullable(),
  inn: z.string().nullable(),
  email: z.string().nullable(),
  emailConfirmed: z.boolean(),
});
export type ClientCard = z.infer<typeof clientCard>;

export const invitation = z.object({
  id: invitationId,
  /** Path of the link: `/join/<token>`. */
  token: linkToken,
  /** Digits only; null when it ran out or was used. */
  code: z.string().nullable(),
  codeExpiresAt: instant.nullable(),
  linkExpiresAt: instant,
  task: z.string(),
  configuration: z.string().nullable(),
  ownRateKopecks: z.int().nullable(),
  callId: callId.nullable(),
  createdAt: instant,
});
export type Invitation = z.infer<typeof invitation>;

/** What a stranger holding the link or the code may see before joining. */
export const invitationView = z.object({
  token: linkToken,
  consultant: consultantCard,
  task: z.string(),
  configuration: z.string().nullable(),
  ownRateKopecks: z.int().nullable(),
  /** Set when the one who asks has already joined: go on to the call. */
  callId: callId.nullable(),
});
export type InvitationView = z.infer<typeof invitationView>;

/** Version of the consent texts the client agreed to; the text itself is kept by the journal. */
export const consentVersion = z.string().max(40);

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
  minutesLeft: z.int().nullable(),
  /** When a pause (by a person or for top-up) ends the call by itself. */
  pauseEndsAt: instant.nullable(),
  /** Who paused, and alone may go on; null while no person did. */
  pausedBy: side.nullable(),
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
  configuration: z.string().nullable(),
  /** Release of the client's configuration, as he gave it when he rang. */
  release: z.string().nullable(),
  ownRateKopecks: z.int().nullable(),
  /** Whether the one who asks pays for this call: the consultant in a carrier call, the client in a marketplace call. */
  youPay: z.boolean(),
  /** Of a ring that did not become a call: when it rang. */
  openedAt: instant,
  endedAt: instant.nullable(),
  endReason: callEndReason.nullable(),
  /** In a marketplace call both sides see price and charge; a carrier call's client sees neither. Reserve and minutes left are the payer's alone. */
  meter,
  /** Null while a marketplace call is not over, and in a carrier call: that is settled when it ends. */
  outcome: callOutcome.nullable(),
  comments: z.array(comment),
  /** Facts printed in the protocol for fairness: the consultant joined his own link; both ends share an address or a device. */
  flags: z.array(z.enum(["own-link", "same-address", "same-device"])),
});
export type CallView = z.infer<typeof callView>;

export const callSummary = callView
  .pick({
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
  })
  .extend({
    billableSeconds: z.int(),
    /** As payer. */
    charged: kopecksSchema,
    /** As consultant of a marketplace call: charged and not settled yet, before the platform's share. */
    held: kopecksSchema,
    /** As consultant of a marketplace call: settled in his favour. */
    earned: kopecksSchema,
  });
export type CallSummary = z.infer<typeof callSummary>;

export const clientBookEntry = z.object({
  client: clientCard,
  note: z.string(),
  calls: z.int(),
  billableSeconds: z.int(),
  lastCallAt: instant.nullable(),
  lastCallId: callId.nullable(),
});
export type ClientBookEntry = z.infer<typeof clientBookEntry>;

const nothing = z.object({});
const ofCall = z.object({ callId });
const guestForm = z.object({
  name: personName,
  organisation: firmName.nullable(),
  inn: z.string().trim().max(12).nullable(),
  email: email.nullable(),
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
      configuration: z.string().trim().max(100).nullable(),
      ownRateKopecks: z.int().min(0).max(1_000_000).nullable(),
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
      code: z
        .string()
        .trim()
        .regex(/^\d{6}$/),
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
    body: z.object({ task: taskText, configuration: z.string().trim().max(100).nullable() }),
    reply: z.object({ call: callView }),
  },
  comment: {
    method: "POST",
    path: "/api/calls/:callId/comments",
    access: "party",
    params: ofCall,
    command: true,
    /** `signed`: of `commentText`, by the key this end signs minutes with. */
    body: z.object({ text: z.string().trim(), signed: z.object({ publicKey, signature }).optional() }),
    reply: z.object({ call: callView }),
  },
  history: {
    method: "GET",
    path: "/api/calls",
    access: "person",
    query: z.object({
      side: side.optional(),
      before: z.string().max(60).optional(),
      limit: z.coerce.number().int().min(1).max(200).default(50),
    }),
    reply: z.object({ calls: z.array(callSummary), next: z.string().nullable() }),
  },
  clientBook: { method: "GET", path: "/api/calls/clients", access: "person", reply: z.object({ clients: z.array(clientBookEntry) }) },
  noteOnClient: {
    method: "PATCH",
    path: "/api/calls/clients/:guestId",
    access: "person",
    params: z.object({ guestId }),
    body: z.object({ note: z.string().trim().max(2000) }),
    reply: nothing,
  },
});
