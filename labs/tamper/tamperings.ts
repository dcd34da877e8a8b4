/** Every way of tampering that the lab tries; each takes a real protocol and returns a file that must not pass for it. */
import { generateKeyPairSync, sign } from "node:crypto";
import { canonicalJson } from "@minuta/contracts/journal-chain";
import type { Pins } from "@minuta/contracts/check-protocol";
import type { Side } from "@minuta/contracts/ids";
import { kopecks } from "@minuta/contracts/money";
import { headOf } from "@minuta/contracts/protocol-head";
import { hashesOfSegments } from "@minuta/contracts/recording-chain";
import { sha256Hex } from "@minuta/contracts/sha256";
import { sealText } from "@minuta/contracts/protocol-file";
import { newKeyPair, signerOf, type Signer } from "@minuta/contracts/signing";
import { commentText, hashOfStatement } from "@minuta/contracts/statement";
import { paidSeconds } from "@minuta/contracts/tariff";
import type { PlayedCall } from "./calls.ts";
import { contentOf, forge, withKeys, type Content } from "./forge.ts";

/** 0 ≤ next(n) < n. */
export type Chance = (n: number) => number;
export interface Tampered {
  readonly bytes: Uint8Array;
  /** What whoever checks knows besides the server's keys. */
  readonly knows?: Pick<Pins, "ends" | "kept">;
}
export interface Material {
  readonly call: PlayedCall;
  readonly other: PlayedCall;
  readonly chance: Chance;
}
type Tampering = (of: Material) => Tampered | Promise<Tampered>;

const utf8 = new TextEncoder();
const asFile = (text: string): Tampered => ({ bytes: utf8.encode(text) });

/** Whoever has no key can only edit the file. */
type Json = Record<string, unknown>;
type Edit = (
  file: {
    protocol: Json & { events: Json[]; intervals: Json[] };
    statements: (Json & { countersignatures: Json[]; recordings: Json })[];
    recordings: Record<Side, Json[]>;
  } & Json,
  of: Material,
) => void;
const edited =
  (edit: Edit): Tampering =>
  (of) => {
    const file = JSON.parse(of.call.text);
    edit(file, of);
    return asFile(`${canonicalJson(file)}\n`);
  };
const some = <T>(items: readonly T[], chance: Chance): T => items[chance(items.length)]!;
const swap = (items: unknown[], chance: Chance): void => {
  const at = chance(items.length - 1);
  [items[at], items[at + 1]] = [items[at + 1], items[at]];
};
const sides = ["client", "consultant"] as const;
const drop = (items: unknown[], chance: Chance): void => void items.splice(chance(items.length), 1);

/** More minutes and money than there were, all figures fitting. */
function inflated(content: Content): Content {
  const more = 60;
  const { protocol, statements } = content;
  const charged = kopecks(protocol.charged + protocol.pricePerMinute);
  const chargeableSeconds = paidSeconds(charged, protocol.pricePerMinute);
  const rate = protocol.call.ownRateKopecks;
  const firstTalk = protocol.intervals.findIndex(({ counted }) => counted);
  const shift = (at: Date): Date => new Date(at.getTime() + more * 1000);
  return {
    ...content,
    protocol: {
      ...protocol,
      charged,
      chargeableSeconds,
      provenSeconds: protocol.provenSeconds + more,
      billableSeconds: protocol.billableSeconds + more,
      ownSum: rate === null ? null : kopecks((BigInt(rate) * BigInt(chargeableSeconds)) / 60n),
      intervals: protocol.intervals.map((one, index) => ({
        ...one,
        from: index > firstTalk ? shift(one.from) : one.from,
        to: index >= firstTalk ? shift(one.to) : one.to,
        seconds: index === firstTalk ? one.seconds + more : one.seconds,
      })),
    },
    statements: statements.map((one) => ({
      ...one,
      provenSeconds: one.provenSeconds + more,
      chargedKopecks: one.chargedKopecks + Number(protocol.pricePerMinute),
      countersignatures: one.countersignatures.map((by) => ({ ...by, observedSeconds: by.observedSeconds + more })),
    })),
  };
}

/** The end of the call is gone: the last minute and everything after it. */
function shortened(content: Content): Content {
  const statements = content.statements.slice(0, -2);
  return { ...content, statements: [...statements, { ...content.statements.at(-2)!, closing: true }] };
}

function otherWords(content: Content, chance: Chance): Content {
  const at = chance(content.protocol.events.length);
  const { events } = content.protocol;
  return {
    ...content,
    protocol: { ...content.protocol, events: events.with(at, { ...events[at]!, facts: { ...events[at]!.facts, note: "иначе" } }) },
  };
}

/** Another file in place of one the consultant recorded, in the list and in every statement after it. */
function otherRecording(content: Content, chance: Chance): Content {
  const { consultant } = content.recordings;
  const at = chance(consultant.length);
  const replaced = consultant.with(at, { ...consultant[at]!, sha256: sha256Hex(String(chance(1_000_000))) });
  const of = { callId: content.protocol.call.id, side: "consultant" } as const;
  const [before, after] = [hashesOfSegments(of, consultant), hashesOfSegments(of, replaced)];
  const instead = (hash: string | null): string | null => (hash === null ? null : after[before.indexOf(hash)]!);
  return {
    ...content,
    recordings: { ...content.recordings, consultant: replaced },
    statements: content.statements.map((one) => ({
      ...one,
      recordings: { ...one.recordings, consultant: instead(one.recordings.consultant) },
    })),
  };
}

/** The consultant says something after the call, by the signer's key. */
async function commented(content: Content, { publicKey, sign: signText }: Signer): Promise<Content> {
  const { protocol, statements } = content;
  const [last, lastEvent] = [statements.at(-1)!, protocol.events.at(-1)!];
  const said = { side: "consultant", text: "Работа не сделана, денег не прошу" } as const;
  const signature = await signText(commentText(protocol.call.id, { ...said, publicKey }));
  const facts = { text: said.text, signed: { publicKey, signature } };
  const events = [...protocol.events, { ...lastEvent, n: lastEvent.n + 1, actor: said.side, kind: "commented" as const, facts }];
  const comments = [...protocol.call.comments, { ...said, at: lastEvent.at }];
  return {
    ...content,
    protocol: { ...protocol, events, call: { ...protocol.call, comments } },
    statements: [...statements, { ...last, n: last.n + 1, journal: { ...last.journal, n: events.length } }],
  };
}

function freshServer() {
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  return {
    publicKey: publicKey.export({ format: "jwk" }).x!,
    sign: (text: string) => sign(null, Buffer.from(text), privateKey).toString("base64url"),
  };
}

/** What the end that was not asked remembers: its key, and the last statement it signed. */
function victimKnows({ call }: Material): Pick<Pins, "ends" | "kept"> {
  const { statements } = contentOf(call.text);
  const last = statements.at(-1)!;
  const { countersignatures: _, signature: __, ...said } = last;
  return {
    ends: { consultant: [call.ends.consultant.publicKey] },
    kept: [{ n: last.n, hash: hashOfStatement(said), provenSeconds: last.provenSeconds }],
  };
}

/** The server and the client together, against the consultant. */
const colluded =
  (change: (content: Content, of: Material) => Content, others: "kept" | "dropped"): Tampering =>
  async (of) => {
    const { signing, ends } = of.call;
    const text = await forge(change(contentOf(of.call.text), of), { server: signing, ends: { client: ends.client }, others });
    return { ...asFile(text), knows: victimKnows(of) };
  };

const forgedWhole =
  (change: (content: Content, of: Material) => Content): Tampering =>
  async (of) => {
    const ends = { client: await signerOf(await newKeyPair()), consultant: await signerOf(await newKeyPair()) };
    const content = withKeys(change(contentOf(of.call.text), of), { client: ends.client.publicKey, consultant: ends.consultant.publicKey });
    return asFile(await forge(content, { server: freshServer(), ends, others: "dropped" }));
  };

type Head = Content["protocol"];
const DAY_MS = 86_400_000;

/** What the server alone could print and seal anew while both sides' signatures stay as they are. */
const otherHeads: Readonly<Record<string, (protocol: Head, chance: Chance) => Head>> = {
  "another rate": (protocol, chance) => {
    const rate = protocol.call.ownRateKopecks! + 1 + chance(5000);
    const sum = kopecks((BigInt(rate) * BigInt(protocol.chargeableSeconds)) / 60n);
    return { ...protocol, call: { ...protocol.call, ownRateKopecks: rate }, ownSum: sum };
  },
  "another consultant": (protocol) => withCall(protocol, { consultant: { name: "Иван Иванов", firm: null, inn: null, verified: true } }),
  "a firm nobody checked": (protocol) => withCall(protocol, { consultant: { ...protocol.call.consultant, verified: true } }),
  "another client": (protocol) =>
    withCall(protocol, { client: { ...protocol.call.client, organisation: "ООО «Другая»", inn: "500100732259" } }),
  "a client who confirmed": (protocol) =>
    withCall(protocol, { client: { ...protocol.call.client, email: "olga@example.org", emailConfirmed: true } }),
  "another task": (protocol) => withCall(protocol, { task: "Настроить обмен" }),
  "another program": (protocol) => withCall(protocol, { configuration: "Розница 2.3" }),
  "a flag": (protocol) => withCall(protocol, { flags: ["same-device"] }),
  "another end": (protocol) => withCall(protocol, { endReason: "no-money" }),
  "another state": (protocol) => withCall(protocol, { state: "ended" }),
  "another number": (protocol) => ({ ...protocol, number: "П-999999-4" }),
  "another day": (protocol, chance) => {
    const days = 1 + chance(300);
    const earlier = (at: Date): Date => new Date(at.getTime() - DAY_MS * days);
    const { call, intervals } = protocol;
    const [openedAt, endedAt] = [earlier(call.openedAt), call.endedAt && earlier(call.endedAt)];
    return withCall(
      { ...protocol, intervals: intervals.map((one) => ({ ...one, from: earlier(one.from), to: earlier(one.to) })) },
      { openedAt, endedAt },
    );
  },
  "another reason for a gap": (protocol) => ({
    ...protocol,
    intervals: protocol.intervals.map((one) => (one.counted ? one : { ...one, why: one.why === "paused" ? "client-away" : "paused" })),
  }),
  "a longer gap": (protocol) => {
    const end = protocol.intervals.at(-1)!.to;
    const gap = { from: end, to: new Date(end.getTime() + 60_000), seconds: 60, counted: false, why: "consultant-away" } as const;
    return { ...protocol, intervals: [...protocol.intervals, gap] };
  },
  "half the price, twice the minutes": (protocol) => {
    const pricePerMinute = kopecks(protocol.pricePerMinute / 2n);
    const chargeableSeconds = paidSeconds(protocol.charged, pricePerMinute);
    const rate = BigInt(protocol.call.ownRateKopecks!);
    return { ...protocol, pricePerMinute, chargeableSeconds, ownSum: kopecks((rate * BigInt(chargeableSeconds)) / 60n) };
  },
  "fewer seconds": (protocol, chance) => ({ ...protocol, billableSeconds: protocol.billableSeconds - 1 - chance(30) }),
};

/** What the server alone could add after both signed: one more event, and a statement of its own that covers it. */
function appended(content: Content, event: Partial<Content["protocol"]["events"][number]>, more: { charge?: number } = {}): Content {
  const { protocol, statements } = content;
  const [last, lastEvent] = [statements.at(-1)!, protocol.events.at(-1)!];
  const events = [...protocol.events, { ...lastEvent, ...event, n: lastEvent.n + 1 }];
  const chargedKopecks = last.chargedKopecks + (more.charge ?? 0);
  const closing = { ...last, n: last.n + 1, chargedKopecks, journal: { ...last.journal, n: events.length }, countersignatures: [] };
  return { ...content, protocol: { ...protocol, events }, statements: [...statements, closing] };
}

const laterAdded: Readonly<Record<string, (content: Content) => Content>> = {
  "another end with another rate": (content) => {
    const protocol = otherHeads["another rate"]!(content.protocol, () => 100);
    const facts = { reason: protocol.call.endReason, head: headOf(protocol) };
    return appended({ ...content, protocol }, { kind: "ended", actor: "server", facts });
  },
  "a minute's charge": (content) => {
    const price = content.protocol.pricePerMinute;
    const charged = kopecks(content.protocol.charged + price);
    const chargeableSeconds = paidSeconds(charged, price);
    const sum = kopecks((BigInt(content.protocol.call.ownRateKopecks!) * BigInt(chargeableSeconds)) / 60n);
    const protocol = { ...content.protocol, charged, chargeableSeconds, ownSum: sum };
    return appended({ ...content, protocol }, { kind: "chat", actor: "server", facts: {} }, { charge: Number(price) });
  },
};

function withCall(protocol: Head, changed: Partial<Head["call"]>): Head {
  return { ...protocol, call: { ...protocol.call, ...changed } };
}

const byServerAlone =
  (change: (content: Content, chance: Chance) => Content): Tampering =>
  async ({ call, chance }) =>
    asFile(await forge(change(contentOf(call.text), chance), { server: call.signing, ends: {}, others: "kept" }));

/** The file's objects, whole and each part. */
function objectsIn(value: unknown): Json[] {
  if (Array.isArray(value)) return value.flatMap(objectsIn);
  return typeof value === "object" && value !== null ? [value as Json, ...Object.values(value).flatMap(objectsIn)] : [];
}

/** A member that the form does not know, or that readers of JSON lose, under the server's own seal: no hash and no signature has it. */
const unknownMember: Tampering = async ({ call, chance }) => {
  const { seal: _, ...content } = JSON.parse(call.text);
  const name = some(["__proto__", "remark"], chance);
  Object.defineProperty(some(objectsIn(content), chance), name, { value: { paid: true }, enumerable: true });
  const { publicKey } = call.signing;
  const seal = { publicKey, signature: call.signing.sign(sealText(content, publicKey)) };
  return asFile(`${canonicalJson({ ...content, seal })}\n`);
};

export const tamperings: Readonly<Record<string, Tampering>> = {
  "a byte is changed": ({ call, chance }) => {
    const bytes = utf8.encode(call.text);
    const at = chance(bytes.length);
    bytes[at] = (bytes[at]! + 1 + chance(255)) % 256;
    return { bytes };
  },
  "a byte is added": ({ call, chance }) => {
    const bytes = [...utf8.encode(call.text)];
    bytes.splice(chance(bytes.length + 1), 0, chance(256));
    return { bytes: Uint8Array.from(bytes) };
  },
  "the file is cut off": ({ call, chance }) => {
    const bytes = utf8.encode(call.text);
    return { bytes: bytes.subarray(0, chance(bytes.length)) };
  },
  "an event is dropped": edited((file, { chance }) => drop(file.protocol.events, chance)),
  "two events are swapped": edited((file, { chance }) => swap(file.protocol.events, chance)),
  "an event is changed": edited((file, { chance }) => void Object.assign(some(file.protocol.events, chance), { facts: { changed: true } })),
  "an event of another call is put in": edited((file, { chance, other }) => {
    file.protocol.events.splice(chance(file.protocol.events.length), 1, some(JSON.parse(other.text).protocol.events, chance));
  }),
  "a statement is dropped": edited((file, { chance }) => drop(file.statements, chance)),
  "two statements are swapped": edited((file, { chance }) => swap(file.statements, chance)),
  "a statement of another call is put in": edited((file, { chance, other }) => {
    file.statements.splice(chance(file.statements.length), 1, some(JSON.parse(other.text).statements, chance));
  }),
  "the last statement is cut off": edited((file) => void file.statements.pop()),
  "a statement says more": edited((file, { chance }) => {
    const one = some(file.statements, chance);
    one["provenSeconds"] = Number(one["provenSeconds"]) + 60;
  }),
  "a signature is dropped": edited((file, { chance }) => drop(some(file.statements, chance).countersignatures, chance)),
  "a signature of another minute is put in": edited((file, { chance }) => {
    const [one, two] = [file.statements[0]!, file.statements.at(-1)!];
    one.countersignatures.splice(chance(one.countersignatures.length), 1, some(two.countersignatures, chance));
  }),
  "a signature of another call is put in": edited((file, { chance, other }) => {
    const one = some(file.statements, chance);
    one.countersignatures = JSON.parse(other.text).statements[0].countersignatures;
  }),
  "the sides' signatures are swapped": edited((file, { chance }) => {
    for (const by of some(file.statements, chance).countersignatures) by["side"] = by["side"] === "client" ? "consultant" : "client";
  }),
  "a key is swapped": edited((file, { other, chance }) => {
    const by = some(some(file.statements, chance).countersignatures, chance);
    by["publicKey"] = other.ends[by["side"] as "client" | "consultant"].publicKey;
  }),
  "the sum is changed": edited((file, { chance }) => void (file.protocol["charged"] = Number(file.protocol["charged"]) + 1 + chance(1000))),
  "a stretch of time is longer": edited((file, { chance }) => {
    const one = some(file.protocol.intervals, chance);
    one["seconds"] = Number(one["seconds"]) + 1 + chance(600);
  }),
  "a recording's segment is dropped": edited((file, { chance }) => drop(file.recordings[some(sides, chance)], chance)),
  "two segments of a recording are swapped": edited((file, { chance }) => swap(file.recordings[some(sides, chance)], chance)),
  "the sides' recordings are swapped": edited((file) => {
    file.recordings = { client: file.recordings.consultant, consultant: file.recordings.client };
  }),
  "a recording's file is replaced": edited((file, { chance }) => {
    some(file.recordings[some(sides, chance)], chance)["sha256"] = sha256Hex(String(chance(1_000_000)));
  }),
  "a segment of another call's recording is put in": edited((file, { chance, other }) => {
    const side = some(sides, chance);
    const segments = file.recordings[side];
    segments.splice(chance(segments.length), 1, some(JSON.parse(other.text).recordings[side], chance));
  }),
  "a statement says another recording": edited((file, { chance }) => {
    some(file.statements, chance).recordings[some(sides, chance)] = sha256Hex(String(chance(1_000_000)));
  }),
  "server and client replace the consultant's recording": colluded((content, { chance }) => otherRecording(content, chance), "kept"),
  "server and client replace the consultant's recording and drop his signatures": colluded(
    (content, { chance }) => otherRecording(content, chance),
    "dropped",
  ),
  "forged whole with fresh keys": forgedWhole((content) => content),
  "forged whole with fresh keys and more minutes": forgedWhole((content) => inflated(content)),
  "written anew without the server's key": async (of) => {
    const content = inflated(contentOf(of.call.text));
    return asFile(
      await forge(content, { server: { ...freshServer(), publicKey: of.call.signing.publicKey }, ends: of.call.ends, others: "kept" }),
    );
  },
  "server and client add a minute": colluded((content) => inflated(content), "kept"),
  "server and client add a minute and drop the consultant's signatures": colluded((content) => inflated(content), "dropped"),
  "server and client cut off the end": colluded((content) => shortened(content), "kept"),
  "server and client change the journal": colluded((content, { chance }) => otherWords(content, chance), "kept"),
  "server and client change the journal and drop the consultant's signatures": colluded(
    (content, { chance }) => otherWords(content, chance),
    "dropped",
  ),
  "server and client put words into the consultant's mouth": async (of) => {
    const content = await commented(contentOf(of.call.text), await signerOf(await newKeyPair()));
    const text = await forge(content, { server: of.call.signing, ends: { client: of.call.ends.client }, others: "kept" });
    return { ...asFile(text), knows: { ends: victimKnows(of).ends! } };
  },
  "server and client sign for the consultant with a key of theirs": async (of) => {
    const consultant = await signerOf(await newKeyPair());
    const content = withKeys(inflated(contentOf(of.call.text)), { consultant: consultant.publicKey });
    const text = await forge(content, { server: of.call.signing, ends: { client: of.call.ends.client, consultant }, others: "dropped" });
    return { ...asFile(text), knows: victimKnows(of) };
  },
  ...Object.fromEntries(
    Object.entries(otherHeads).map(([what, change]) => [
      `the server alone prints ${what}`,
      byServerAlone((content, chance) => ({ ...content, protocol: change(content.protocol, chance) })),
    ]),
  ),
  ...Object.fromEntries(Object.entries(laterAdded).map(([what, add]) => [`the server alone adds ${what}`, byServerAlone(add)])),
  "the server alone seals what nobody reads": unknownMember,
  "the server alone writes the end anew that nobody signed": byServerAlone((content, chance) => {
    const protocol = otherHeads["another rate"]!(content.protocol, chance);
    const end = protocol.events.findIndex(({ kind }) => kind === "ended");
    const facts = { ...protocol.events[end]!.facts, head: headOf(protocol) };
    const events = protocol.events.with(end, { ...protocol.events[end]!, facts });
    const statements = content.statements.map((one) => (one.journal.n > end ? { ...one, countersignatures: [] } : one));
    return { ...content, protocol: { ...protocol, events }, statements };
  }),
};
