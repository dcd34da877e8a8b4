/** Bytes at rest: sealed with a key of the side's own, that is itself sealed by the key file, in pieces of the store. */
import { createHash, randomBytes, randomUUID } from "node:crypto";
import type { Keys } from "#platform/key-file";
import type { Db } from "#platform/db";
import type { Objects } from "#platform/objects";
import { KEY_BYTES, seal, unseal } from "#platform/seal";
import type { End } from "./index.ts";
import * as store from "./store.ts";

export interface Vault {
  /** Seals and stores; answers the object's name. Refuses (`storage-full`). */
  put(end: End, bytes: Uint8Array): Promise<string>;
  /** Null: not there, or not as it was stored. */
  get(end: End, object: string): Promise<Uint8Array | null>;
  remove(objects: readonly string[]): Promise<void>;
}

export function createVault({ db, objects, keys }: { db: Db; objects: Objects; keys: Keys }): Vault {
  const nameOfKey = ({ callId, side }: End): string => `recordings key ${callId} ${side}`;

  const wrapping = (id: string): Buffer => {
    const found = keys.find((one) => one.id === id);
    if (found === undefined) throw new Error(`the file of keys has no key ${id}`);
    return createHash("sha256").update(found.secret).digest();
  };
  const find = async (end: End): Promise<Buffer | null> => {
    const row = await db.maybe(store.findKey, [end.callId, end.side]);
    if (row === null) return null;
    const key = unseal(wrapping(row.key_id), nameOfKey(end), row.wrapped);
    if (key === null) throw new Error(`the key of recordings of call ${end.callId} was not wrapped by ${row.key_id}`);
    return key;
  };
  const make = async (end: End): Promise<Buffer> => {
    const [{ id }] = keys;
    // Two at once: one of them is kept, and both read that one.
    await db.run(store.addKey, [end.callId, end.side, id, seal(wrapping(id), nameOfKey(end), randomBytes(KEY_BYTES))]);
    const made = await find(end);
    if (made === null) throw new Error("a key that was just made is gone");
    return made;
  };
  return {
    async put(end, bytes) {
      const name = `${end.callId}/${randomUUID()}`;
      await objects.put(name, seal((await find(end)) ?? (await make(end)), name, bytes));
      return name;
    },
    async get(end, object) {
      const key = await find(end);
      const sealed = key === null ? null : await objects.get(object);
      return key === null || sealed === null ? null : unseal(key, object, sealed);
    },
    async remove(names) {
      for (const name of names) await objects.remove(name);
    },
  };
}
