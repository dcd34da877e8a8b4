/** A forger's tools: a protocol written anew with fitting hashes, signed by whichever keys he has. */
import type { Side } from "@minuta/contracts/ids";
import { CHAIN_START, hashOfEvent } from "@minuta/contracts/journal-chain";
import { protocolFile, writeProtocolFile, type ProtocolFile } from "@minuta/contracts/protocol-file";
import type { Signer } from "@minuta/contracts/signing";
import { countersignatureText, hashOfStatement, statementText, type Countersignature } from "@minuta/contracts/statement";
import type { Signing } from "../../server/src/platform/signing.ts";

export type Content = Omit<ProtocolFile, "form" | "seal">;

export function contentOf(text: string): Content {
  const { form: _, seal: __, ...content } = protocolFile.parse(JSON.parse(text));
  return structuredClone(content);
}

export interface Forger {
  readonly server: Pick<Signing, "publicKey" | "sign">;
  /** An end without a signer keeps what it signed, which then fits or not. */
  readonly ends: Partial<Record<Side, Signer>>;
  /** What becomes of signatures of an end whose key the forger has not. */
  readonly others: "kept" | "dropped";
}

/** Journal, statements and signatures follow from `content` as they would have been made; returns the file's text. */
export async function forge(content: Content, forger: Forger): Promise<string> {
  const { protocol } = content;
  const callId = protocol.call.id;
  const events = [];
  let before = CHAIN_START;
  for (const [index, event] of protocol.events.entries()) {
    const numbered = { ...event, n: index + 1 };
    before = hashOfEvent(callId, before, numbered);
    events.push({ ...numbered, hash: before });
  }
  const statements = [];
  let last = CHAIN_START;
  for (const [index, { countersignatures, signature: _, ...stated }] of content.statements.entries()) {
    const n = Math.min(stated.journal.n, events.length);
    const journal = { n, head: events[n - 1]?.hash ?? CHAIN_START };
    const said = { ...stated, n: index + 1, call: callId, before: last, server: forger.server.publicKey, journal };
    last = hashOfStatement(said);
    const signed = await Promise.all(countersignatures.map((by) => signAgain(by, last, forger)));
    statements.push({ ...said, signature: forger.server.sign(statementText(said)), countersignatures: signed.filter((by) => by !== null) });
  }
  return writeProtocolFile({ ...content, protocol: { ...protocol, events, journalHead: before }, statements }, forger.server);
}

async function signAgain(by: Countersignature, hash: string, { ends, others }: Forger): Promise<Countersignature | null> {
  const signer = ends[by.side];
  if (signer === undefined) return others === "kept" ? by : null;
  const said = { ...by, publicKey: signer.publicKey };
  return { ...said, signature: await signer.sign(countersignatureText(hash, said)) };
}

/** The keys of `sides` are replaced by the forger's everywhere they are named. */
export function withKeys(content: Content, keys: Partial<Record<Side, string>>): Content {
  const own = (side: Side, key: string): string => keys[side] ?? key;
  return {
    ...content,
    keys: content.keys.map((key) => ({ ...key, publicKey: own(key.side, key.publicKey) })),
    protocol: {
      ...content.protocol,
      events: content.protocol.events.map((event) =>
        event.kind === "key-shown" && event.actor !== "server"
          ? { ...event, facts: { ...event.facts, publicKey: own(event.actor, String(event.facts["publicKey"])) } }
          : event,
      ),
    },
    statements: content.statements.map((statement) => ({
      ...statement,
      keys: {
        client: statement.keys.client === null ? null : own("client", statement.keys.client),
        consultant: statement.keys.consultant === null ? null : own("consultant", statement.keys.consultant),
      },
    })),
  };
}
