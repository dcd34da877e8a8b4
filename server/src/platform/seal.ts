/** Sealing what is kept at rest: AES-256-GCM with a random nonce before the ciphertext and its tag after it, bound to the name it is kept under. */
import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";

export const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** `name`: what is opened under another name is refused. */
export function seal(key: Uint8Array, name: string, plain: Uint8Array): Buffer {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv("aes-256-gcm", key, nonce).setAAD(Buffer.from(name));
  return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

/** Null: changed, cut, of another key or another name. */
export function unseal(key: Uint8Array, name: string, sealed: Uint8Array): Buffer | null {
  if (sealed.length < NONCE_BYTES + TAG_BYTES) return null;
  const opened = createDecipheriv("aes-256-gcm", key, sealed.subarray(0, NONCE_BYTES)).setAAD(Buffer.from(name));
  opened.setAuthTag(sealed.subarray(sealed.length - TAG_BYTES));
  try {
    return Buffer.concat([opened.update(sealed.subarray(NONCE_BYTES, sealed.length - TAG_BYTES)), opened.final()]);
  } catch {
    return null;
  }
}
