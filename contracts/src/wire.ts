/**
 * The call channel (design: "How a call connects"). Three sockets on the page's own origin (WebSockets, or HTTP requests in their place
 * where a proxy refuses those: http-socket.ts):
 *
 * - control, `/api/remote/call/:callId`: JSON text (`endMessage` up, `serverMessage` down); binary: voice and sealed signals,
 *   so that both stay ahead of pictures;
 * - media, `/api/remote/call/:callId/media`: pictures and media-path probes, binary; its first message is `mediaTicket`;
 * - live, `/api/remote/live`: news for a signed-in person, JSON text downwards only (`liveMessage`).
 *
 * And before a call, for anybody: `/api/remote/check` says back what it is told, a few times, and closes.
 *
 * Pictures, voice and signals are sealed between the two ends: the server sees a frame's header and length, nothing else.
 */
import { z } from "zod/mini";
import { callState, callView, meter } from "./calls.ts";
import { whenAbsent } from "./fallback.ts";
import { callId, invitationId, side, type Side } from "./ids.ts";
import { publicKey, signature } from "./signing.ts";
import { chainPlace, countersignature, objection, signedStatement } from "./statement.ts";
import { instant } from "./time.ts";

export const remotePaths = {
  control: "/api/remote/call/:callId",
  media: "/api/remote/call/:callId/media",
  live: "/api/remote/live",
  check: "/api/remote/check",
} as const;

// ---- limits -----------------------------------------------------------------------------------------------------------

export const CHAT_MAX_LENGTH = 2000;
/** A text message of the control channel, bytes. */
export const TEXT_MAX_BYTES = 16 * 1024;
/** A sealed key frame of a large screen, bytes. */
export const PICTURE_MAX_BYTES = 4 * 1024 * 1024;
/** A sealed packet of voice, bytes (Opus: at most 1275). */
export const VOICE_MAX_BYTES = 2 * 1024;
/** A sealed signal, bytes (the largest is a session description). */
export const SIGNAL_MAX_BYTES = 64 * 1024;

// ---- rhythm of presence: the same numbers at the ends and at the server --------------------------------------------------

/** Each end sends a beat on the control channel and a probe on the path that carries the media this often. */
export const PROBE_EVERY_MS = 1000;
/** A beat or an answered probe older than this proves nothing any more (domain rule "On the line"). */
export const PROBE_FRESH_MS = 4000;
/** An end whose voice and pictures go through the server, and that nothing at all came from for so long, is cut off. */
export const RELAY_SILENT_MS = 2000;

// ---- text messages -----------------------------------------------------------------------------------------------------

/**
 * Which way voice and picture go: straight, or by TURN, or sealed through the server: over sockets, or over HTTP where a proxy refuses
 * sockets, as a stream or, where it holds answers back whole, by asking again and again.
 */
export const mediaPath = z.enum(["webrtc-direct", "webrtc-relay", "websocket", "http-stream", "http-poll"]);
export type MediaPath = z.infer<typeof mediaPath>;
export type RelayKind = Exclude<MediaPath, "webrtc-direct" | "webrtc-relay">;
export const isWebRtc = (path: MediaPath | null): boolean => path === "webrtc-direct" || path === "webrtc-relay";

/** What an end says of its own screen and microphone; `refused` and `missing` are told so that the journal has them. */
export const endMedia = z.object({
  screen: z.enum(["off", "on", "blanked", "refused", "stopped-by-browser", "not-supported"]),
  microphone: z.enum(["off", "on", "muted", "refused", "missing"]),
  /** The path this end sends voice and picture on. */
  path: z.nullable(mediaPath),
  /** What of the other side really arrives and is shown or heard here. */
  receives: z.object({ screen: z.boolean(), voice: z.boolean() }),
});
export type EndMedia = z.infer<typeof endMedia>;
/** Whether voice or screen is established: shown or heard by the end it is meant for. Chat alone is not talk. */
export function established({ client, consultant }: Readonly<Record<Side, EndMedia>>): boolean {
  const screen = (client.screen === "on" || client.screen === "blanked") && consultant.receives.screen;
  return screen || (client.microphone === "on" && consultant.receives.voice) || (consultant.microphone === "on" && client.receives.voice);
}

export const noMedia: EndMedia = { screen: "off", microphone: "off", path: null, receives: { screen: false, voice: false } };

const base64url = z.string().check(z.maxLength(200), z.regex(/^[A-Za-z0-9_-]+$/));
/** One meeting of the two ends: new keys for each; also marks the frames sealed by them. */
const pairing = z.int().check(z.minimum(1), z.maximum(0xffff_ffff));
/** First half of the key exchange: binds an end to its key before it has seen the other's, so that a code can be compared later. */
const keyCommit = z.object({ t: z.literal("key-commit"), pairing, commit: base64url });
/** `fingerprint`: SHA-256 of the certificate this page shows over WebRTC; `none` where the browser has no WebRTC. */
const keyReveal = z.object({ t: z.literal("key-reveal"), pairing, publicKey: base64url, nonce: base64url, fingerprint: base64url });

/** Six digits that both screens show when nobody stands between them. */
export const safetyNumber = z.string().check(z.regex(/^\d{6}$/));

export const chatLine = z.object({ id: z.uuid(), from: side, text: z.string(), at: instant });

/** What an end tells the server on the control channel. */
export const endMessage = z.discriminatedUnion("t", [
  z.object({ t: z.literal("hello"), media: endMedia }),
  z.object({ t: z.literal("media"), media: endMedia }),
  z.object({ t: z.literal("beat"), n: z.int().check(z.nonnegative()) }),
  /** A probe of ours came back from the other end over WebRTC, where the server cannot see it itself. */
  z.object({ t: z.literal("probe-back"), n: z.int().check(z.nonnegative()) }),
  keyCommit,
  keyReveal,
  /** What this end shows its person to compare: for the journal. */
  z.object({ t: z.literal("safety-number"), pairing, number: safetyNumber }),
  z.object({ t: z.literal("chat"), id: z.uuid(), text: z.string().check(z.trim(), z.minLength(1), z.maxLength(CHAT_MAX_LENGTH)) }),
  /** The key this end signs minutes with; `signature`: of `callKeyText`. */
  z.object({ t: z.literal("signing-key"), publicKey, signature }),
  z.object({ t: z.literal("countersign"), n: z.int().check(z.positive()), by: countersignature }),
  /** This end does not sign that statement: both sides and the journal are told. */
  z.object({ t: z.literal("not-signing"), n: z.int().check(z.nonnegative()), why: objection }),
  z.object({ t: z.literal("red-stop") }),
  /** Credentials of TURN run out: fresh ones before ICE is started anew. */
  z.object({ t: z.literal("ice-servers-please") }),
  z.object({ t: z.literal("bye") }),
]);
export type EndMessage = z.infer<typeof endMessage>;

export const iceServer = z.object({ urls: z.array(z.string()), username: z.optional(z.string()), credential: z.optional(z.string()) });
export type IceServer = z.infer<typeof iceServer>;

/** What the server tells an end on the control channel. */
export const serverMessage = z.discriminatedUnion("t", [
  z.object({
    t: z.literal("welcome"),
    call: callView,
    mediaTicket: base64url,
    iceServers: z.array(iceServer),
    chat: z.array(chatLine),
    other: z.nullable(z.object({ media: endMedia, pairing })),
  }),
  z.object({ t: z.literal("other-joined"), media: endMedia, pairing }),
  z.object({ t: z.literal("other-left") }),
  z.object({ t: z.literal("other-media"), media: endMedia }),
  z.object({ t: z.literal("other-red-stop") }),
  keyCommit,
  keyReveal,
  z.object({ t: z.literal("beat"), n: z.int() }),
  z.object({ t: z.literal("call"), call: callView }),
  z.object({ t: z.literal("meter"), meter }),
  z.object({ t: z.literal("low-balance"), minutesLeft: z.int() }),
  z.object({ t: z.literal("chat"), line: chatLine }),
  z.object({ t: z.literal("ice-servers"), iceServers: z.array(iceServer) }),
  /** Somebody agreed to the recording or not, or a recorder began, stopped or failed. */
  z.object({ t: z.literal("recordings-changed") }),
  /** The answer to `signing-key`: where this end's word begins, and what it has not signed since. */
  z.object({ t: z.literal("signing-since"), since: chainPlace, unsigned: z.array(signedStatement) }),
  z.object({ t: z.literal("statement"), statement: signedStatement }),
  /** Proven seconds each side signed; why one of them does not. */
  z.object({ t: z.literal("signed"), client: z.int(), consultant: z.int() }),
  z.object({ t: z.literal("not-signing"), side, why: objection }),
  /** The relay had to drop pictures: the next one must be a key frame. */
  z.object({ t: z.literal("key-frame-please") }),
]);
export type ServerMessage = z.infer<typeof serverMessage>;

/** The first message on the media socket, from the `welcome` of the same page. */
export const mediaTicket = z.object({ ticket: base64url });

/** What is pushed to a signed-in person; the bus topic is `person:<id>`. */
export const liveMessage = z.discriminatedUnion("t", [
  z.object({ t: z.literal("invitation-joined"), invitationId, callId }),
  z.object({ t: z.literal("call-changed"), callId }),
  z.object({ t: z.literal("wallet-changed") }),
  /** A client stood at his link and could not come in: the wallet has not enough for the first minutes. */
  z.object({ t: z.literal("wallet-empty") }),
  /** A client rings: every page of the consultant rings. */
  z.object({ t: z.literal("ring"), callId }),
  /** To both: the ring stops everywhere. State `open`: it was accepted, on to the call. */
  z.object({ t: z.literal("ring-over"), callId, state: callState }),
]);
export type LiveMessage = z.infer<typeof liveMessage>;

/** Why the server closed a socket for good; after any other code the end tries again. */
export const closeCodes = { replaced: 4001, callOver: 4002, notAllowed: 4003, signedOut: 4004, badMessage: 4005, tooMuch: 4006 } as const;
/** WebSocket's own "service restart": the server will be back at once, and the ends with it. */
export const SERVICE_RESTART = 1012;

// ---- sealed signals: end to end, the server cannot read them ------------------------------------------------------------

export const signal = z.discriminatedUnion("t", [
  /** First after new keys: which page load this is (a new one needs a new peer connection), which codecs it can show and which other way pictures can come. */
  z.object({
    t: z.literal("about"),
    endId: z.string().check(z.maxLength(40)),
    decodes: z.array(z.string().check(z.maxLength(40))).check(z.maxLength(20)),
    signingKey: whenAbsent(z.nullable(publicKey), null),
  }),
  /** A picture came and the decoder keeps up. */
  z.object({ t: z.literal("arrived"), sequence: z.int() }),
  z.object({ t: z.literal("key-frame-please") }),
  /** Consultant → client: 0…1 of the picture's width and height; null lifts it. */
  z.object({
    t: z.literal("pointer"),
    at: z.nullable(z.object({ x: z.number().check(z.minimum(0), z.maximum(1)), y: z.number().check(z.minimum(0), z.maximum(1)) })),
  }),
  /** WebRTC: the consultant's end makes all offers. */
  z.object({ t: z.literal("description"), type: z.enum(["offer", "answer"]), sdp: z.string().check(z.maxLength(60_000)) }),
  z.object({
    t: z.literal("candidate"),
    candidate: z.string().check(z.maxLength(2000)),
    mid: z.nullable(z.string().check(z.maxLength(40))),
    line: z.nullable(z.int()),
  }),
  z.object({ t: z.literal("restart-please") }),
  /** The direct path carries nothing any more, seen from this end: media comes back to the relay at once. */
  z.object({ t: z.literal("direct-fell") }),
  /** The first picture of WebRTC's own came: the relay need not bring any. */
  z.object({ t: z.literal("direct-picture") }),
]);
export type Signal = z.infer<typeof signal>;

// ---- binary frames -----------------------------------------------------------------------------------------------------

/**
 * A sealed frame: header of 14 bytes, then AES-GCM ciphertext with its tag of 16. Big endian:
 * kind 1 · flags 1 (bit 0: key frame) · pairing 4 · sequence 8. The header is authenticated as additional data, and
 * kind and sequence are the nonce, so a sequence is never used twice for one kind in one pairing and direction.
 * A probe (and its answer) is 9 bytes in clear: kind 1 · number 8, random so that only who received it can answer.
 */
export const frameKinds = { picture: 1, voice: 2, signal: 3, probe: 4, answer: 5 } as const;
export type SealedKind = "picture" | "voice" | "signal";
export const HEADER_BYTES = 14;
export const TAG_BYTES = 16;
export const PROBE_BYTES = 9;

export interface FrameHeader {
  readonly kind: SealedKind;
  readonly keyFrame: boolean;
  readonly pairing: number;
  /** Counts up from 0 for each kind; below 2^53. */
  readonly sequence: number;
}

export type Frame =
  | { readonly header: FrameHeader; readonly sealed: Uint8Array }
  | { readonly probe: "probe" | "answer"; readonly number: bigint };

const limitOf: Record<SealedKind, number> = { picture: PICTURE_MAX_BYTES, voice: VOICE_MAX_BYTES, signal: SIGNAL_MAX_BYTES };

const sealedKinds: Readonly<Record<number, SealedKind>> = { 1: "picture", 2: "voice", 3: "signal" };
const probeKinds: Readonly<Record<number, "probe" | "answer">> = { 4: "probe", 5: "answer" };

/** Reads a binary message; null when it is none of ours (too short, too long, unknown kind or flag). */
export function readFrame(bytes: Uint8Array): Frame | null {
  const probe = probeKinds[bytes[0] ?? 0];
  if (probe !== undefined) return bytes.length === PROBE_BYTES ? { probe, number: viewOf(bytes).getBigUint64(1) } : null;
  const header = readHeader(bytes);
  return header === null ? null : { header, sealed: bytes.subarray(HEADER_BYTES) };
}

function readHeader(bytes: Uint8Array): FrameHeader | null {
  const kind = sealedKinds[bytes[0] ?? 0];
  if (kind === undefined || bytes.length < HEADER_BYTES + TAG_BYTES || bytes.length > limitOf[kind]) return null;
  const view = viewOf(bytes);
  const flags = view.getUint8(1);
  const sequence = view.getBigUint64(6);
  if (flags > 1 || sequence > BigInt(Number.MAX_SAFE_INTEGER)) return null;
  return { kind, keyFrame: flags === 1, pairing: view.getUint32(2), sequence: Number(sequence) };
}

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** The 14 bytes of a header. */
export function writeHeader(header: FrameHeader): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(HEADER_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, frameKinds[header.kind]);
  view.setUint8(1, header.keyFrame ? 1 : 0);
  view.setUint32(2, header.pairing);
  view.setBigUint64(6, BigInt(header.sequence));
  return bytes;
}

/** The 12 bytes AES-GCM needs: unique for each frame of one key. */
export function nonceOf(header: FrameHeader): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(12);
  bytes[0] = frameKinds[header.kind];
  new DataView(bytes.buffer).setBigUint64(4, BigInt(header.sequence));
  return bytes;
}

export function writeProbe(kind: "probe" | "answer", number: bigint): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(PROBE_BYTES);
  bytes[0] = frameKinds[kind];
  new DataView(bytes.buffer).setBigUint64(1, number);
  return bytes;
}
