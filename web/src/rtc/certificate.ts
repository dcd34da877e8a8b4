/** The page's own certificate for WebRTC, made once, so that its fingerprint can be agreed on together with the keys. */
import { toBase64url } from "@minuta/contracts/base64url";

/** Instead of a fingerprint where there is no WebRTC: no certificate has it. */
export const NO_FINGERPRINT = "none";

export interface OwnCertificate {
  readonly certificate: RTCCertificate;
  readonly fingerprint: string;
}

/** Null where the browser has no WebRTC, or it was switched off. */
export async function makeCertificate(): Promise<OwnCertificate | null> {
  try {
    const certificate = await RTCPeerConnection.generateCertificate({ name: "ECDSA", namedCurve: "P-256" } as AlgorithmIdentifier);
    const connection = new RTCPeerConnection({ certificates: [certificate] });
    connection.createDataChannel("fingerprint");
    // Not every browser tells a certificate's fingerprint, but each writes it into its offers.
    const { sdp } = await connection.createOffer();
    connection.close();
    const fingerprint = fingerprintIn(sdp ?? "");
    return fingerprint === null ? null : { certificate, fingerprint };
  } catch {
    return null;
  }
}

/** The one SHA-256 fingerprint of a session description, base64url; null when there is none, or more than one. */
export function fingerprintIn(sdp: string): string | null {
  const all = new Set([...sdp.matchAll(/^a=fingerprint:(\S+) (\S+)\s*$/gm)].map(([, hash, value]) => `${hash} ${value}`.toLowerCase()));
  const [one] = all;
  const hex = /^sha-256 ((?:[0-9a-f]{2}:){31}[0-9a-f]{2})$/.exec(one ?? "")?.[1];
  if (all.size !== 1 || hex === undefined) return null;
  return toBase64url(Uint8Array.from(hex.split(":"), (byte) => Number.parseInt(byte, 16)));
}
