/** The certificate of our own TLS: files that others renew, read again when they change, or one made here for a local network. */
import { readFile, stat } from "node:fs/promises";
import { createSecureContext } from "node:tls";
import type { Clock } from "./clock.ts";
import type { Log } from "./log.ts";

const LOOK_EVERY_MS = 30_000;

/** PEM texts. */
export interface CertificateTexts {
  /** The server's first, then those between it and a known one. */
  readonly cert: string;
  readonly key: string;
}

export interface CertificateFiles {
  readonly certFile: string;
  readonly keyFile: string;
}

export interface Certificate {
  current(): CertificateTexts;
  onChange(changed: (texts: CertificateTexts) => void): void;
  close(): void;
}

/** Refuses (throws) files that cannot be read or do not belong together; later such files are passed over and told in the log. */
export async function readCertificate(files: CertificateFiles, { clock, log }: { clock: Clock; log: Log }): Promise<Certificate> {
  let current = await readTexts(files);
  let seen = await versionOf(files);
  const listeners = new Set<(texts: CertificateTexts) => void>();
  const look = async (): Promise<void> => {
    try {
      const version = await versionOf(files);
      if (version === seen) return;
      current = await readTexts(files);
      seen = version;
      for (const listener of listeners) listener(current);
      log.info({ file: files.certFile }, "front.certificate_read_again");
    } catch (error) {
      log.error({ err: error, file: files.certFile }, "front.certificate_unusable");
    }
  };
  return {
    current: () => current,
    onChange: (changed) => void listeners.add(changed),
    close: clock.every(LOOK_EVERY_MS, look),
  };
}

async function readTexts({ certFile, keyFile }: CertificateFiles): Promise<CertificateTexts> {
  const [cert, key] = await Promise.all([readFile(certFile, "utf8"), readFile(keyFile, "utf8")]);
  createSecureContext({ cert, key });
  return { cert, key };
}

/** Changes when a file or what a link points to does. */
async function versionOf({ certFile, keyFile }: CertificateFiles): Promise<string> {
  const found = await Promise.all([stat(certFile), stat(keyFile)]);
  return found.map(({ mtimeMs, ino, size }) => `${mtimeMs} ${ino} ${size}`).join(" ");
}
