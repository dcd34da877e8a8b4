/** An authority of the lab's own and what it signs; browsers are told to trust it by the hash of its key. */
import { createHash, createPublicKey } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { run } from "../../e2e/harness/process.ts";
import { ADDRESS, SERVER_NAME } from "./spaces.ts";

export interface Certificate {
  /** Files: the certificate with its authority's behind it, and its key. */
  readonly cert: string;
  readonly key: string;
  /** For Chromium's `--ignore-certificate-errors-spki-list`. */
  readonly trust: string;
}

/** A certificate for the server's name and address, signed by an authority made for it. */
export async function certify(folder: string, authority: string): Promise<Certificate> {
  const at = (name: string): string => join(folder, `${authority}-${name}`);
  const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  const subject = ["-subj", `/CN=Minuta lab ${authority}`];
  await run("openssl", ["req", "-x509", ...curve, "-days", "30", ...subject, "-keyout", at("ca.key"), "-out", at("ca.pem")]);
  const names = `subjectAltName=DNS:${SERVER_NAME},IP:${ADDRESS.server}`;
  const signed = ["-CA", at("ca.pem"), "-CAkey", at("ca.key"), "-addext", names, "-days", "30"];
  await run("openssl", ["req", "-x509", ...curve, ...signed, "-subj", `/CN=${SERVER_NAME}`, "-keyout", at("key"), "-out", at("leaf.pem")]);
  const chain = (await readFile(at("leaf.pem"), "utf8")) + (await readFile(at("ca.pem"), "utf8"));
  await writeFile(at("cert"), chain);
  const key = createPublicKey(await readFile(at("ca.pem"))).export({ type: "spki", format: "der" });
  return { cert: at("cert"), key: at("key"), trust: createHash("sha256").update(key).digest("base64") };
}
