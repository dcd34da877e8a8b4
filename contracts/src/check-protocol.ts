/**
 * Checking a protocol file, anywhere and without network: what holds, what does not and where. What cannot come from the file itself
 * comes from outside it: the server's keys, and what an end remembers of its own.
 */
import { z } from "zod/mini";
import { CHAIN_START, canonicalJson, checkChain } from "./journal-chain.ts";
import type { JournalEvent } from "./journal.ts";
import type { Side } from "./ids.ts";
import { headEvent, headFits, wereTogether } from "./protocol-head.ts";
import { hashesOfSegments } from "./recording-chain.ts";
import { PROTOCOL_FORM, protocolFile, sealText, type ProtocolFile, type WitnessedStatement } from "./protocol-file.ts";
import { fingerprintOf, isSigned, publicKey, signature } from "./signing.ts";
import {
  beginning,
  commentText,
  countersignatureText,
  hashOfStatement,
  isWitnessed,
  placeOf,
  statementText,
  type ChainPlace,
  type Countersignature,
  type Statement,
} from "./statement.ts";
import { ownSum, paidSeconds } from "./tariff.ts";

export interface Pins {
  /** Keys of the server known from elsewhere, or their fingerprints. */
  readonly server: readonly string[];
  /** Keys that are known to be a side's: signatures in its name by any other are not its own. */
  readonly ends?: Partial<Readonly<Record<Side, readonly string[]>>>;
  /** Keys by which whoever checks signed in this call himself: the file must have them. */
  readonly own?: readonly string[];
  /** Statements that somebody kept: the file must have exactly them. */
  readonly kept?: readonly ChainPlace[];
}

export const checkNames = [
  "file",
  "seal",
  "journal",
  "head",
  "statements",
  "signatures",
  "time",
  "money",
  "comments",
  "recordings",
  "keys",
  "kept",
] as const;
export type CheckName = (typeof checkNames)[number];

export interface Check {
  readonly name: CheckName;
  readonly holds: boolean;
  /** Where it does not: `statement 3`, `event 17`; empty when it holds. */
  readonly at: string;
}

/** What was proven between two statements, and who signed it. */
export interface SignedMinute {
  readonly n: number;
  readonly fromSecond: number;
  readonly toSecond: number;
  readonly chargedKopecks: number;
  readonly client: boolean;
  readonly consultant: boolean;
}

/** Whose key stands under a comment: one that its side showed in the call, another that nothing in the file vouches for, or none. */
export type CommentKey = "shown" | "other" | "none";

export interface ProtocolCheck {
  /**
   * `fails`: something was changed, or is not what it says. `unknown-server`: it is whole, but sealed by a key that was not known before:
   * anybody may have made it. `part-unsigned`: it holds, but not every second, or not the end of the call, is signed by both ends. `holds`: all is.
   */
  readonly verdict: "holds" | "part-unsigned" | "unknown-server" | "fails";
  readonly checks: readonly Check[];
  readonly minutes: readonly SignedMinute[];
  /** Of each comment of the call, in order. */
  readonly commentKeys: readonly CommentKey[];
  /** Null: not readable as a protocol. */
  readonly file: ProtocolFile | null;
}

/** Never throws, whatever the bytes are. */
export async function checkProtocol(bytes: Uint8Array, pins: Pins): Promise<ProtocolCheck> {
  const file = readFile(bytes);
  if (file === null)
    return { verdict: "fails", checks: [{ name: "file", holds: false, at: "" }], minutes: [], commentKeys: [], file: null };
  const minutes = signedMinutes(file.statements);
  const found: [CheckName, string | null | Promise<string | null>][] = [
    ["file", null],
    ["seal", sealOf(file)],
    ["journal", journalOf(file)],
    ["head", headFits(file.protocol)],
    ["statements", statementsOf(file)],
    ["signatures", signaturesOf(file)],
    ["time", timeOf(file)],
    ["money", moneyOf(file)],
    ["comments", commentsOf(file)],
    ["recordings", recordingsOf(file)],
    ["keys", keysOf(file, pins)],
    ["kept", keptIn(file, pins)],
  ];
  const checks: Check[] = [];
  for (const [name, at] of found) {
    const where = await at;
    checks.push({ name, holds: where === null, at: where ?? "" });
  }
  const verdict = verdictOf(file, { checks, minutes, pins });
  return { verdict, checks, minutes, commentKeys: commentKeysOf(file.protocol.events), file };
}

interface Judged {
  readonly checks: readonly Check[];
  readonly minutes: readonly SignedMinute[];
  readonly pins: Pins;
}

function verdictOf(file: ProtocolFile, { checks, minutes, pins }: Judged): ProtocolCheck["verdict"] {
  if (checks.some(({ holds }) => !holds)) return "fails";
  const known = (key: string): boolean => pins.server.includes(key) || pins.server.includes(fingerprintOf(key));
  if (!known(file.seal.publicKey) || !file.statements.every(({ server }) => known(server))) return "unknown-server";
  const signed =
    minutes.every(({ client, consultant }) => client && consultant) && (minutes.at(-1)?.toSecond ?? 0) >= file.protocol.provenSeconds;
  return signed && isEndSigned(file) ? "holds" : "part-unsigned";
}

/** Both signed the event with the head, or the call still runs. */
function isEndSigned({ protocol: { call, events }, statements }: ProtocolFile): boolean {
  if (call.endedAt === null) return true;
  const head = headEvent(events);
  const covering = head === null ? [] : statements.filter(({ journal }) => journal.n >= head.n);
  return sides.every((side) => covering.some(({ countersignatures }) => countersignatures.some((by) => by.side === side)));
}

/** A protocol has nothing in it but what is read here: whatever else stood in it nobody would have checked, and another reader would show it. */
function readFile(bytes: Uint8Array): ProtocolFile | null {
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    const file = protocolFile.parse(JSON.parse(text));
    return `${canonicalJson(z.encode(protocolFile, file))}\n` === text ? file : null;
  } catch {
    return null;
  }
}

async function sealOf(file: ProtocolFile): Promise<string | null> {
  const { seal, ...unsealed } = z.encode(protocolFile, file);
  return (await isSigned(sealText(unsealed, seal.publicKey), seal)) ? null : PROTOCOL_FORM;
}

function journalOf({ protocol }: ProtocolFile): string | null {
  const { call, events, journalHead, printedAt } = protocol;
  const chain = checkChain(call.id, events, journalHead);
  if (!chain.holds) return chain.at === "head" ? "the end" : `event ${chain.at.n}`;
  const backwards = events.findIndex(({ at }, index) => at < (events[index - 1]?.at ?? at) || at > printedAt);
  return backwards < 0 ? null : `event ${backwards + 1}`;
}

async function statementsOf({ protocol, statements }: ProtocolFile): Promise<string | null> {
  const { call, events } = protocol;
  let before: Statement | null = null;
  for (const [index, { countersignatures: _, signature, ...said }] of statements.entries()) {
    const fits =
      said.n === index + 1 && said.call === call.id && follows(said, before) && journalFits(said, events) && keysFit(said, events);
    if (!fits || !(await isSigned(statementText(said), { publicKey: said.server, signature }))) return `statement ${index + 1}`;
    before = said;
  }
  return isComplete(protocol, before) ? null : `statement ${statements.length}`;
}

/** What is printed of a call that is over ends with its last word. */
function isComplete({ call, events }: ProtocolFile["protocol"], last: Statement | null): boolean {
  if (call.endedAt === null) return last?.closing !== true;
  return last?.closing === true && last.journal.n === events.length;
}

function follows(said: Statement, before: Statement | null): boolean {
  if (said.before !== (before === null ? beginning : placeOf(before)).hash) return false;
  if (before === null) return true;
  const more = [said.provenSeconds - before.provenSeconds, said.chargedKopecks - before.chargedKopecks];
  if (more.some((by) => by < 0) || said.journal.n < before.journal.n || said.at < before.at) return false;
  return !before.closing || (said.closing && more.every((by) => by === 0));
}

const headAt = (events: readonly JournalEvent[], n: number): string | undefined => (n === 0 ? CHAIN_START : events[n - 1]?.hash);

const journalFits = ({ journal }: Statement, events: readonly JournalEvent[]): boolean => journal.head === headAt(events, journal.n);

const shown = z.object({ publicKey, kind: z.enum(["device", "call"]), sinceN: z.int() });

/** The keys an end had shown by then, in order. */
function shownBy(events: readonly JournalEvent[], side: Side, n = events.length): z.infer<typeof shown>[] {
  return events
    .filter((event) => event.kind === "key-shown" && event.actor === side && event.n <= n)
    .flatMap(({ facts }) => shown.safeParse(facts).data ?? []);
}

const sides = ["client", "consultant"] as const;

const keysFit = (said: Statement, events: readonly JournalEvent[]): boolean =>
  sides.every((side) => said.keys[side] === (shownBy(events, side, said.journal.n).at(-1)?.publicKey ?? null));

async function signaturesOf({ protocol, statements, keys }: ProtocolFile): Promise<string | null> {
  const { events } = protocol;
  const listed = sides.map((side) =>
    keys.filter((key) => key.side === side).map(({ publicKey, kind, sinceN }) => ({ publicKey, kind, sinceN })),
  );
  if (canonicalJson(listed) !== canonicalJson(sides.map((side) => shownBy(events, side)))) return "keys";
  for (const statement of statements) {
    const hash = hashOfStatement(statement);
    for (const by of statement.countersignatures) {
      const key = shownBy(events, by.side, statement.journal.n).at(-1);
      const own = key?.publicKey === by.publicKey && key.sinceN === by.sinceN && by.sinceN < statement.n;
      if (!own || !witnessed(statements, statement, by) || !(await isSigned(countersignatureText(hash, by), by)))
        return `statement ${statement.n}`;
    }
  }
  return null;
}

/** An end's own clock must not say less than what it signs; the same tolerance as at the end itself (objectionTo). */
function witnessed(statements: readonly WitnessedStatement[], of: Statement, { sinceN, observedSeconds }: Countersignature): boolean {
  return isWitnessed(of.provenSeconds - (statements[sinceN - 1]?.provenSeconds ?? 0), observedSeconds);
}

function timeOf({ protocol, statements }: ProtocolFile): string | null {
  const { intervals, provenSeconds, call } = protocol;
  const contiguous = intervals.findIndex(
    ({ from, to, seconds, counted, why }, index) =>
      to < from ||
      from.getTime() !== (intervals[index - 1]?.to ?? from).getTime() ||
      Math.abs(seconds - (to.getTime() - from.getTime()) / 1000) > 1 ||
      counted !== (why === "on-the-line"),
  );
  if (contiguous >= 0) return `interval ${contiguous + 1}`;
  const counted = intervals.reduce((total, { counted: counts, seconds }) => total + (counts ? seconds : 0), 0);
  const stated = statements.at(-1)?.provenSeconds ?? 0;
  if (call.endedAt === null) return stated > provenSeconds ? "total" : null;
  return counted === provenSeconds && stated === provenSeconds ? null : "total";
}

function moneyOf({ protocol, statements }: ProtocolFile): string | null {
  const { charged, pricePerMinute, chargeableSeconds, billableSeconds, provenSeconds, call, events } = protocol;
  if (billableSeconds > provenSeconds || chargeableSeconds !== paidSeconds(charged, pricePerMinute)) return "seconds";
  if (protocol.ownSum !== ownSum(call.ownRateKopecks, chargeableSeconds)) return "own sum";
  const last = statements.at(-1);
  if (last !== undefined && (last.closing ? BigInt(last.chargedKopecks) !== charged : BigInt(last.chargedKopecks) > charged))
    return "charge";
  const told = events.reduce((total, { kind, facts }) => total + (kind === "charged" ? Number(facts["amountKopecks"]) : 0), 0);
  return BigInt(Math.trunc(told)) > charged ? "charge" : null;
}

const commented = z.object({ text: z.string(), signed: z.optional(z.object({ publicKey, signature })) });

async function commentsOf({ protocol }: ProtocolFile): Promise<string | null> {
  const { call, events } = protocol;
  const said = saidIn(events);
  if (said.length !== call.comments.length) return "number";
  for (const [index, { at, actor, facts }] of said.entries()) {
    const comment = call.comments[index];
    const read = commented.safeParse(facts).data;
    if (comment === undefined || read === undefined || actor !== comment.side || read.text !== comment.text) return `comment ${index + 1}`;
    if (!wereTogether(at, comment.at)) return `comment ${index + 1}`;
    const { signed } = read;
    if (signed !== undefined && !(await isSigned(commentText(call.id, { ...comment, publicKey: signed.publicKey }), signed)))
      return `comment ${index + 1}`;
  }
  return null;
}

const saidIn = (events: readonly JournalEvent[]): JournalEvent[] => events.filter(({ kind }) => kind === "commented");

/** The key under a comment; undefined: it is not signed. */
const commentKey = ({ facts }: JournalEvent): string | undefined => commented.safeParse(facts).data?.signed?.publicKey;

/** Whose name stands under a signed comment, and by which key it is signed. */
export interface CommentSigner {
  readonly side: Side;
  readonly publicKey: string;
  readonly at: Date;
}

/** Of each signed comment in order, whether or not its signature is right. */
export const commentSigners = (events: readonly JournalEvent[]): CommentSigner[] =>
  saidIn(events).flatMap((said) => {
    const [key, side] = [commentKey(said), sides.find((one) => one === said.actor)];
    return key === undefined || side === undefined ? [] : [{ side, publicKey: key, at: said.at }];
  });

/** Of each comment in order. Says nothing about whether the signature is right. */
export const commentKeysOf = (events: readonly JournalEvent[]): CommentKey[] =>
  saidIn(events).map((said) => {
    const key = commentKey(said);
    if (key === undefined) return "none";
    return sides.some((side) => side === said.actor && shownBy(events, side).some(({ publicKey: its }) => its === key)) ? "shown" : "other";
  });

/** What a statement says of a recording is a segment of its list, the same or a later one from statement to statement. */
function recordingsOf({ protocol, statements, recordings }: ProtocolFile): string | null {
  for (const side of sides) {
    const hashes = [null, ...hashesOfSegments({ callId: protocol.call.id, side }, recordings[side])];
    let known = 0;
    for (const statement of statements) {
      const at = hashes.indexOf(statement.recordings[side]);
      if (at < known) return `statement ${statement.n}`;
      known = at;
    }
  }
  return null;
}

/** Who is known by a key from elsewhere has not signed by another, and whoever signed is not left out. */
function keysOf({ protocol, keys, statements }: ProtocolFile, { ends = {}, own = [] }: Pins): string | null {
  if (own.some((key) => !keys.some(({ publicKey: its }) => its === key))) return "own";
  const foreign = (side: Side, key: string): boolean => {
    const known = ends[side];
    return known !== undefined && !known.includes(key) && !known.includes(fingerprintOf(key));
  };
  const shownElsewhere = keys.find((key) => foreign(key.side, key.publicKey));
  if (shownElsewhere !== undefined) return shownElsewhere.side;
  const statement = statements.find(({ countersignatures }) => countersignatures.some((by) => foreign(by.side, by.publicKey)));
  if (statement !== undefined) return `statement ${statement.n}`;
  const comment = saidIn(protocol.events).findIndex((said) => {
    const key = commentKey(said);
    return key !== undefined && sides.some((side) => side === said.actor && foreign(side, key));
  });
  return comment < 0 ? null : `comment ${comment + 1}`;
}

function keptIn({ statements }: ProtocolFile, { kept = [] }: Pins): string | null {
  const missing = kept.find(({ n, hash }) => n > 0 && (statements[n - 1] === undefined || hashOfStatement(statements[n - 1]!) !== hash));
  return missing === undefined ? null : `statement ${missing.n}`;
}

/** A signature speaks for everything its key saw since it came, not only for the last minute. */
export function signedMinutes(statements: readonly WitnessedStatement[]): SignedMinute[] {
  const speaks = (side: Side, n: number): boolean =>
    statements.some((later) => later.n >= n && later.countersignatures.some((by) => by.side === side && by.sinceN < n));
  return statements.map(({ n, provenSeconds, chargedKopecks }, index) => {
    const fromSecond = statements[index - 1]?.provenSeconds ?? 0;
    const nothing = provenSeconds === fromSecond;
    return {
      n,
      fromSecond,
      toSecond: provenSeconds,
      chargedKopecks,
      client: nothing || speaks("client", n),
      consultant: nothing || speaks("consultant", n),
    };
  });
}

/** Of each side's recorded segments, how many are in what both sides signed: later ones rest on the server's word alone. */
export function signedSegments({ protocol, statements, recordings }: ProtocolFile): Record<Side, number> {
  const lastBy = (side: Side): WitnessedStatement | undefined =>
    statements.findLast(({ countersignatures }) => countersignatures.some((by) => by.side === side));
  const signers = sides.map(lastBy);
  const [of] = signers.toSorted((one, other) => (one?.n ?? 0) - (other?.n ?? 0));
  const count = (side: Side): number => {
    const head = signers.includes(undefined) ? undefined : of?.recordings[side];
    return hashesOfSegments({ callId: protocol.call.id, side }, recordings[side]).findIndex((hash) => hash === head) + 1;
  };
  return { client: count("client"), consultant: count("consultant") };
}
