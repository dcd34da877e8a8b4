/**
 * `npm run verify -- protocol.json --key <fingerprint or key>`: checks a protocol file on this computer, without network and without our
 * server. `--keys <file>`: a saved /.well-known/minuta-keys.json; `--statement <n>.<hash>`: as printed or as one of the sides kept it, with or without what the printed code has before it.
 * Ends with 0 when everything holds, 3 when part of the time is not signed by both, 2 when the server's key is not among the given, else 1.
 */
import { readFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { checkProtocol, type Pins, type ProtocolCheck } from "@minuta/contracts/check-protocol";
import { publishedKeys } from "@minuta/contracts/journal";
import { fingerprintOf } from "@minuta/contracts/signing";

const exits: Readonly<Record<ProtocolCheck["verdict"], number>> = { holds: 0, fails: 1, "unknown-server": 2, "part-unsigned": 3 };
const words: Readonly<Record<ProtocolCheck["verdict"], string>> = {
  holds: "HOLDS: nothing was changed, and every second is signed by the server and by both sides",
  "part-unsigned": "HOLDS IN PART: nothing was changed, but not every second is signed by both sides (see below)",
  "unknown-server":
    "UNKNOWN SERVER: nothing contradicts itself, but the key below was not given as the server's: anybody may have made this file",
  fails: "FAILS: this is not a protocol as the server and the sides signed it",
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    key: { type: "string", multiple: true, default: [] },
    keys: { type: "string", multiple: true, default: [] },
    statement: { type: "string", multiple: true, default: [] },
  },
});
const [path] = positionals;
if (path === undefined) {
  console.error("usage: npm run verify -- protocol.json --key <the server's key or its fingerprint> [--keys file] [--statement n.hash]");
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
report(await checkProtocol(await readFile(path), { server: [...values.key.map((key) => key.replaceAll(" ", "")), ...saved.flat()], kept }));

function report({ verdict, checks, minutes, file }: ProtocolCheck): void {
  for (const { name, holds, at } of checks) console.log(`${holds ? "ok  " : "FAIL"} ${name}${at === "" ? "" : ` (${at})`}`);
  for (const { fromSecond, toSecond, client, consultant } of minutes) {
    const missing = [client ? null : "client", consultant ? null : "consultant"].filter((side) => side !== null);
    if (missing.length > 0) console.log(`seconds ${fromSecond}–${toSecond} are not signed by ${missing.join(" and ")}`);
  }
  if (file !== null) {
    const { number, call, provenSeconds, charged } = file.protocol;
    console.log(`${number}: ${call.consultant.name} – ${call.client.name}, ${provenSeconds} s, ${charged} kopecks`);
    console.log(`server's key ${file.seal.publicKey}\nfingerprint  ${fingerprintOf(file.seal.publicKey)}`);
  }
  console.log(words[verdict]);
  process.exitCode = exits[verdict];
}
