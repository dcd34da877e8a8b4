/** Seals what one end says so that only the other reads it, in order, each frame once. Frame layout: contracts/wire.ts. */
import { HEADER_BYTES, nonceOf, writeHeader, type FrameHeader, type SealedKind } from "@minuta/contracts/wire";
import type { Keys } from "./keys.ts";

export interface Seal {
  readonly pairing: number;
  /** Whole frame ready to send; frames of one kind come out in the order they went in. */
  seal(kind: SealedKind, plain: BufferSource, keyFrame?: boolean): Promise<{ frame: Uint8Array<ArrayBuffer>; sequence: number }>;
  /** Null for a frame of another pairing, a repeated one, or one nobody who holds the key has sealed. In order for each kind. */
  open(header: FrameHeader, sealed: Uint8Array): Promise<Uint8Array<ArrayBuffer> | null>;
}

export function openSeal(keys: Keys, pairing: number): Seal {
  const next: Record<SealedKind, number> = { picture: 0, voice: 0, signal: 0 };
  const seen: Record<SealedKind, number> = { picture: -1, voice: -1, signal: -1 };
  const sending = queues();
  const receiving = queues();
  return {
    pairing,
    seal(kind, plain, keyFrame = false) {
      const sequence = next[kind]++;
      const header: FrameHeader = { kind, keyFrame, pairing, sequence };
      const sealed = encrypt(keys.send, header, plain);
      return inOrder(sending, kind, async () => ({ frame: await sealed, sequence }));
    },
    open(header, sealed) {
      if (header.pairing !== pairing) return Promise.resolve(null);
      const plain = decrypt(keys.receive, header, sealed);
      return inOrder(receiving, header.kind, async () => {
        const bytes = await plain;
        if (bytes === null || header.sequence <= seen[header.kind]) return null;
        seen[header.kind] = header.sequence;
        return bytes;
      });
    },
  };
}

type Queues = Record<SealedKind, Promise<unknown>>;
const queues = (): Queues => ({ picture: Promise.resolve(), voice: Promise.resolve(), signal: Promise.resolve() });

/** The work itself has begun; only its outcome waits for those before it. */
function inOrder<T>(of: Queues, kind: SealedKind, outcome: () => Promise<T>): Promise<T> {
  const turn = of[kind].then(outcome);
  of[kind] = turn.catch(() => undefined);
  return turn;
}

async function encrypt(key: CryptoKey, header: FrameHeader, plain: BufferSource): Promise<Uint8Array<ArrayBuffer>> {
  const additionalData = writeHeader(header);
  const sealed = new Uint8Array(await crypto.subtle.encrypt({ name: "AES-GCM", iv: nonceOf(header), additionalData }, key, plain));
  const frame = new Uint8Array(HEADER_BYTES + sealed.length);
  frame.set(additionalData);
  frame.set(sealed, HEADER_BYTES);
  return frame;
}

async function decrypt(key: CryptoKey, header: FrameHeader, sealed: Uint8Array): Promise<Uint8Array<ArrayBuffer> | null> {
  try {
    return new Uint8Array(
      await crypto.subtle.decrypt(
        { name: "AES-GCM", iv: nonceOf(header), additionalData: writeHeader(header) },
        key,
        new Uint8Array(sealed),
      ),
    );
  } catch {
    return null;
  }
}
