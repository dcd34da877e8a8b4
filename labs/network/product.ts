/** The product in the server's namespace: its own embedded database, its page on port 443 with TLS. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { isDeepStrictEqual } from "node:util";
import type { Credentials } from "../../e2e/harness/product.ts";
import { until, type Running } from "../../e2e/harness/process.ts";
import { certify, type Certificate } from "./certificates.ts";
import { openMoney, type Money } from "./money.ts";
import { SERVER_NAME, type Spaces } from "./spaces.ts";

const MAIN = fileURLToPath(new URL("../../server/src/main.js", import.meta.url));
const START_PATIENCE_MS = 90_000;
const STOP_PATIENCE_MS = 30_000;

export interface LabProduct {
  readonly certificate: Certificate;
  /** What a proxy shows in its place that looks inside TLS. */
  readonly proxyCertificate: Certificate;
  readonly money: Money;
  /** How the demo person with this e-mail signs in. */
  credentials(email: string): Credentials;
  /** Goes on with these settings besides its own, if it has not already. */
  use(settings: NodeJS.ProcessEnv): Promise<void>;
  /** Stops it as an upgrade would, leaves it down for that long and starts it again. */
  restart(downMs: number): Promise<void>;
  stop(): Promise<void>;
}

export async function startLabProduct(spaces: Spaces): Promise<LabProduct> {
  const folder = await mkdtemp(join(tmpdir(), "minuta-network-"));
  const certificate = await certify(folder, "server");
  const proxyCertificate = await certify(folder, "proxy");
  const env = {
    ...process.env,
    DEMO: "on",
    DEMO_HISTORY: "off",
    DATA_DIR: folder,
    PORT: "443",
    HOST: "0.0.0.0",
    PUBLIC_URL: `https://${SERVER_NAME}`,
    TLS_CERT_FILE: certificate.cert,
    TLS_KEY_FILE: certificate.key,
    LOG_LEVEL: "warn",
  };
  let besides: NodeJS.ProcessEnv = {};
  let server = await startServer(spaces, env);
  const greeting = server.output();
  const money = await openMoney(folder);
  const restart = async (downMs: number): Promise<void> => {
    await server.stop(STOP_PATIENCE_MS);
    await sleep(downMs);
    server = await startServer(spaces, { ...env, ...besides });
  };
  return {
    certificate,
    proxyCertificate,
    money,
    credentials(email) {
      const password = new RegExp(`${email}\\s+(\\S+)`).exec(greeting)?.[1];
      if (password === undefined) throw new Error(`no demo person ${email}: ${greeting}`);
      return { email, password };
    },
    async use(settings) {
      if (isDeepStrictEqual(settings, besides)) return;
      besides = settings;
      await restart(0);
    },
    restart,
    async stop() {
      await money.close();
      await server.stop(STOP_PATIENCE_MS);
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

async function startServer(spaces: Spaces, env: NodeJS.ProcessEnv): Promise<Running> {
  const server = spaces.start("server", [process.execPath, MAIN], env);
  const greeted = (): true | null => {
    if (server.child.exitCode !== null) throw new Error(`the product ended: ${server.output()}`);
    return server.output().includes("Stop with Ctrl+C") ? true : null;
  };
  await until("the product's greeting", greeted, START_PATIENCE_MS);
  return server;
}
