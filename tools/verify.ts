/**
 * `npm run verify -- protocol.json --key <fingerprint or key>`: checks a protocol file on this computer, without network and without our
 * server. `--keys <file>`: a saved /.well-known/minuta-keys.json; `--statement <n>.<hash>`: as printed or as one of the sides kept it, with or without what the printed code has before it.
 * `--client`, `--consultant`: keys or fingerprints that are known to be that side's; by another key nobody has signed for it.
 * `--recording <file>...`: segments as they were recorded, or archives of them, beside what the protocol says was recorded.
 * Ends with 0 when everything holds, 3 when part of the time or the end is not signed by both, 2 when the server's key is not among the given,
 * 4 when a file of a recording is not of this protocol or was changed, else 1.
 */
import { openAsBlob } from "node:fs";
import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { parseArgs } from "node:util";
import { checkProtocol, signedSegments, type CommentKey, type Pins, type ProtocolCheck } from "@minuta/contracts/check-protocol";
import { checkRecordings, inRanges } from "@minuta/contracts/check-recordings";
import { publishedKeys } from "@minuta/contracts/journal";
import type { ProtocolFile } from "@minuta/contracts/protocol-file";
import { recordedSeconds } from "@minuta/contracts/recordings";
import { fingerprintOf } from "@minuta/contracts/signing";

const exits: Readonly<Record<ProtocolCheck["verdict"], number>> = { holds: 0, fails: 1, "unknown-server": 2, "part-unsigned": 3 };
const FOREIGN_RECORDING = 4;
const words: Readonly<Record<ProtocolCheck["verdict"], string>> = {
  holds: "HOLDS: nothing was changed, and every second and the end are signed by the server and by both sides",
  "part-unsigned": "HOLDS IN PART: nothing was changed, but not every second, or not the end of the call, is signed by both sides",
  "unknown-server":
    "UNKNOWN SERVER: nothing contradicts itself, but the key below was not given as the server's: anybody may have made this file",
  fails: "FAILS: this is not a protocol as the server and the sides signed it",
};

const commentWords: Readonly<Record<CommentKey, string>> = {
  shown: "signed by a key shown in the call",
  other: "signed by a key that was not in the call",
  none: "not signed",
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    key: { type: "string", multiple: true, default: [] },
    keys: { type: "string", multiple: true, default: [] },
    statement: { type: "string", multiple: true, default: [] },
    client: { type: "string", multiple: true, default: [] },
    consultant: { type: "string", multiple: true, default: [] },
    recording: { type: "string", multiple: true, default: [] },
  },
});
/** `--recording *.webm` gives all but the first one so. */
const [path, ...more] = positionals;
if (path === undefined) {
  console.error(
    "usage: npm run verify -- protocol.json --key <the server's key or its fingerprint> [--keys file] [--statement n.hash] [--client key] [--consultant key] [--recording file...]",
  );
  process.exit(1);
}

const saved = await Promise.all(values.keys.map(async (file) => publishedKeys.parse(JSON.parse(await readFile(file, "utf8"))).keys));
/** `<n>.<hash>` as people copy it; the printed code has the call, and the address of the check, before it. */
const STATEMENT = /^(?:\S*#)?(?:[0-9a-f-]{36}\.)?(?<n>[1-9]\d*)\.(?<hash>[0-9a-f]{64})$/;
const kept: NonNullable<Pins["kept"]> = values.statement.map((text) => {
  const { n, hash } = STATEMENT.exec(text.trim())?.groups ?? {};
  if (n === undefined || hash === undefined) {
    console.error(`this is no statement: ${text}`);
    process.exit(1);
  }
  return { n: Number(n), hash, provenSeconds: 0 };
});
const compact = (keys: readonly string[]): string[] => keys.map((key) => key.replaceAll(" ", ""));
const ends = Object.fromEntries(
  (["client", "consultant"] as const).filter((side) => values[side].length > 0).map((side) => [side, compact(values[side])]),
);
const checked = await checkProtocol(await readFile(path), { server: [...compact(values.key), ...saved.flat()], ends, kept });
report(checked);
await reportRecordings(checked, [...values.recording, ...more]);

function report({ verdict, checks, minutes, commentKeys, file }: ProtocolCheck): void {
  for (const { name, holds, at } of checks) console.log(`${holds ? "ok  " : "FAIL"} ${name}${at === "" ? "" : ` (${at})`}`);
  for (const { fromSecond, toSecond, client, consultant } of minutes) {
    const missing = [client ? null : "client", consultant ? null : "consultant"].filter((side) => side !== null);
    if (missing.length > 0) console.log(`seconds ${fromSecond}–${toSecond} are not signed by ${missing.join(" and ")}`);
  }
  if (file !== null) reportFile(file, commentKeys);
  console.log(words[verdict]);
  process.exitCode = exits[verdict];
}

function reportFile(file: ProtocolFile, commentKeys: readonly CommentKey[]): void {
  const { protocol, recordings, keys, seal } = file;
  const signed = signedSegments(file);
  const { number, call, intervals, provenSeconds, charged } = protocol;
  for (const side of ["client", "consultant"] as const)
    console.log(
      `recorded at the ${side}'s: ${recordedSeconds(recordings[side], intervals)} of ${provenSeconds} s; signed by both: ${signed[side]} of ${recordings[side].length} segments`,
    );
  for (const [index, { side }] of call.comments.entries())
    console.log(`comment ${index + 1} (${side}): ${commentWords[commentKeys[index] ?? "none"]}`);
  console.log(`${number}: ${call.consultant.name} – ${call.client.name}, ${provenSeconds} s, ${charged} kopecks`);
  for (const { side, publicKey, kind } of keys) console.log(`key of the ${side} (${kind}) ${fingerprintOf(publicKey)}`);
  console.log(`server's key ${seal.publicKey}\nfingerprint  ${fingerprintOf(seal.publicKey)}`);
}

async function reportRecordings({ file, verdict }: ProtocolCheck, paths: readonly string[]): Promise<void> {
  if (file === null || paths.length === 0) return;
  const given = await Promise.all(paths.map(async (one) => ({ name: basename(one), content: await openAsBlob(one) })));
  const { sides, foreign } = await checkRecordings(file.recordings, given);
  for (const side of ["client", "consultant"] as const) {
    const { fit, missing } = sides[side];
    const lacking = missing.length === 0 ? "" : `; not given: ${inRanges(missing)}`;
    console.log(`recording of the ${side}: ${fit.length} of ${fit.length + missing.length} segments fit${lacking}`);
  }
  for (const name of foreign) console.log(`FAIL ${name} is no segment of this protocol: it was changed, cut short, or is of another call`);
  if (foreign.length > 0 && verdict !== "fails") process.exitCode = FOREIGN_RECORDING;
}
