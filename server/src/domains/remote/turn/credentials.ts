/**
 * Credentials of TURN in the form of its "REST API": a user name that says until when, for whom, and by which key, and a password that
 * is an HMAC of it. Nothing is kept of them; coturn understands the same form. Pure.
 */
import { createHash, createHmac } from "node:crypto";
import { callId as callIdSchema, side as sideSchema, type CallId, type Side } from "@minuta/contracts/ids";

export interface TurnKey {
  readonly id: string;
  readonly secret: string;
}

export interface Holder {
  readonly callId: CallId;
  readonly side: Side;
}

export interface Credentials {
  readonly username: string;
  readonly credential: string;
}

/** `expiresAt` in seconds since 1970. */
export function credentialsFor({ callId, side }: Holder, { key, expiresAt }: { key: TurnKey; expiresAt: number }): Credentials {
  const username = `${expiresAt}:${callId}:${side}:${key.id}`;
  return { username, credential: passwordOf(username, key) };
}

const passwordOf = (username: string, { secret }: TurnKey): string => createHmac("sha1", secret).update(username).digest("base64");

export interface Known extends Holder {
  /** Seconds since 1970: nothing new is given to these credentials afterwards. */
  readonly expiresAt: number;
  /** The key of MESSAGE-INTEGRITY. */
  readonly key: Buffer;
}

/** Who bears this user name; null when it was not made with one of our keys. Whether he knows the password shows in the integrity. */
export function readUsername(username: string, { keys, realm }: { keys: readonly TurnKey[]; realm: string }): Known | null {
  const [until = "", call, side, keyId, ...more] = username.split(":");
  const key = keys.find(({ id }) => id === keyId);
  const [callId, ofSide] = [callIdSchema.safeParse(call), sideSchema.safeParse(side)];
  if (key === undefined || more.length > 0 || !/^\d{1,12}$/.test(until) || !callId.success || !ofSide.success) return null;
  return {
    callId: callId.data,
    side: ofSide.data,
    expiresAt: Number(until),
    key: integrityKey({ username, credential: passwordOf(username, key) }, realm),
  };
}

/** RFC 8489 fixes MD5 here; what is hashed is a password of 160 random-looking bits. */
export const integrityKey = ({ username, credential }: Credentials, realm: string): Buffer =>
  createHash("md5").update(`${username}:${realm}:${credential}`).digest();
