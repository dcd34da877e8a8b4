/**
 * The server's own signing keys: Ed25519, one PEM file (PKCS #8) each, readable by nobody else, in a folder. The last by name signs; the
 * others stay, so that what they signed can be checked. The first is made when there is none.
 */
import { createPrivateKey, createPublicKey, generateKeyPairSync, randomUUID, sign, type KeyObject } from "node:crypto";
import { link, mkdir, open, readdir, readFile, stat, unlink } from "node:fs/promises";
import { join } from "node:path";

export interface Signing {
  /** The key that signs now: 32 bytes, base64url. */
  readonly publicKey: string;
  /** All keys, oldest first. */
  readonly publicKeys: readonly string[];
  /** Over the text's UTF-8; base64url. */
  sign(text: string): string;
}

const FIRST_FILE = "signing-0001.pem";
const FILE_NAME = /^signing-\d{4}\.pem$/;

/** Refuses to start with a key that others on this machine can read. */
export async function openSigning(folder: string): Promise<Signing> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  if ((await keyFiles(folder)).length === 0) await makeKey(join(folder, FIRST_FILE));
  const keys: KeyObject[] = [];
  for (const name of await keyFiles(folder)) keys.push(await readKey(join(folder, name)));
  const current = keys.at(-1);
  if (current === undefined) throw new Error(`no signing key in ${folder}`);
  return {
    publicKey: publicOf(current),
    publicKeys: keys.map(publicOf),
    sign: (text) => sign(null, Buffer.from(text), current).toString("base64url"),
  };
}

const keyFiles = async (folder: string): Promise<string[]> => (await readdir(folder)).filter((name) => FILE_NAME.test(name)).sort();

/** Appears whole or not at all. Two copies that start at once make one key: whoever comes second reads the other's. */
async function makeKey(path: string): Promise<void> {
  const { privateKey } = generateKeyPairSync("ed25519");
  const unfinished = `${path}.${randomUUID()}`;
  const file = await open(unfinished, "wx", 0o600);
  await file.writeFile(privateKey.export({ type: "pkcs8", format: "pem" }));
  await file.sync();
  await file.close();
  try {
    await link(unfinished, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  } finally {
    await unlink(unfinished);
  }
}

async function readKey(path: string): Promise<KeyObject> {
  const OTHERS = 0o077;
  if (process.platform !== "win32" && ((await stat(path)).mode & OTHERS) !== 0)
    throw new Error(`${path} can be read by others: chmod 600 ${path}`);
  const key = createPrivateKey(await readFile(path));
  if (key.asymmetricKeyType !== "ed25519") throw new Error(`${path} is no Ed25519 key`);
  return key;
}

const publicOf = (key: KeyObject): string => {
  const { x } = createPublicKey(key).export({ format: "jwk" });
  if (x === undefined) throw new Error("an Ed25519 key has a public half");
  return x;
};
