/** Ed25519 written out in script, for browsers whose WebCrypto has none: slower, loaded only there, and its keys lie open in memory. */
import { ed25519 } from "@noble/curves/ed25519.js";

type Bytes = Uint8Array<ArrayBuffer>;

export const publicKeyOf = (seed: Bytes): Uint8Array => ed25519.getPublicKey(seed);
export const sign = (message: Bytes, seed: Bytes): Uint8Array => ed25519.sign(message, seed);
/** As strict as RFC 8032, as the platforms are: two implementations must not disagree about what is signed. */
export const verify = (message: Bytes, by: { readonly publicKey: Bytes; readonly signature: Bytes }): boolean =>
  ed25519.verify(by.signature, message, by.publicKey, { zip215: false });
