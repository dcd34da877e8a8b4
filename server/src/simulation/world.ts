/** Servers, people and the network between them, on one clock that the simulation moves. The servers' metering and database are real. */
import type { CallId, Side } from "@minuta/contracts/ids";
import { otherSide } from "@minuta/contracts/ids";
import { createMetering, type Evidence } from "#metering";
import type { Clock } from "#platform/clock";
import type { Db } from "#platform/db";
import type { Refusal } from "#platform/refusal";
import { createLog, type Log } from "#platform/log";
import { runPass } from "../domains/metering/charge-due.ts";
import { openLine } from "../domains/remote/evidence.ts";
import { SILENT_END_IS_GONE_MS } from "../domains/remote/limits.ts";
import { Probes } from "../domains/remote/probes.ts";
import type { Dice } from "./dice.ts";
import { FaultyDb, type Turns } from "./faulty-db.ts";
import { inAll, type Span } from "./model.ts";

/** A beat or an answer proves this much: the rule's number, not the product's. */
const FRESH_MS = 4000;
const BEAT_EVERY_MS = 1000;
/** An answer that took longer on its way there and back proves nothing: the rule's number too. */
const ANSWERED_WITHIN_MS = 10_000;
export const START_MS = Date.UTC(2026, 10, 23, 9, 0, 0);

const sides = ["client", "consultant"] as const;
/** What a server writes into its log when something failed, for whoever judges. */
function logOf(failed: (error: unknown) => void): Log {
  const silent = createLog("silent");
  const hear = (facts: unknown): void => {
    if (typeof facts === "object" && facts !== null && "err" in facts) failed(facts.err);
  };
  return Object.assign(silent, { warn: hear, error: hear });
}

/** The time of all processes, in milliseconds since the start. */
export interface Time {
  ms: number;
}

interface SimulatedClock extends Clock {
  /** Runs what was to run by now. */
  tick(): Promise<void>;
}

function clockOf(time: Time): SimulatedClock {
  const repeated = new Set<() => void | Promise<void>>();
  let later: { at: number; work: () => void }[] = [];
  return {
    now: () => new Date(START_MS + time.ms),
    monotonicMs: () => time.ms,
    every(_ms, work) {
      repeated.add(work);
      return () => void repeated.delete(work);
    },
    after(ms, work) {
      later.push({ at: time.ms + ms, work });
      return () => {};
    },
    async tick() {
      const due = later.filter(({ at }) => at <= time.ms);
      later = later.filter(({ at }) => at > time.ms);
      for (const { work } of due) work();
      for (const work of repeated) await work();
    },
  };
}

/** Spans of one kind of proof: each arrival proves the time after it. */
class Proofs {
  readonly spans: { from: number; to: number }[] = [];
  add(at: number): void {
    const last = this.spans.at(-1);
    if (last !== undefined && last.to >= at) last.to = Math.max(last.to, at + FRESH_MS);
    else this.spans.push({ from: at, to: at + FRESH_MS });
  }
}

/** A page of one side of a call, connected to one copy of the server. */
export interface Connection {
  readonly call: Call;
  readonly side: Side;
  readonly copy: Copy;
  readonly openedAt: number;
  /** When the page went away, as the page knows it. */
  closedAt: number | null;
  /** The power is cut: nothing is sent and nothing closes. */
  silent: boolean;
  /** Beats, answers or both are lost until then. */
  beatsLostUntil: number;
  answersLostUntil: number;
  readonly beats: Proofs;
  readonly answers: Proofs;
  /** Answers to probes of the other end that are on their way to the server. */
  flying: { readonly probe: Probe; readonly at: number }[];
  /** What the server knows. */
  heardAt: number;
  answeredAt: number | null;
  /** Those this end sent, as the server knows them. */
  readonly probes: Probes;
  /** Waits in the socket of a server that hangs. */
  waiting: { beat: boolean; answer: boolean; closed: boolean };
}

/** Of one end to the other. */
export interface Probe {
  readonly number: bigint;
  readonly sender: Connection;
  readonly sentAt: number;
  answered: boolean;
}

/** What the network does to the answer of a probe: how late each copy of it comes. Nothing of it: it is lost. */
export type Fate = () => readonly number[];

/** In time, lost, late (and so out of order), or twice. */
export const badLuck = (dice: Dice): Fate => {
  const other = [() => [], () => [], () => [dice.int(1, 15_000)], () => [0, dice.int(0, 15_000)]];
  return () => (dice.happens(0.8) ? [0] : dice.pick(other)());
};

export interface Call {
  readonly id: CallId;
  readonly payer: string;
  readonly payee: string | null;
  readonly connections: Connection[];
  /** When voice or screen was established. */
  readonly talk: { from: number; to: number }[];
  talking: boolean;
}

interface Room {
  readonly call: Call;
  readonly ends: Record<Side, Connection | null>;
  readonly lines: Record<Side, ReturnType<typeof openLine>>;
}

/** One process of the server: what dies with it is in here. */
export class Copy {
  readonly db: FaultyDb;
  readonly clock: SimulatedClock;
  readonly metering: ReturnType<typeof createMetering>;
  readonly rooms = new Map<Call, Room>();
  readonly #time: Time;
  readonly #evidence: Evidence;
  readonly #log: Log;
  state: "runs" | "hangs" | "dead" = "runs";

  constructor(inner: Db, { turns, time, failed }: { turns: Turns; time: Time; failed: (error: unknown) => void }) {
    const log = logOf(failed);
    this.#log = log;
    this.db = new FaultyDb(inner, turns);
    this.clock = clockOf(time);
    this.#time = time;
    this.metering = createMetering({ db: this.db, clock: this.clock, log });
    this.#evidence = this.metering.startEvidence();
    this.#evidence.onFenced(() => this.#dropAll());
  }

  pass = (): Promise<void> => runPass({ db: this.db });
  tick = (): Promise<void> => this.clock.tick();
  giveBack = (): Promise<void> => this.#evidence.close();

  admit(connection: Connection): void {
    const { call, side } = connection;
    const room = this.rooms.get(call) ?? this.#openRoom(call);
    const before = room.ends[side];
    if (before !== null) this.leave(before);
    room.ends[side] = connection;
    const other = room.ends[otherSide(side)];
    if (other !== null) other.answeredAt = null;
    this.#step(room);
  }

  leave(connection: Connection): void {
    connection.closedAt ??= this.#time.ms;
    const room = this.rooms.get(connection.call);
    if (room === undefined || room.ends[connection.side] !== connection) return;
    this.#step(room);
    room.ends[connection.side] = null;
    this.#step(room);
    if (sides.every((side) => room.ends[side] === null)) this.rooms.delete(connection.call);
  }

  /** As the server looks at who is on the line, several times a second. */
  look(): void {
    for (const room of this.rooms.values()) {
      this.#step(room);
      for (const side of sides) {
        const end = room.ends[side];
        if (end !== null && this.#time.ms - end.heardAt > SILENT_END_IS_GONE_MS) this.leave(end);
      }
    }
  }

  /** The process goes on: what waited in its sockets is read first, and is taken for news. */
  wake(): void {
    this.state = "runs";
    for (const room of this.rooms.values()) {
      for (const side of sides) {
        const end = room.ends[side];
        if (end === null) continue;
        if (end.waiting.beat) end.heardAt = this.#time.ms;
        if (end.waiting.answer) end.answeredAt = this.#time.ms;
      }
      this.#step(room);
      for (const side of sides) {
        const end = room.ends[side];
        if (end?.waiting.closed !== true) continue;
        end.waiting.closed = false;
        this.leave(end);
      }
    }
    this.db.thaw();
  }

  hang(): void {
    this.state = "hangs";
    for (const room of this.rooms.values())
      for (const side of sides) if (room.ends[side] !== null) room.ends[side].waiting = { beat: false, answer: false, closed: false };
    this.db.hang();
  }

  die(): void {
    this.state = "dead";
    this.db.die();
    for (const room of this.rooms.values())
      for (const side of sides) if (room.ends[side] !== null) room.ends[side].closedAt ??= this.#time.ms;
    this.rooms.clear();
  }

  #dropAll(): void {
    for (const room of this.rooms.values()) for (const side of sides) if (room.ends[side] !== null) this.leave(room.ends[side]);
  }

  #openRoom(call: Call): Room {
    const ports = { evidence: this.#evidence, journal: { append: async () => {} }, clock: this.clock, log: this.#log };
    const room = {
      call,
      ends: { client: null, consultant: null },
      lines: { client: openLine(ports, call.id, "client"), consultant: openLine(ports, call.id, "consultant") },
    };
    this.rooms.set(call, room);
    return room;
  }

  #step(room: Room): void {
    const now = START_MS + this.#time.ms;
    for (const side of sides) {
      const end = room.ends[side];
      const facts =
        end === null
          ? { connected: false, heardAt: 0, relayed: true, answeredAt: null }
          : {
              connected: end.closedAt === null || end.waiting.closed,
              heardAt: START_MS + end.heardAt,
              relayed: true,
              answeredAt: end.answeredAt === null ? null : START_MS + end.answeredAt,
            };
      room.lines[side].step(facts, room.call.talking, now);
    }
  }
}

/** Everything that people and the network do between two looks of the simulation at the database. */
export class Network {
  readonly #time: Time;
  #probes = 0n;
  readonly calls: Call[] = [];

  constructor(time: Time) {
    this.#time = time;
  }

  connect(call: Call, side: Side, copy: Copy): Connection {
    const now = this.#time.ms;
    const connection: Connection = {
      call,
      side,
      copy,
      openedAt: now,
      closedAt: null,
      silent: false,
      beatsLostUntil: 0,
      answersLostUntil: 0,
      beats: new Proofs(),
      answers: new Proofs(),
      flying: [],
      probes: new Probes(),
      heardAt: now,
      answeredAt: null,
      waiting: { beat: false, answer: false, closed: false },
    };
    connection.beats.add(now);
    call.connections.push(connection);
    copy.admit(connection);
    return connection;
  }

  /** The page is closed, or gives this server up. */
  close(connection: Connection): void {
    if (connection.closedAt !== null) return;
    if (connection.copy.state === "hangs") {
      connection.closedAt = this.#time.ms;
      connection.waiting.closed = true;
    } else connection.copy.leave(connection);
  }

  talk(call: Call, on: boolean): void {
    if (call.talking === on) return;
    call.talking = on;
    if (on) call.talk.push({ from: this.#time.ms, to: Number.POSITIVE_INFINITY });
    else call.talk.at(-1)!.to = this.#time.ms;
    for (const { copy, closedAt } of call.connections) if (closedAt === null && copy.state === "runs") copy.look();
  }

  open(call: Call, side: Side): Connection | undefined {
    return call.connections.findLast((one) => one.side === side && one.closedAt === null);
  }

  /** Time passes: pages beat and answer, servers that run look. `lost` decides over each beat, `fate` over each answer. */
  pass(ms: number, { copies, lost, fate }: { copies: readonly Copy[]; lost: () => boolean; fate: Fate }): void {
    for (let left = ms; left > 0;) {
      const step = Math.min(left, BEAT_EVERY_MS);
      left -= step;
      this.#time.ms += step;
      // Servers look several times between two beats, so also right before the next comes.
      for (const copy of copies) if (copy.state === "runs") copy.look();
      for (const call of this.calls) for (const connection of call.connections) this.#send(connection, lost, fate);
      for (const copy of copies) if (copy.state === "runs") copy.look();
    }
  }

  #send(connection: Connection, lost: () => boolean, fate: Fate): void {
    const now = this.#time.ms;
    if (connection.closedAt !== null || connection.silent || connection.copy.state === "dead") return;
    const hangs = connection.copy.state === "hangs";
    if (now >= connection.beatsLostUntil && !lost()) {
      connection.beats.add(now);
      if (hangs) connection.waiting.beat = true;
      else connection.heardAt = now;
    }
    const other = this.open(connection.call, otherSide(connection.side));
    if (other !== undefined && !other.silent) this.#probe(other, connection, fate);
    for (const answer of connection.flying.splice(0)) {
      if (answer.at > now) connection.flying.push(answer);
      else this.#arrive(connection, answer.probe);
    }
  }

  /** The other end's probe passes the server and is answered by this one. */
  #probe(sender: Connection, connection: Connection, fate: Fate): void {
    const sentAt = this.#time.ms;
    const probe: Probe = { number: (this.#probes += 1n), sender, sentAt, answered: false };
    if (connection.copy.state === "runs") sender.probes.passed(probe.number, sentAt);
    const late = sentAt < connection.answersLostUntil ? [] : fate();
    for (const ms of late) connection.flying.push({ probe, at: sentAt + ms });
  }

  /** The first answer to a probe that is not too old proves that this end is there, wherever the server may be. */
  #arrive(connection: Connection, probe: Probe): void {
    const now = this.#time.ms;
    const { copy } = connection;
    const isProof = !probe.answered && now - probe.sentAt <= ANSWERED_WITHIN_MS && probe.sender.closedAt === null;
    probe.answered = true;
    if (isProof) connection.answers.add(now);
    if (copy.state === "hangs") connection.waiting.answer ||= isProof;
    else if (probe.sender.closedAt === null && probe.sender.probes.answered(probe.number, now)) connection.answeredAt = now;
  }
}

/** When this side was on the line, as the people themselves know it; a server that hangs does not change that. */
export function truth(call: Call, side: Side): Span[] {
  return call.connections
    .filter((connection) => connection.side === side)
    .flatMap(({ openedAt, closedAt, beats, answers }) =>
      inAll([
        [{ from: openedAt, to: closedAt ?? Number.MAX_SAFE_INTEGER }],
        beats.spans,
        answers.spans,
        call.talk.map(({ from, to }) => ({ from, to: Math.min(to, Number.MAX_SAFE_INTEGER) })),
      ]),
    );
}

/** A command that somebody gives once, and again until it is answered. */
export interface Command {
  readonly what: string;
  readonly again: boolean;
  run(copy: Copy): Promise<unknown>;
  done?(answer: unknown): void;
  refused?(refusal: Refusal): void;
}
