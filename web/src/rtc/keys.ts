/**
 * The keys of one meeting of the two ends (a pairing): ECDH on P-256, committed before it is revealed, so that whoever stands between
 * cannot choose his key to fit the short number that both screens show; HKDF-SHA-256 binds them to the call, the pairing, both public
 * keys and both WebRTC certificates. One AES-GCM key for each direction. The server sees public keys only.
 */
import { fromBase64url, toBase64url } from "@minuta/contracts/base64url";
import { otherSide, type Side } from "@minuta/contracts/ids";

export interface Meeting {
  readonly callId: string;
  readonly pairing: number;
  /** This end's side. */
  readonly side: Side;
}

export interface Revealed {
  readonly publicKey: string;
  readonly nonce: string;
  /** SHA-256 of the certificate of the page's WebRTC, base64url; `none` without WebRTC. */
  readonly fingerprint: string;
}

export interface OwnKey extends Revealed {
  readonly commit: string;
  readonly privateKey: CryptoKey;
}

export interface Keys {
  readonly send: CryptoKey;
  readonly receive: CryptoKey;
  /** Six digits; the same at the other end only if each got the other's own key and certificate. */
  readonly safetyNumber: string;
}

const curve = { name: "ECDH", namedCurve: "P-256" } as const;
const utf8 = new TextEncoder();

export async function makeKey(meeting: Meeting, fingerprint: string): Promise<OwnKey> {
  const pair = await crypto.subtle.generateKey(curve, false, ["deriveBits"]);
  const publicKey = toBase64url(new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey)));
  const nonce = toBase64url(crypto.getRandomValues(new Uint8Array(16)));
  const revealed = { publicKey, nonce, fingerprint };
  return { ...revealed, commit: await commitOf(meeting, meeting.side, revealed), privateKey: pair.privateKey };
}

/** Null when the other end revealed something else than it committed to, or our own key. */
export async function agree(meeting: Meeting, own: OwnKey, other: { commit: string; revealed: Revealed }): Promise<Keys | null> {
  const expected = await commitOf(meeting, otherSide(meeting.side), other.revealed);
  if (expected !== other.commit || other.revealed.publicKey === own.publicKey) return null;
  try {
    const theirs = await crypto.subtle.importKey("raw", fromBase64url(other.revealed.publicKey), curve, false, []);
    const secret = await crypto.subtle.deriveBits({ name: "ECDH", public: theirs }, own.privateKey, 256);
    return await derive(meeting, secret, { [meeting.side]: own, [otherSide(meeting.side)]: other.revealed } as Record<Side, Revealed>);
  } catch {
    return null;
  }
}

async function derive(meeting: Meeting, secret: ArrayBuffer, ends: Record<Side, Revealed>): Promise<Keys> {
  const said = [meeting.callId, String(meeting.pairing), ...partsOf(ends.client), ...partsOf(ends.consultant)];
  const salt = await digest(["minuta call keys 2", ...said]);
  const base = await crypto.subtle.importKey("raw", secret, "HKDF", false, ["deriveKey"]);
  const keyOf = (from: Side, use: KeyUsage): Promise<CryptoKey> =>
    crypto.subtle.deriveKey(
      { name: "HKDF", hash: "SHA-256", salt, info: utf8.encode(`minuta 2 from ${from}`) },
      base,
      { name: "AES-GCM", length: 256 },
      false,
      [use],
    );
  return {
    send: await keyOf(meeting.side, "encrypt"),
    receive: await keyOf(otherSide(meeting.side), "decrypt"),
    safetyNumber: sixDigits(await digest(["minuta safety number 1", ...said])),
  };
}

const partsOf = ({ publicKey, nonce, fingerprint }: Revealed): string[] => [publicKey, nonce, fingerprint];

/** One chance in a million for whoever must commit before he knows. */
function sixDigits(hash: Uint8Array<ArrayBuffer>): string {
  return String(new DataView(hash.buffer).getBigUint64(0) % 1_000_000n).padStart(6, "0");
}

async function commitOf(meeting: Meeting, side: Side, revealed: Revealed): Promise<string> {
  return toBase64url(await digest(["minuta key commit 2", meeting.callId, String(meeting.pairing), side, ...partsOf(revealed)]));
}

/** No part holds a line feed, so the joined text has one reading only. */
async function digest(parts: readonly string[]): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", utf8.encode(parts.join("\n"))));
}
