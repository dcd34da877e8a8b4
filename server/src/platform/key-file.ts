/** Secret keys that are no rows of the database: a file only its owner reads, with an id for each key, so that a new one can be put first. */
import { randomBytes } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { z } from "zod";

const key = z.object({ id: z.string().regex(/^\w{1,20}$/), secret: z.string().min(32) });
const keyFile = z.tuple([key]).rest(key);
export type Keys = z.infer<typeof keyFile>;

/** The keys of the file, the newest first; made when there is none. Refuses (throws) what is no such file. */
export async function keysIn(file: string): Promise<Keys> {
  const made: Keys = [{ id: randomBytes(4).toString("hex"), secret: randomBytes(32).toString("base64url") }];
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  try {
    await writeFile(file, `${JSON.stringify(made, null, 2)}\n`, { mode: 0o600, flag: "wx" });
    return made;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    return keyFile.parse(JSON.parse(await readFile(file, "utf8")));
  }
}
