/**
 * Calls: how a client and a consultant come together, and the life of what they do together.
 * An invitation (link, QR, code) is used once and opens one call; its client is a guest with a name, or a person with an account.
 * A call is open until somebody ends it, the money ends, or nobody comes back; both sides may comment it, then and later.
 * A ring is a marketplace call not yet open (rings/): its price is frozen, the consultant is taken; after the end it waits for its outcome.
 * Guests are known by a cookie and a private link; the consultant's client book is his list of them with his notes.
 * Time and money are the meter's, evidence is the journal's (written in the same transaction), pictures and voice are remote's.
 */
import type { CallView, ConsultantCard, Meter } from "@minuta/contracts/calls";
import type { CallId, GuestId, PersonId, Side } from "@minuta/contracts/ids";
import type { JournalEvent, ProtocolInterval } from "@minuta/contracts/journal";
import type { Kopecks } from "@minuta/contracts/money";
import type { TariffKind } from "@minuta/contracts/tariff";
import type { Bus } from "#platform/bus";
import type { Clock } from "#platform/clock";
import type { Db, Reader, Tx } from "#platform/db";
import type { Subscribers } from "#platform/events";
import type { JobHandlers } from "#platform/jobs";
import type { Log } from "#platform/log";
import type { Mail } from "#platform/mail";
import { roleIn, type Actor, type Identity } from "./access.ts";
import {
  callerOfGuestCookie,
  claim,
  confirmEmail,
  guestOf,
  hearKeyShown,
  hearSignedUp,
  openPrivateLink,
  requestEmailCode,
} from "./guests.ts";
import {
  findByCode,
  invite,
  listInvitations,
  newCode,
  viewInvitation,
  withdraw,
  type Invite,
  type Looking,
  type OwnInvitation,
} from "./invite.ts";
import { join, type Join } from "./join.ts";
import { accept, cancel, decline } from "./rings/answer-ring.ts";
import { listRings, ringConsultant, viewRing, type NewRing } from "./rings/ring-consultant.ts";
import { watchRings } from "./rings/watch-rings.ts";
import { sideOf, type Whereabouts } from "./rules.ts";
import { changeTask, comment, end, pause, resume, type NewComment, type NewTask } from "./run-call.ts";
import { saySolved, SETTLE_SILENT, settleSilent } from "./settle-call.ts";
import * as store from "./store.ts";
import { clientBook, history, noteOnClient, viewCall, type HistoryPage } from "./view.ts";
import { endForsaken, hearLineEnded, seen, startWatch, type End } from "./watch.ts";

export interface CallsDeps {
  readonly db: Db;
  readonly bus: Pick<Bus, "publish">;
  readonly mail: Pick<Mail, "send">;
  readonly clock: Pick<Clock, "every">;
  readonly log: Log;
  /** The product's address as people see it, without a slash at the end. */
  readonly publicUrl: string;
  readonly people: {
    cards(personIds: readonly PersonId[], on?: Reader): Promise<ReadonlyMap<PersonId, ConsultantCard>>;
    findPersonByEmail(tx: Reader, email: string): Promise<{ readonly id: PersonId } | null>;
  };
  /** Kopecks a minute a call that rings now costs; null: not to be called by strangers. */
  readonly catalogue: { priceOf(on: Reader, personId: PersonId): Promise<Kopecks | null> };
  readonly presence: {
    /** Of two transactions at once one gets true; false when he is not free. */
    tryToTake(tx: Tx, personId: PersonId, callId: CallId): Promise<boolean>;
    setBusy(tx: Tx, personId: PersonId, callId: CallId): Promise<void>;
    setFree(tx: Tx, personId: PersonId, callId: CallId): Promise<void>;
    /** Those of them who have a page open somewhere. */
    here(personIds: readonly PersonId[]): Promise<ReadonlySet<PersonId>>;
  };
  readonly metering: {
    /** Refuses (`wallet-empty`, `overdraft-in-use`) when a new line of this payer could not be opened now; answers the terms that would hold. */
    refuseUnfunded(tx: Reader, of: LineTerms): Promise<{ tariff: bigint }>;
    openLine(tx: Tx, of: LineTerms & { callId: CallId; payee: PersonId | null; tariff?: bigint }): Promise<unknown>;
    /** Whether anything changed. */
    pause(tx: Tx, callId: CallId, by: Side): Promise<boolean>;
    resume(tx: Tx, callId: CallId, by: Side): Promise<boolean>;
    /** A line that is over already answers its final figures. */
    endCall(tx: Tx, callId: CallId): Promise<{ billableSeconds: number; provenSeconds: number; charged: Kopecks }>;
    /** How the charge of a marketplace call is shared when it is solved. */
    sharesOf(reader: Reader, callId: CallId): Promise<Shares>;
    /** Moves what is held of an ended marketplace call; a second time moves nothing. */
    settle(tx: Tx, callId: CallId, outcome: "solved"): Promise<Shares>;
    meters(reader: Reader, callIds: readonly CallId[]): Promise<ReadonlyMap<CallId, Meter>>;
    intervals(callId: CallId, reader: Reader): Promise<ProtocolInterval[]>;
  };
  /** Fingerprints of the keys the client signed minutes with. */
  clientKeys(reader: Reader, callId: CallId): Promise<string[]>;
  /** Writes into the call's journal, in the transaction of what is written down. */
  record(tx: Tx, callId: CallId, event: Pick<JournalEvent, "actor" | "kind" | "facts">): Promise<void>;
}

/** Whose line: the consultant pays a carrier call at the tariff's price, the client a marketplace call at the consultant's. */
interface LineTerms {
  readonly kind: TariffKind;
  readonly payer: PersonId;
  readonly pricePerMinute?: Kopecks;
}

/** The platform's and the consultant's; together the whole charge. */
interface Shares {
  readonly fee: Kopecks;
  readonly earned: Kopecks;
}

export type Calls = ReturnType<typeof createCalls>;

export function createCalls(deps: CallsDeps) {
  const { db } = deps;
  return {
    invite: (tx: Tx, asked: Invite) => invite(deps, tx, asked),
    newCode: (tx: Tx, one: OwnInvitation) => newCode(tx, one),
    withdraw: (one: OwnInvitation) => db.tx((tx) => withdraw(tx, one)),
    invitations: (consultantId: PersonId) => listInvitations(deps, consultantId),
    findByCode: (code: string, looking: Looking) => findByCode(deps, code, looking),
    viewInvitation: (token: string, looking: Looking) => viewInvitation(deps, token, looking),
    join: (asked: Join) => join(deps, asked),

    ring: (tx: Tx, asked: NewRing) => ringConsultant(deps, tx, asked),
    rings: (personId: PersonId) => listRings(deps, personId),
    viewRing: (callId: CallId, side: Side) => viewRing(db, { callId, side }),
    acceptRing: (tx: Tx, actor: Actor, from: Whereabouts) => accept(deps, tx, { actor, from }),
    declineRing: (tx: Tx, actor: Actor) => decline(deps, tx, actor),
    cancelRing: (tx: Tx, actor: Actor) => cancel(deps, tx, actor),
    saySolved: (tx: Tx, actor: Actor) => saySolved(deps, tx, actor),

    callerOfGuestCookie: (value: string) => callerOfGuestCookie(deps, value),
    guestOf: (guestId: GuestId) => guestOf(deps, guestId),
    openPrivateLink: (token: string) => openPrivateLink(deps, token),
    requestEmailCode: (actor: Actor, email: string) => requestEmailCode(deps, actor, email),
    confirmEmail: (actor: Actor, code: string) => confirmEmail(deps, actor, code),
    claim: (tx: Tx, identity: Identity) => claim(tx, identity),

    /** The caller's side of the call; null: he is no party of it, or there is no such call. */
    async partyOf(callId: CallId, identity: Identity): Promise<{ side: Side } | null> {
      const role = await roleIn(db, callId, identity);
      return role === null ? null : { side: sideOf(role) };
    },
    view: (callId: CallId, side: Side): Promise<CallView> => viewCall(deps, db, { callId, side }),
    /** The call's number, counted over all calls: the protocol's number is made of it. Null: no such call. */
    numberOf: async (callId: CallId): Promise<bigint | null> => (await db.maybe(store.findCall, [callId]))?.number ?? null,
    /** Null: no such call, or it never opened. */
    async isOver(callId: CallId): Promise<boolean | null> {
      const state = (await db.maybe(store.findCall, [callId]))?.state;
      if (state === "open") return false;
      return state === "ended" || state === "settled" ? true : null;
    },
    pause: (tx: Tx, actor: Actor) => pause(deps, tx, actor),
    resume: (tx: Tx, actor: Actor) => resume(deps, tx, actor),
    end: (tx: Tx, actor: Actor) => end(deps, tx, actor),
    changeTask: (tx: Tx, actor: Actor, wanted: NewTask) => changeTask(deps, tx, { actor, wanted }),
    comment: (tx: Tx, actor: Actor, said: NewComment) => comment(deps, tx, { actor, said }),

    history: (page: HistoryPage) => history(deps, page),
    clientBook: (consultantId: PersonId) => clientBook(deps, consultantId),
    noteOnClient: (of: { consultantId: PersonId; guestId: GuestId; note: string }) => noteOnClient(deps, of),

    seen: (ends: readonly End[]) => seen(deps, ends),
    endForsaken: () => endForsaken(deps),
    /** Ends rings that were missed or left; answers how many. */
    watchRings: () => watchRings(deps),
    /** Ends forsaken calls and rings, and forgets dead codes and links from now on; answers what stops it. */
    start: () => startWatch(deps),
    /** By task name. */
    jobs: { [SETTLE_SILENT]: (payload) => settleSilent(deps, payload) } satisfies JobHandlers,
    subscribers: {
      "metering.line_ended": [(event) => hearLineEnded(deps, event)],
      "journal.key_shown": [(event) => hearKeyShown(deps, event)],
      "people.signed_up": [(event) => hearSignedUp(deps, event)],
    } satisfies Subscribers,
  };
}

export { callsRoutes, GUEST_COOKIE } from "./routes.ts";
export { meterAsSeen, paysFor } from "./view.ts";
