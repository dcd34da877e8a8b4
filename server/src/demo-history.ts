/**
 * The demo's month: calls of its consultants, clients and guests, played through the product itself (calls, metering, ledger, journal)
 * in a past. Nothing is inserted: what the cabinet shows of it was invited, rung, talked, charged and settled.
 */
import { randomUUID } from "node:crypto";
import { CONSENT_VERSION, RING_CONSENT_VERSION } from "@minuta/contracts/consent";
import type { CallId, GuestId, PersonId, Side } from "@minuta/contracts/ids";
import type { JournalEvent } from "@minuta/contracts/journal";
import { kopecks } from "@minuta/contracts/money";
import type { Person } from "@minuta/contracts/people";
import { configurations } from "@minuta/contracts/taxonomy";
import type { Past } from "#platform/past";
import type { Domains } from "./app.ts";
import { chats, releases, type DemoGuest } from "./demo-history-cases.ts";
import { pick, planCalls, type Chance, type PlannedCall, type Stretch } from "./demo-history-plan.ts";

export interface HistoryOptions {
  readonly past: Past;
  /** Made on the past's database and clock; their news are heard by `past.look`. */
  readonly domains: Domains;
  readonly chance: Chance;
}

/** Plays the month before `past.present`; answers how many calls it has. The demo's people must be there. */
export async function playHistory(options: HistoryOptions): Promise<number> {
  const calls = planCalls(options.chance, options.past.present);
  const stage: Stage = { ...options, agenda: [], guests: new Map(), waiting: new Set(), people: await peopleOf(options, calls) };
  for (const planned of calls) stage.agenda.push({ at: planned.at.getTime() - BEFORE_CALL_MS, act: () => play(stage, planned) });
  await playAgenda(stage);
  // Their timers were set by a clock of the past.
  for (const callId of stage.waiting) await silence(stage, callId);
  return calls.length;
}

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const SILENCE_MS = 72 * 60 * MINUTE_MS;
/** So long before a call opens, an invitation is made or a wallet filled. */
const BEFORE_CALL_MS = 4 * MINUTE_MS;
const RING_ANSWERED_AFTER_MS = 9 * SECOND_MS;
const TALK_BEGINS_AFTER_MS = 25 * SECOND_MS;
/** The meter looks at a running call this often here; what is due by then is charged at once, as after a delay. */
const LOOK_EVERY_MS = 5 * MINUTE_MS;

/** A payer with less tops up: the longest call of the marketplace costs 4000 RUB, of the carrier 50 RUB. */
const topUps = {
  ring: { whenBelow: kopecks(600_000), amount: kopecks(500_000) },
  link: { whenBelow: kopecks(120_000), amount: kopecks(50_000) },
} as const;

interface Due {
  readonly at: number;
  readonly act: () => Promise<void>;
}

interface Stage extends HistoryOptions {
  /** What is still to happen; whatever would come after the present does not. */
  readonly agenda: Due[];
  readonly people: ReadonlyMap<string, Person>;
  /** Guests who were here before, known by their browser. */
  readonly guests: Map<DemoGuest, GuestId>;
  /** Ended, and the client said nothing yet. */
  readonly waiting: Set<CallId>;
}

interface Party {
  readonly personId: PersonId | null;
  readonly guestId: GuestId | null;
}

interface OpenCall {
  readonly id: CallId;
  readonly planned: PlannedCall;
  readonly parties: Readonly<Record<Side, Party>>;
}

async function peopleOf({ domains, past }: HistoryOptions, calls: readonly PlannedCall[]): Promise<Map<string, Person>> {
  const emails = new Set(calls.flatMap(({ consultant, client }) => (typeof client === "string" ? [consultant, client] : [consultant])));
  const found = new Map<string, Person>();
  for (const email of emails) {
    const one = await domains.people.findPersonByEmail(past.db, email);
    if (one === null) throw new Error(`the demo has no ${email}`);
    found.set(email, one);
  }
  return found;
}

/** In the order of time. A call moves the clock on by itself: what was due meanwhile comes right after it. */
async function playAgenda({ agenda, past }: Stage): Promise<void> {
  for (;;) {
    agenda.sort((one, other) => one.at - other.at);
    const next = agenda.shift();
    if (next === undefined || next.at > past.present.getTime()) break;
    await past.moveTo(new Date(Math.max(next.at, past.clock.now().getTime())));
    await next.act();
  }
  await past.moveTo(past.present);
}

const later = ({ agenda, past }: Stage, ms: number, act: () => Promise<unknown>): void =>
  void agenda.push({ at: past.clock.now().getTime() + ms, act: async () => void (await act()) });

const pass = ({ past }: Stage, ms: number): Promise<void> => past.moveTo(new Date(past.clock.now().getTime() + ms));

async function play(stage: Stage, planned: PlannedCall): Promise<void> {
  const { client } = planned;
  const call = typeof client === "string" ? await openByRing(stage, planned, client) : await openByLink(stage, planned, client);
  await begin(stage, call);
  for (const stretch of planned.talk) await talk(stage, call, stretch);
  await end(stage, call);
}

/** A carrier call: an invitation, and a guest who joins by its link. */
async function openByLink(stage: Stage, planned: PlannedCall, guest: DemoGuest): Promise<OpenCall> {
  const { past, domains, guests } = stage;
  const { calls } = domains;
  const { id: consultantId, ownRateKopecks } = await payerReady(stage, planned.consultant, "link");
  const configuration = configurations.find(({ code }) => code === planned.about.configuration)?.ru ?? null;
  const invited = { consultantId, task: planned.about.task, configuration, ownRateKopecks, from: at("consultant", planned.consultant) };
  const { token } = await past.db.tx((tx) => calls.invite(tx, invited));

  await past.moveTo(planned.at);
  const { note, ...form } = guest;
  const identity = { personId: null, guestId: guests.get(guest) ?? null };
  const asked = { token, guest: { ...form, email: null }, consent: CONSENT_VERSION, identity, from: at("client", guest.name) };
  const { callId, guestToken } = await calls.join(asked);
  const guestId = await calls.callerOfGuestCookie(guestToken ?? "");
  if (guestId === null) throw new Error("a guest is not known by the cookie he got");
  guests.set(guest, guestId);
  if (note !== "") await calls.noteOnClient({ consultantId, guestId, note });
  return { id: callId, planned, parties: { consultant: { personId: consultantId, guestId: null }, client: { personId: null, guestId } } };
}

/** A marketplace call: the client rings, the consultant's page is open, he accepts. */
async function openByRing(stage: Stage, planned: PlannedCall, client: string): Promise<OpenCall> {
  const { past, domains, people } = stage;
  const { calls, catalogue, presence } = domains;
  const { id: clientId } = await payerReady(stage, client, "ring");
  const consultantId = people.get(planned.consultant)!.id;
  await past.moveTo(new Date(planned.at.getTime() - RING_ANSWERED_AFTER_MS));
  presence.opened(consultantId, planned.consultant);
  await presence.look();
  const { configuration, task } = planned.about;
  const release = releases[configuration] ?? null;
  const asked = { clientId, consultantId, task, configuration, release, consent: RING_CONSENT_VERSION, from: at("client", client) };
  const { callId } = await past.db.tx(async (tx) =>
    calls.ring(tx, { ...asked, pricePerMinute: (await catalogue.priceOf(tx, consultantId))! }),
  );

  await past.moveTo(planned.at);
  const parties = { consultant: { personId: consultantId, guestId: null }, client: { personId: clientId, guestId: null } };
  const actor = { callId, identity: parties.consultant };
  await past.db.tx((tx) => calls.acceptRing(tx, actor, at("consultant", planned.consultant)));
  presence.closed(consultantId, planned.consultant);
  return { id: callId, planned, parties };
}

/** Addresses that RFC 5737 keeps for examples; the two sides never share one. */
function at(side: Side, name: string): { address: string; device: null } {
  const last = Array.from(name).reduce((sum, letter) => sum + letter.charCodeAt(0), 0) % 254;
  return { address: `${side === "client" ? "198.51.100" : "192.0.2"}.${last + 1}`, device: null };
}

/** The one who will pay for the call, with enough money for it. */
async function payerReady({ domains, past, people }: Stage, email: string, kind: keyof typeof topUps): Promise<Person> {
  const payer = people.get(email)!;
  const { whenBelow, amount } = topUps[kind];
  while ((await domains.ledger.wallet(payer.id)).balance < whenBelow) {
    const key = `demo-history:${randomUUID()}`;
    await past.db.tx((tx) => domains.ledger.topUp(tx, { key, party: payer.id, from: "bank", amount, reason: "Пополнение по счёту" }));
  }
  return payer;
}

type Told = Pick<JournalEvent, "actor" | "kind" | "facts">;

/** What the pages of both ends tell the journal. */
const write = ({ past, domains }: Stage, { id }: OpenCall, events: readonly Told[]): Promise<void> =>
  past.db.tx(async (tx) => {
    for (const event of events) await domains.journal.append(tx, id, event);
  });
const by = (actor: Told["actor"], kind: Told["kind"], facts: Told["facts"] = {}): Told => ({ actor, kind, facts });
const said = (actor: Side, text: string): Told => by(actor, "chat", { id: randomUUID(), text });
const line = (kind: "on-the-line" | "off-the-line", ...of: readonly Side[]): Told[] => of.map((side) => by("server", kind, { side }));

async function begin(stage: Stage, call: OpenCall): Promise<void> {
  await write(stage, call, [by("client", "end-connected"), by("consultant", "end-connected")]);
  await pass(stage, TALK_BEGINS_AFTER_MS);
  const [question, answer] = pick(stage.chance, chats);
  await write(stage, call, [
    by("consultant", "microphone-on"),
    by("client", "microphone-on"),
    by("client", "screen-shared"),
    by("client", "path-changed", { path: "webrtc" }),
    ...line("on-the-line", "client", "consultant"),
    ...(stage.chance() < 0.4 ? [said("client", question), said("consultant", answer)] : []),
  ]);
}

async function talk(stage: Stage, call: OpenCall, { seconds, interrupted }: Stretch): Promise<void> {
  for (let left = seconds * SECOND_MS; left > 0; left -= LOOK_EVERY_MS) await talkFor(stage, call, Math.min(left, LOOK_EVERY_MS));
  if (interrupted?.why === "away") {
    await write(stage, call, [...line("off-the-line", "client", "consultant"), by("client", "end-disconnected")]);
    await pass(stage, interrupted.seconds * SECOND_MS);
    await write(stage, call, [
      by("client", "end-connected"),
      by("client", "screen-shared"),
      ...line("on-the-line", "client", "consultant"),
    ]);
  }
  if (interrupted?.why === "pause") {
    const actor = actorOf(call, "client");
    await stage.past.db.tx((tx) => stage.domains.calls.pause(tx, actor));
    await pass(stage, interrupted.seconds * SECOND_MS);
    await stage.past.db.tx((tx) => stage.domains.calls.resume(tx, actor));
  }
}

const actorOf = ({ id, parties }: OpenCall, side: Side) => ({ callId: id, identity: parties[side] });

/** Both ends were on the line for so long. The meter looks at it while they still are, when its time has come: the rest is charged at the end. */
async function talkFor(stage: Stage, { id }: OpenCall, ms: number): Promise<void> {
  const { past, domains } = stage;
  const from = past.clock.now();
  await pass(stage, ms);
  const evidence = domains.metering.startEvidence();
  const ends = (["client", "consultant"] satisfies Side[]).map((side) => ({ callId: id, side }));
  const begun = ends.map((end) => evidence.begin({ ...end, at: from }));
  if (ms === LOOK_EVERY_MS) {
    await Promise.all(begun);
    await past.look();
  }
  await Promise.all([...begun, ...ends.map((end) => evidence.end(end))]);
  await evidence.close();
}

async function end(stage: Stage, call: OpenCall): Promise<void> {
  const { past, domains } = stage;
  const { client, consultant } = call.planned.commentMinutes;
  await write(stage, call, line("off-the-line", "client", "consultant"));
  await past.db.tx((tx) => domains.calls.end(tx, actorOf(call, pick(stage.chance, ["client", "consultant"] as const))));
  await past.look();
  const comment = (side: Side) => () =>
    past.db.tx((tx) => domains.calls.comment(tx, { ...actorOf(call, side) }, { typed: call.planned.about[side] }));
  if (client !== null) later(stage, client * MINUTE_MS, comment("client"));
  if (consultant !== null) later(stage, consultant * MINUTE_MS, comment("consultant"));
  if (typeof call.planned.client === "string") awaitOutcome(stage, call);
}

/** The client says *solved*, or nothing for 72 hours. */
function awaitOutcome(stage: Stage, call: OpenCall): void {
  const { past, domains, waiting } = stage;
  waiting.add(call.id);
  const over = async (settle: () => Promise<unknown>): Promise<void> => {
    await settle();
    waiting.delete(call.id);
  };
  const { solvedMinutes } = call.planned;
  if (solvedMinutes === null) later(stage, SILENCE_MS, () => over(() => silence(stage, call.id)));
  else later(stage, solvedMinutes * MINUTE_MS, () => over(() => past.db.tx((tx) => domains.calls.saySolved(tx, actorOf(call, "client")))));
}

const silence = ({ domains }: Stage, callId: CallId): Promise<void> => domains.calls.jobs["calls.settle_silent"]({ callId });
