/** Real protocols for tampering: calls played through the product's own domains on a real database, signed by both ends' own keys. */
import { randomUUID } from "node:crypto";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CONSENT_VERSION } from "@minuta/contracts/consent";
import { personId, type CallId, type Side } from "@minuta/contracts/ids";
import { kopecks } from "@minuta/contracts/money";
import { hashOfSegment } from "@minuta/contracts/recording-chain";
import { RECORDING_CONSENT_VERSION, SEGMENT_SECONDS, type SegmentFacts } from "@minuta/contracts/recordings";
import { sha256Hex } from "@minuta/contracts/sha256";
import { newKeyPair, signerOf, type Signer } from "@minuta/contracts/signing";
import { callKeyText, commentText, countersignatureText, hashOfStatement } from "@minuta/contracts/statement";
import { createCalls } from "../../server/src/domains/calls/index.ts";
import { createCatalogue } from "../../server/src/domains/catalogue/index.ts";
import { createJournal, type Journal } from "../../server/src/domains/journal/index.ts";
import { createLedger } from "../../server/src/domains/ledger/index.ts";
import { createMetering } from "../../server/src/domains/metering/index.ts";
import { createPeople } from "../../server/src/domains/people/index.ts";
import { createPresence } from "../../server/src/domains/presence/index.ts";
import { createRecordings } from "../../server/src/domains/recordings/index.ts";
import { keysIn } from "../../server/src/platform/key-file.ts";
import { createLog } from "../../server/src/platform/log.ts";
import { objectsInFolder } from "../../server/src/platform/objects.ts";
import { openSigning, type Signing } from "../../server/src/platform/signing.ts";
import type { TestDatabase } from "../../server/src/testing.ts";

const NOON = new Date("2026-11-23T09:00:00.000Z");

/** A finished call with everything a forger could ever lay his hands on. */
export interface PlayedCall {
  readonly text: string;
  readonly signing: Signing;
  readonly ends: Readonly<Record<Side, Signer>>;
}

export interface Wishes {
  readonly minutes: number;
  /** Seconds of a pause in the middle; 0: none. */
  readonly pauseSeconds: number;
  readonly comments: readonly string[];
}

export type Stage = Awaited<ReturnType<typeof openStage>>;

export async function openStage(database: TestDatabase) {
  const { db } = database;
  await database.setClock(NOON);
  let passedMs = 0;
  const clock = {
    now: () => new Date(NOON.getTime() + passedMs),
    monotonicMs: () => passedMs,
    every: () => () => {},
    after: () => () => {},
  };
  const log = createLog("silent");
  const bus = { publish: () => {}, subscribe: () => () => {}, close: async () => {} };
  const mail = { send: async () => {} };
  const publicUrl = "https://minuta.example";
  const metering = createMetering({ db, clock, log });
  const ledger = createLedger({ db, findPersonByEmail: async () => null, burnPerMinute: metering.burnPerMinute });
  const people = createPeople({ db, mail, bus, publicUrl, demo: true });
  const presence = createPresence({ db, bus, clock });
  const catalogue = createCatalogue({ db, people, availability: (ids) => presence.availability(ids) });
  const deps = { db, mail, bus, publicUrl, clock, log, people, catalogue, presence, metering };
  const calls = createCalls({ ...deps, clientKeys: async () => [], record: (tx, id, event) => journal.append(tx, id, event) });
  const folder = await mkdtemp(join(tmpdir(), "minuta-tamper-"));
  const signing = await openSigning(join(folder, "keys"));
  const recordings = createRecordings({
    db,
    bus,
    clock,
    log,
    calls,
    objects: objectsInFolder(join(folder, "recordings")),
    keys: await keysIn(join(folder, "keys", "recordings.json")),
    keptDays: 90,
    counted: (id) => metering.intervals(id),
    isArbiter: async () => false,
    record: (tx, id, event) => journal.append(tx, id, event),
  });
  const journal: Journal = createJournal({ db, clock, log, calls, metering, people, recordings, signing, publicUrl });
  const wait = async (seconds: number): Promise<void> => {
    passedMs += seconds * 1000;
    await database.advanceClock(seconds);
  };
  return { db, metering, ledger, calls, recordings, journal, signing, wait, now: clock.now };
}

const from = { address: "203.0.113.7", agent: "lab", device: null };
let persons = 0;

async function openCall({ db, ledger, calls }: Stage) {
  persons += 1;
  const { rows } = await db.pool.query(
    "insert into people.person (email, name, firm, inn, locale, password_hash) values ($1, 'Анна Смирнова', 'ИП Смирнова', '7707083893', 'ru', '-') returning id",
    [`lab${persons}-${Date.now()}@minuta.example`],
  );
  const consultantId = personId.parse(rows[0].id);
  const topUp = { key: crypto.randomUUID(), party: consultantId, from: "bank", amount: kopecks(100_000), reason: "lab" } as const;
  await db.tx((tx) => ledger.topUp(tx, topUp));
  const asked = { consultantId, task: "Не проводится реализация", configuration: "Бухгалтерия 3.0", ownRateKopecks: 2000, from };
  const { token } = await db.tx((tx) => calls.invite(tx, asked));
  const guest = { name: "Ольга Петрова", organisation: "ООО «Ромашка»", inn: null, email: null };
  const joined = await calls.join({
    token,
    guest,
    consent: CONSENT_VERSION,
    identity: { personId: null, guestId: null },
    from: { ...from, address: "198.51.100.4" },
  });
  const guestId = await calls.callerOfGuestCookie(joined.guestToken ?? "");
  return { id: joined.callId, consultantId, guestId };
}

/** Plays one call to its end; both ends sign every statement. */
export async function playCall(stage: Stage, wishes: Wishes): Promise<PlayedCall> {
  const { db, calls, journal, signing } = stage;
  const { id, consultantId, guestId } = await openCall(stage);
  const ends = { client: await signerOf(await newKeyPair()), consultant: await signerOf(await newKeyPair()) };
  const playing: Playing = {
    id,
    ends,
    actors: { client: { personId: null, guestId }, consultant: { personId: consultantId, guestId: null } },
  };
  await journal.witness.watch(id);
  for (const side of sides) await showKey(stage, playing, side);
  for (const side of sides) await agreeToRecording(stage, { callId: id, side });
  await talk(stage, playing, wishes);
  await db.tx((tx) => calls.end(tx, { callId: id, identity: playing.actors.client }));
  for (const [index, typed] of wishes.comments.entries()) {
    const side = sides[index % sides.length]!;
    const { publicKey, sign } = ends[side];
    const signed = { publicKey, signature: await sign(commentText(id, { side, publicKey, text: typed })) };
    await db.tx((tx) => calls.comment(tx, { callId: id, identity: playing.actors[side] }, { typed, signed }));
  }
  await signAll(stage, playing);
  return { text: (await journal.protocolFile(id)).text, signing, ends };
}

const sides = ["client", "consultant"] as const;

interface Playing {
  readonly id: CallId;
  readonly ends: Readonly<Record<Side, Signer>>;
  readonly actors: Readonly<Record<Side, Parameters<Stage["calls"]["end"]>[1]["identity"]>>;
}

/** Until both are on the line: time that does not count. */
const WAITED_SECONDS = 3;

/** Both on the line, a little over a minute at a time, with one pause after the first if there is to be one. */
async function talk(stage: Stage, playing: Playing, { minutes, pauseSeconds }: Wishes): Promise<void> {
  const { db, calls, metering, wait, now } = stage;
  const { id, actors } = playing;
  const evidence = metering.startEvidence();
  await wait(WAITED_SECONDS);
  for (let minute = 0; minute < minutes; minute += 1) {
    const began = now();
    for (const side of sides) await evidence.begin({ callId: id, side });
    for (let passed = 0; passed < 65; passed += 5) {
      await wait(5);
      await evidence.flush();
    }
    for (const side of sides) await record(stage, { callId: id, side }, began);
    await signAll(stage, playing);
    if (minute > 0 || pauseSeconds === 0) continue;
    await db.tx((tx) => calls.pause(tx, { callId: id, identity: actors.client }));
    await wait(pauseSeconds);
    await evidence.flush();
    await db.tx((tx) => calls.resume(tx, { callId: id, identity: actors.client }));
  }
  for (const side of sides) await evidence.end({ callId: id, side });
  await evidence.close();
}

interface Recording {
  readonly callId: CallId;
  readonly side: Side;
}

const agreeToRecording = ({ db, recordings }: Stage, end: Recording) =>
  db.tx((tx) => recordings.decide(tx, end, { agreed: true, version: RECORDING_CONSENT_VERSION, by: "word" }));

/** A segment of half a minute is told as an end does; its bytes are never asked for here. */
async function record({ recordings }: Stage, end: Recording, from: Date): Promise<void> {
  const { count, hash: before } = await recordings.head(end);
  const segment: SegmentFacts = {
    segmentId: randomUUID(),
    takeId: randomUUID(),
    from,
    to: new Date(from.getTime() + SEGMENT_SECONDS * 1000),
    bytes: 400_000 + count,
    sha256: sha256Hex(randomUUID()),
    cut: false,
  };
  const n = count + 1;
  await recordings.addSegment(end, { segment, n, hash: hashOfSegment({ ...end, n, before }, segment) });
}

async function showKey({ journal }: Stage, { id, ends, actors }: Playing, side: Side): Promise<void> {
  const { publicKey, sign } = ends[side];
  const signature = await sign(callKeyText(id, { side, publicKey }));
  await journal.witness.showKey(id, { side, caller: { ...from, personId: actors[side].personId }, publicKey, signature });
}

async function signAll({ journal }: Stage, { id, ends }: Playing): Promise<void> {
  for (const statement of await journal.witness.state(id, 0)) {
    for (const side of sides) {
      const { publicKey, sign } = ends[side];
      const by = { side, publicKey, sinceN: 0, observedSeconds: statement.provenSeconds };
      const signature = await sign(countersignatureText(hashOfStatement(statement), by));
      await journal.witness.countersign(id, { n: statement.n, by: { ...by, signature } });
    }
  }
}
