import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startPostgres } from "./postgres.ts";

let folder: string;
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), "minuta-launcher-"))));
afterAll(() => rm(folder, { recursive: true, force: true }));

const program = `
  import pg from "pg";
  import { startPostgres } from ${JSON.stringify(new URL("postgres.ts", import.meta.url).href)};
  const postgres = await startPostgres({ folder: process.argv[1] });
  const client = new pg.Client(postgres.connection);
  await client.connect();
  await client.query("create table if not exists answered (n int)");
  for (let n = 0; ; n += 1) {
    await client.query("insert into answered values ($1)", [n]);
    console.log(n);
  }
`;

test(
  "a program killed in the middle of writing loses nothing that was answered; the next start adopts the running server",
  { timeout: 60_000 },
  async () => {
    let answered = 0;
    for (let round = 0; round < 3; round += 1) {
      const child = spawn(process.execPath, ["--input-type=module-typescript", "-e", program, folder], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      let lines = 0;
      await new Promise<void>((resolve) => {
        child.stdout.on("data", (chunk: Buffer) => {
          lines += chunk.toString().split("\n").length - 1;
          if (lines > 100) child.kill("SIGKILL");
        });
        child.on("exit", () => resolve());
      });
      answered += lines;
    }
    const postgres = await startPostgres({ folder });
    const client = new pg.Client(postgres.connection);
    await client.connect();
    const { rows } = await client.query("select count(*)::int as n from answered");
    await client.end();
    await postgres.stop();
    expect(answered).toBeGreaterThan(300);
    expect(rows[0].n).toBeGreaterThanOrEqual(answered);
  },
);

test("a second copy shares the server, which stops with the last one", { timeout: 60_000 }, async () => {
  const first = await startPostgres({ folder });
  const client = new pg.Client(first.connection);
  await client.connect();
  const second = await startPostgres({ folder });
  await second.stop();
  expect((await client.query("select 1 as one")).rows).toEqual([{ one: 1 }]);
  await client.end();
  await first.stop();
  await expect(new pg.Client(first.connection).connect()).rejects.toThrow();
});
