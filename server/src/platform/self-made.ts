/**
 * A certificate signed by nobody, for a local network without one: browsers warn of it once, then the page may use microphone and screen.
 * X.509 in DER, as much of it as a certificate of one key and some names needs (RFC 5280).
 */
import { generateKeyPairSync, randomBytes, sign, X509Certificate } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { hostname, networkInterfaces } from "node:os";
import { join } from "node:path";
import { addressBytes } from "./address.ts";
import type { CertificateFiles, CertificateTexts } from "./certificate.ts";

/** Browsers take no certificate of more than 398 days. */
const DAYS = 397;
const RENEW_DAYS_BEFORE = 30;
const DAY_MS = 86_400_000;

/** The files of a certificate for these names and addresses, made when there is none, it is old, or lacks one of them. */
export async function selfMadeCertificate(folder: string, names: readonly string[], now: Date): Promise<CertificateFiles> {
  const files = { certFile: join(folder, "self-made.pem"), keyFile: join(folder, "self-made.key") };
  const standing = await readFile(files.certFile, "utf8").catch(() => null);
  if (standing !== null && isGoodFor(new X509Certificate(standing), names, now)) return files;
  const { cert, key } = makeCertificate(names, now);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeFile(files.keyFile, key, { mode: 0o600 });
  await writeFile(files.certFile, cert);
  return files;
}

/** What this machine is called and reached by in its own network. */
export function ownNames(): string[] {
  const addresses = Object.values(networkInterfaces()).flatMap((all) => all ?? []);
  // An address of one link only (fe80::) needs that link's name in a browser, which takes none.
  return ["localhost", hostname(), ...addresses.map(({ address }) => address).filter((address) => !address.startsWith("fe80:"))];
}

function isGoodFor(certificate: X509Certificate, names: readonly string[], now: Date): boolean {
  const named = (name: string): boolean =>
    (addressBytes(name) === null ? certificate.checkHost(name) : certificate.checkIP(name)) !== undefined;
  return certificate.validToDate.getTime() - now.getTime() > RENEW_DAYS_BEFORE * DAY_MS && names.every(named);
}

export function makeCertificate(names: readonly string[], now: Date): CertificateTexts {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const issuer = sequence(set(sequence(oid.commonName, tagged(UTF8_STRING, Buffer.from("Minuta, self-made")))));
  const validity = sequence(utcTime(new Date(now.getTime() - DAY_MS)), utcTime(new Date(now.getTime() + DAYS * DAY_MS)));
  const serial = Buffer.concat([Buffer.from([1]), randomBytes(15)]);
  const body = sequence(
    tagged(CONTEXT + 0, tagged(INTEGER, Buffer.from([2]))),
    tagged(INTEGER, serial),
    sequence(oid.ecdsaWithSha256),
    issuer,
    validity,
    issuer,
    publicKey.export({ type: "spki", format: "der" }),
    tagged(CONTEXT + 3, sequence(...extensionsFor(names))),
  );
  const signature = tagged(BIT_STRING, Buffer.concat([Buffer.from([0]), sign("sha256", body, privateKey)]));
  const der = sequence(body, sequence(oid.ecdsaWithSha256), signature);
  const lines = der.toString("base64").replaceAll(/.{64}/g, "$&\n").trimEnd();
  return {
    cert: `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`,
    key: privateKey.export({ type: "pkcs8", format: "pem" }),
  };
}

function extensionsFor(names: readonly string[]): Buffer[] {
  const general = names.map((name) => {
    const address = addressBytes(name);
    return address === null ? tagged(DNS_NAME, Buffer.from(name, "ascii")) : tagged(IP_ADDRESS, address);
  });
  const serverAuth = sequence(oid.serverAuth);
  // Digital signature is the first bit, seven are unused.
  const digitalSignature = tagged(BIT_STRING, Buffer.from([7, 0x80]));
  return [
    sequence(oid.subjectAltName, tagged(OCTET_STRING, sequence(...general))),
    sequence(oid.keyUsage, tagged(OCTET_STRING, digitalSignature)),
    sequence(oid.extendedKeyUsage, tagged(OCTET_STRING, serverAuth)),
  ];
}

// ---- DER ----------------------------------------------------------------------------------------------------------------

const [INTEGER, BIT_STRING, OCTET_STRING, OBJECT_ID, UTF8_STRING, UTC_TIME] = [0x02, 0x03, 0x04, 0x06, 0x0c, 0x17];
const [SEQUENCE, SET, CONTEXT, DNS_NAME, IP_ADDRESS] = [0x30, 0x31, 0xa0, 0x82, 0x87];

function tagged(tag: number, ...content: readonly Buffer[]): Buffer {
  const body = Buffer.concat(content);
  const [high, low] = [body.length >> 8, body.length & 0xff];
  const size = high > 0 ? [0x82, high, low] : low < 0x80 ? [low] : [0x81, low];
  return Buffer.concat([Buffer.from([tag, ...size]), body]);
}
const sequence = (...content: readonly Buffer[]): Buffer => tagged(SEQUENCE, ...content);
const set = (...content: readonly Buffer[]): Buffer => tagged(SET, ...content);
const utcTime = (at: Date): Buffer => tagged(UTC_TIME, Buffer.from(`${at.toISOString().replaceAll(/[-:T]/g, "").slice(2, 14)}Z`));

const objectId = (hex: string): Buffer => tagged(OBJECT_ID, Buffer.from(hex, "hex"));
const oid = {
  commonName: objectId("550403"),
  ecdsaWithSha256: objectId("2a8648ce3d040302"),
  subjectAltName: objectId("551d11"),
  keyUsage: objectId("551d0f"),
  extendedKeyUsage: objectId("551d25"),
  serverAuth: objectId("2b06010505070301"),
};
