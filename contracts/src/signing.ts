/**
 * Signatures of the evidence: Ed25519 (RFC 8032) by the platform's own WebCrypto, the same in browsers and in Node; where there is none,
 * by a script that pages bring along. A key is its 32 bytes and a signature its 64 as base64url; both have one spelling only, so that no
 * changed character goes unnoticed.
 */
import { z } from "zod/mini";
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
export const publicKey = z.string().check(z.refine((text) => bytesOf(32, text), "an Ed25519 public key"));
export const signature = z.string().check(z.refine((text) => bytesOf(64, text), "an Ed25519 signature"));

/** How people compare a key: SHA-256 of its text, 64 hexadecimal digits. */
export const fingerprintOf = (key: string): string => sha256Hex(key);

export interface Signer {
  readonly publicKey: string;
  sign(text: string): Promise<string>;
}

/** 32 bytes that any script of our own pages could read: what is left where the platform keeps no keys of this kind. */
export interface OpenKey {
  readonly seed: Bytes;
}
/** Either may be stored in the browser as it is. */
export type KeyPair = CryptoKeyPair | OpenKey;

const SEED_BYTES = 32;
/** Of the curve's base point: a key that every implementation reads. */
const ANY_KEY = Uint8Array.from([0x58, ...Array.from({ length: 31 }, () => 0x66)]);

async function findNative(): Promise<boolean> {
  try {
    await crypto.subtle.importKey("raw", ANY_KEY, ALGORITHM, false, ["verify"]);
    return true;
  } catch {
    return false;
  }
}
let native: Promise<boolean> | null = null;

type Bytes = Uint8Array<ArrayBuffer>;
/** Ed25519 written out in script. */
export interface Ed25519Script {
  publicKeyOf(seed: Bytes): Uint8Array;
  sign(message: Bytes, seed: Bytes): Uint8Array;
  /** Throws on what is no key or signature at all. */
  verify(message: Bytes, by: { readonly publicKey: Bytes; readonly signature: Bytes }): boolean;
}
let script = (): Promise<Ed25519Script> => Promise.reject(new Error("nobody brought Ed25519 along"));
/** `load` is asked only where the platform has none. */
export const bringEd25519 = (load: () => Promise<Ed25519Script>): void => void (script = load);

/** Null: the platform has Ed25519 itself. */
async function written(): Promise<Ed25519Script | null> {
  native ??= findNative();
  return (await native) ? null : script();
}

/** Loads what this platform lacks, for whoever may be without network later. */
export const prepareSigning = async (): Promise<void> => void (await written());

/** A new key pair; where the platform can, its private half never leaves the platform's keeping. */
export async function newKeyPair(): Promise<KeyPair> {
  if ((await written()) === null) return crypto.subtle.generateKey({ name: ALGORITHM }, false, ["sign", "verify"]);
  return { seed: crypto.getRandomValues(new Uint8Array(SEED_BYTES)) };
}

export async function signerOf(pair: KeyPair): Promise<Signer> {
  if ("seed" in pair) return signerOfOpen(pair);
  const { publicKey: shown, privateKey } = pair;
  return {
    publicKey: toBase64url(new Uint8Array(await crypto.subtle.exportKey("raw", shown))),
    sign: async (text) => toBase64url(new Uint8Array(await crypto.subtle.sign(ALGORITHM, privateKey, utf8.encode(text)))),
  };
}

/** Also on a platform that learned Ed25519 since: a key stays what it was. */
async function signerOfOpen({ seed }: OpenKey): Promise<Signer> {
  const ed25519 = await script();
  return {
    publicKey: toBase64url(ed25519.publicKeyOf(seed)),
    sign: async (text) => toBase64url(ed25519.sign(utf8.encode(text), seed)),
  };
}

/** Whether `signature` is that of `text` by this key; never throws. */
export async function isSigned(text: string, by: { readonly publicKey: string; readonly signature: string }): Promise<boolean> {
  if (!bytesOf(32, by.publicKey) || !bytesOf(64, by.signature)) return false;
  const [key, signed, message] = [fromBase64url(by.publicKey), fromBase64url(by.signature), utf8.encode(text)];
  try {
    const ed25519 = await written();
    if (ed25519 !== null) return ed25519.verify(message, { publicKey: key, signature: signed });
    const imported = await crypto.subtle.importKey("raw", key, ALGORITHM, false, ["verify"]);
    return await crypto.subtle.verify(ALGORITHM, imported, signed, message);
  } catch {
    return false;
  }
}
