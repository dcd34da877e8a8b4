/** A store of objects that are written once and read whole: a folder, or a bucket of anything that speaks S3. */
import { randomUUID } from "node:crypto";
import { mkdir, open, readFile, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { AwsClient } from "aws4fetch";
import { refuse } from "./refusal.ts";

export interface Objects {
  /** On disk when it answers. Refuses (`storage-full`). */
  put(name: string, bytes: Uint8Array): Promise<void>;
  /** Null: there is none. */
  get(name: string): Promise<Uint8Array | null>;
  /** One that is not there is no error. */
  remove(name: string): Promise<void>;
}

/** Letters, digits, dashes, and slashes between folders. */
const nameForm = /^[\w-]+(\/[\w-]+)*$/;

function checked(name: string): string {
  if (!nameForm.test(name)) throw new Error(`not the name of an object: ${name}`);
  return name;
}

const noRoom = new Set(["ENOSPC", "EDQUOT", "EFBIG"]);

/** Files of mode 0600; each appears whole or not at all. */
export function objectsInFolder(folder: string): Objects {
  const at = (name: string): string => join(folder, checked(name));
  return {
    async put(name, bytes) {
      const growing = `${at(name)}.${randomUUID()}.part`;
      try {
        await mkdir(dirname(growing), { recursive: true, mode: 0o700 });
        const handle = await open(growing, "wx", 0o600);
        try {
          await handle.writeFile(bytes);
          await handle.sync();
        } finally {
          await handle.close();
        }
        await rename(growing, at(name));
      } catch (error) {
        await rm(growing, { force: true }).catch(() => undefined);
        throw noRoom.has((error as NodeJS.ErrnoException).code ?? "") ? refuse("storage-full", {}) : error;
      }
    },
    async get(name) {
      try {
        return await readFile(at(name));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
        throw error;
      }
    },
    remove: async (name) => rm(at(name), { force: true }),
  };
}

const S3_TIMEOUT_MS = 30_000;

/** `https://KEY:SECRET@host/bucket?region=ru-central1`; the bucket is in the path, which every S3 takes. */
export function objectsInS3(address: string): Objects {
  const { username, password, origin, pathname, searchParams } = new URL(address);
  const bucket = `${origin}${pathname.replace(/\/$/, "")}`;
  const client = new AwsClient({
    accessKeyId: decodeURIComponent(username),
    secretAccessKey: decodeURIComponent(password),
    service: "s3",
    region: searchParams.get("region") ?? "us-east-1",
    retries: 3,
  });
  const ask = async (method: "PUT" | "GET" | "DELETE", name: string, body?: Uint8Array<ArrayBuffer>): Promise<Response> => {
    const answer = await client.fetch(`${bucket}/${checked(name)}`, {
      method,
      signal: AbortSignal.timeout(S3_TIMEOUT_MS),
      ...(body === undefined ? {} : { body }),
    });
    if (answer.ok || answer.status === 404) return answer;
    await answer.body?.cancel();
    if (answer.status === 507) throw refuse("storage-full", {});
    throw new Error(`S3 answered ${answer.status} to ${method}`);
  };
  return {
    async put(name, bytes) {
      const { status } = await ask("PUT", name, new Uint8Array(bytes));
      if (status === 404) throw new Error("S3 has no such bucket");
    },
    async get(name) {
      const answer = await ask("GET", name);
      if (answer.status === 404) return null;
      return new Uint8Array(await answer.arrayBuffer());
    },
    remove: async (name) => void (await ask("DELETE", name)),
  };
}
