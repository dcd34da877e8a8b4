/** Structured log lines; secrets are cut out by name wherever they stand. */
import { pino, type Logger } from "pino";

export type Log = Logger;

const secrets = ["password", "token", "cookie", "authorization", "secret", "code"].flatMap((name) => [name, `*.${name}`, `*.*.${name}`]);

/** `level` as pino's: "silent" in tests. Lines go to standard error, so that standard output stays for people. */
export function createLog(level: string): Log {
  return pino({ level, redact: { paths: secrets, censor: "[cut]" }, base: null }, pino.destination({ dest: 2, sync: true }));
}
