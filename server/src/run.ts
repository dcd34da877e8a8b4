/** Reads the settings, starts the database and the product, says where it is, stops cleanly. */
import { mkdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { App } from "./app.ts";
import { readConfig, type Config } from "./config.ts";
import { readCertificate, type Certificate } from "./platform/certificate.ts";
import { systemClock } from "./platform/clock.ts";
import { closedDoor } from "./platform/door.ts";
import { ownNames, selfMadeCertificate } from "./platform/self-made.ts";
import { createLog, type Log } from "./platform/log.ts";
import { launchPostgres } from "./platform/postgres.ts";

async function main(): Promise<void> {
  const config = readConfig(process.env);
  const log = createLog(config.LOG_LEVEL);
  const folder = resolve(config.DATA_DIR);
  const door = await closedDoor(config.HOST, config.PORT);
  const { port } = door;
  await mkdir(folder, { recursive: true });
  const postgres = config.DATABASE_URL === undefined ? await launchPostgres({ folder: join(folder, "postgres") }) : null;
  // The product is read while its database starts.
  const [{ startApp }] = await Promise.all([import("./app.ts"), postgres?.ready()]);
  if (port !== config.PORT && config.PORT !== 0) console.log(`Port ${config.PORT} is busy, taking ${port}.`);
  const certificate = await certificateOf(config, { folder, log });
  const publicUrl = publicUrlOf(config, { secure: certificate !== null, port });
  const connection = config.DATABASE_URL ?? postgres!.connection;
  const tell = (text: string): void => void process.stdout.write(text);
  const app = await startApp({ config, log, folder, connection, certificate, publicUrl, tell });
  const listening = app.listen(door);
  stopOnSignals(async () => {
    await listening;
    await app.stop();
    await postgres?.stop();
  });
  await listening;
  greet(publicUrl, app);
  if (config.TLS_SELF_MADE && config.TLS_CERT_FILE === undefined) console.log(SELF_MADE_TOLD);
}

const SELF_MADE_TOLD =
  "\nThe certificate is self-made: each browser warns of it once, and nobody vouches that it is this server. For your own network only.";

function publicUrlOf({ PUBLIC_URL, HOST }: Config, { secure, port }: { secure: boolean; port: number }): string {
  return PUBLIC_URL ?? `${secure ? "https" : "http"}://${HOST === "0.0.0.0" ? "localhost" : HOST}:${port}`;
}

/** Files of others go before one made here; null: no TLS. */
async function certificateOf(config: Config, { folder, log }: { folder: string; log: Log }): Promise<Certificate | null> {
  const { TLS_CERT_FILE: certFile, TLS_KEY_FILE: keyFile, TLS_SELF_MADE, HOST, PUBLIC_URL } = config;
  const at = { clock: systemClock, log };
  if (certFile !== undefined && keyFile !== undefined) return readCertificate({ certFile, keyFile }, at);
  if (!TLS_SELF_MADE) return null;
  const named = [HOST, PUBLIC_URL === undefined ? "" : new URL(PUBLIC_URL).hostname].filter((name) => name !== "" && name !== "0.0.0.0");
  const names = [...new Set([...named, ...ownNames()])];
  return readCertificate(await selfMadeCertificate(join(folder, "keys"), names, systemClock.now()), at);
}

function greet(publicUrl: string, app: App): void {
  console.log(`\nMinuta is running at ${publicUrl}\n`);
  if (app.demoPeople.length === 0) return;
  console.log("Demo sign-ins:");
  for (const { role, name, email, password } of app.demoPeople)
    console.log(`  ${role.padEnd(12)} ${email.padEnd(28)} ${password}   ${name}`);
  console.log("\nStop with Ctrl+C; the data stays.");
}

function stopOnSignals(stop: () => Promise<void>): void {
  let stopping = false;
  const stopOnce = async (): Promise<void> => {
    if (stopping) return;
    stopping = true;
    await stop();
    process.exit(0);
  };
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.on(signal, () => {
      stopOnce().catch((error: unknown) => {
        console.error(error);
        process.exit(1);
      });
    });
  }
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
});
