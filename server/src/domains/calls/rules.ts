/** The rules of calls: who may do what, when a forsaken call is over, what is printed for fairness, limits. Pure. */
import { COMMENT_MAX_LENGTH, type CallState, type CallView } from "@minuta/contracts/calls";
import type { Side } from "@minuta/contracts/ids";

export const INVITATION_DAYS = 7;
/** Links that wait for their client, of one consultant. */
export const OPEN_INVITATIONS_MAX = 100;
export const CODE_LENGTH = 9;
export const CODE_MINUTES = 10;
/** Codes drawn before giving up: with a million live ones two in a row are taken once in a million. */
export const CODE_DRAWS_MAX = 20;
/** A guest's cookie and his private links. */
export const GUEST_TOKEN_DAYS = 365;
export const DEVICE_COOKIE_DAYS = 3650;
export const EMAIL_CODE_LENGTH = 6;
export const EMAIL_CODE_MINUTES = 15;
export const EMAIL_CODE_ATTEMPTS = 5;
/** Codes mailed to one address, whoever asks: with five tries each, fifty guesses a day at a million. */
export const emailCodeLimits = [
  { what: "calls.guest_email", max: 5, perSeconds: 3600 },
  { what: "calls.guest_email_of_day", max: 10, perSeconds: 24 * 3600 },
] as const;
/** Comments of one side to one call. */
export const COMMENTS_MAX = 100;
/** How long a consultant is rung before he missed it. */
export const RING_SECONDS = 45;
/** So often within an hour one client may ring one consultant to no purpose: more is a nuisance, and the consultant's *no* must hold. */
export const RINGS_IN_VAIN_MAX = 6;
/** Consultants one client may ring at the same time. */
export const OUTGOING_RINGS_MAX = 3;
/** After presence lost sight of the client's last page (that takes it 10 to 15 s by itself) his ring goes on for so long; he may be back. */
export const CLIENT_GONE_SECONDS = 15;
/** How long the client of a marketplace call has to say how it went; silence is *solved*. */
export const OUTCOME_HOURS = 72;

/** How a party of a call is known: the consultant, a client with an account, a guest. */
export type Role = "consultant" | "client-person" | "guest";
export type Action = "view" | "pause" | "resume" | "end" | "change-task" | "comment" | "confirm-email" | "say-solved";

const everyone: readonly Role[] = ["consultant", "client-person", "guest"];
const whileOpen: readonly CallState[] = ["open"];
const openOrOver: readonly CallState[] = ["open", "ended", "settled"];
const always: readonly CallState[] = ["ringing", "declined", "missed", "cancelled", ...openOrOver];

/** Who may do what, and in which states of the call. Ending a call that is over answers the same as ending it did. */
export const permissions: Readonly<Record<Action, { readonly who: readonly Role[]; readonly states: readonly CallState[] }>> = {
  view: { who: everyone, states: always },
  pause: { who: everyone, states: whileOpen },
  resume: { who: everyone, states: whileOpen },
  end: { who: everyone, states: openOrOver },
  "change-task": { who: everyone, states: whileOpen },
  comment: { who: everyone, states: openOrOver },
  "confirm-email": { who: ["guest"], states: openOrOver },
  "say-solved": { who: ["client-person"], states: ["ended", "settled"] },
};

export function permit(action: Action, role: Role, state: CallState): "yes" | "not-allowed" | "call-not-open" {
  const { who, states } = permissions[action];
  if (!who.includes(role)) return "not-allowed";
  if (states.includes(state)) return "yes";
  return state === "open" ? "not-allowed" : "call-not-open";
}

export type RingAnswer = "accept" | "decline" | "cancel";

const ringAnswers: Readonly<Record<RingAnswer, { readonly who: Role; readonly leadsTo: CallState }>> = {
  accept: { who: "consultant", leadsTo: "open" },
  decline: { who: "consultant", leadsTo: "declined" },
  cancel: { who: "client-person", leadsTo: "cancelled" },
};

export interface RingNow {
  /** Of the one who answers. */
  readonly role: Role;
  readonly state: CallState;
  /** Its time has passed, whether that was noted or not. */
  readonly expired: boolean;
}

/** What an answer to a ring comes to: it is done, it was done before (a second click), it comes too late. */
export function answerRing(given: RingAnswer, { role, state, expired }: RingNow): "do" | "done" | "over" | "not-allowed" {
  const { who, leadsTo } = ringAnswers[given];
  if (role !== who) return "not-allowed";
  if (state === leadsTo) return "done";
  return state === "ringing" && !expired ? "do" : "over";
}

export const sideOf = (role: Role): Side => (role === "consultant" ? "consultant" : "client");

/** Both ends away for so long after they met: the call is over. */
export const BOTH_AWAY_SECONDS = 90;
/** Somebody waited so long for the other, or nobody came at all. */
export const WAITING_SECONDS = 15 * 60;

export interface Attendance {
  readonly openedAt: Date;
  readonly now: Date;
  /** When each side was last known to be connected; null: never yet. */
  readonly seenAt: Readonly<Record<Side, Date | null>>;
}

/** When a forsaken call is taken to have ended: the last moment both were there, else the last sight of anybody; null: it goes on. */
export function forsakenSince({ openedAt, now, seenAt }: Attendance): Date | null {
  const seen = [seenAt.client, seenAt.consultant].filter((at) => at !== null);
  const met = seen.length === 2;
  const earliest = met ? lesser(seen) : openedAt;
  const latest = greater([openedAt, ...seen]);
  const silentFor = (since: Date): number => (now.getTime() - since.getTime()) / 1000;
  const over = (met && silentFor(latest) > BOTH_AWAY_SECONDS) || silentFor(earliest) > WAITING_SECONDS;
  if (!over) return null;
  return met ? greater([openedAt, earliest]) : latest;
}

const lesser = (instants: readonly Date[]): Date => new Date(Math.min(...instants.map((at) => at.getTime())));
const greater = (instants: readonly Date[]): Date => new Date(Math.max(...instants.map((at) => at.getTime())));

/** Where somebody acts from: his network address and the hash of his browser's device cookie (null: it has none). */
export interface Whereabouts {
  readonly address: string;
  readonly device: Uint8Array | null;
}

/** What the protocol must say of the two ends: the consultant joined his own link; both came from one address; from one browser. */
export function flagsOf(ends: { readonly own: boolean; readonly invited: Whereabouts; readonly joined: Whereabouts }): CallView["flags"] {
  const { own, invited, joined } = ends;
  const flags: [CallView["flags"][number], boolean][] = [
    ["own-link", own],
    ["same-address", invited.address !== "" && invited.address === joined.address],
    ["same-device", sameBytes(invited.device, joined.device)],
  ];
  return flags.filter(([, raised]) => raised).map(([flag]) => flag);
}

const sameBytes = (one: Uint8Array | null, other: Uint8Array | null): boolean =>
  one !== null && other !== null && one.length === other.length && one.every((byte, index) => byte === other[index]);

/** Control characters (line breaks and tabs stay), and those that turn the direction of writing, by which a name can pretend to be another. */
// oxlint-disable-next-line no-control-regex
const unprintable = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g;

/** Typed text as it is kept and printed: no unprintable characters, no halves of characters, no blanks around. */
export const cleanText = (typed: string): string => typed.toWellFormed().replaceAll(unprintable, "").trim();

/** The same for what must stand on one line; empty is null. */
export const cleanLine = (typed: string | null): string | null =>
  typed === null ? null : cleanText(typed.replaceAll(/\s+/g, " ")) || null;

/** A comment as it is kept, or null when it is empty or longer than 4000 characters. */
export function cleanComment(typed: string): string | null {
  const text = cleanText(typed);
  return text === "" || Array.from(text).length > COMMENT_MAX_LENGTH ? null : text;
}
