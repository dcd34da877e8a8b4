/**
 * Signatures of the evidence: Ed25519 (RFC 8032) by the platform's own WebCrypto, the same in browsers and in Node. A key is its 32
 * bytes and a signature its 64 as base64url; both have one spelling only, so that no changed character goes unnoticed.
 */
import { z } from "zod";
import { fromBase64url, toBase64url } from "./base64url.ts";
import { sha256Hex } from "./sha256.ts";

const ALGORITHM = "Ed25519";
const utf8 = new TextEncoder();

const bytesOf = (length: number, text: string): boolean => {
  try {
    const bytes = fromBase64url(text);
    return bytes.length === length && toBase64url(bytes) === text;
  } catch {
    return false;
  }
};
export const publicKey = z.string().refine((text) => bytesOf(32, text), "an Ed25519 public key");
export const signature = z.string().refine((text) => bytesOf(64, text), "an Ed25519 signature");

/** How people compare a key: SHA-256 of its text, 64 hexadecimal digits. */
export const fingerprintOf = (key: string): string => sha256Hex(key);

export interface Signer {
  readonly publicKey: string;
  sign(text: string): Promise<string>;
}

/** A new key pair whose private half never leaves the browser's keeping; it may be stored there as it is. */
export async function newKeyPair(): Promise<CryptoKeyPair> {
  return crypto.subtle.generateKey({ name: ALGORITHM }, false, ["sign", "verify"]);
}

export async function signerOf({ publicKey: shown, privateKey }: CryptoKeyPair): Promise<Signer> {
  return {
    publicKey: toBase64url(new Uint8Array(await crypto.subtle.exportKey("raw", shown))),
    sign: async (text) => toBase64url(new Uint8Array(await crypto.subtle.sign(ALGORITHM, privateKey, utf8.encode(text)))),
  };
}

/** Whether `signature` is that of `text` by this key; never throws. */
export async function isSigned(text: string, by: { readonly publicKey: string; readonly signature: string }): Promise<boolean> {
  if (!bytesOf(32, by.publicKey) || !bytesOf(64, by.signature)) return false;
  try {
    const key = await crypto.subtle.importKey("raw", fromBase64url(by.publicKey), ALGORITHM, false, ["verify"]);
    return await crypto.subtle.verify(ALGORITHM, key, fromBase64url(by.signature), utf8.encode(text));
  } catch {
    return false;
  }
}
