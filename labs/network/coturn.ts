/** A TURN server of somebody else's make, on a machine of its own in the net: Debian's coturn, sharing a secret with the product. */
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { until, type Running } from "../../e2e/harness/process.ts";
import { ADDRESS, SERVER_NAME, type Spaces } from "./spaces.ts";

const PORT = 3478;
/** What it says last of its start. */
const READY = "SQLite DB connection success";
const RELAY_PORTS = { from: 49_152, to: 49_407 };

export interface Coturn {
  /** Of a product that knows of no TURN but this: behind a proxy of ours its own cannot be reached (docs/operations.md). */
  readonly settings: NodeJS.ProcessEnv;
  /** Stops it as an upgrade would and starts it again. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** `folder`: for what it writes. */
export async function startCoturn(spaces: Spaces, folder: string): Promise<Coturn> {
  const secret = randomBytes(16).toString("hex");
  let server = await startServer(spaces, { secret, folder });
  const address = `${ADDRESS.coturn}:${PORT}`;
  return {
    settings: {
      BEHIND_PROXY: "on",
      UDP_PORT: "0",
      TURN_URLS: `turn:${address}?transport=udp,turn:${address}?transport=tcp`,
      TURN_SECRET: secret,
    },
    async restart() {
      await server.stop();
      server = await startServer(spaces, { secret, folder });
    },
    stop: () => server.stop(),
  };
}

async function startServer(spaces: Spaces, { secret, folder }: { secret: string; folder: string }): Promise<Running> {
  const wishes = {
    "listening-ip": ADDRESS.coturn,
    "relay-ip": ADDRESS.coturn,
    "listening-port": PORT,
    "min-port": RELAY_PORTS.from,
    "max-port": RELAY_PORTS.to,
    "static-auth-secret": secret,
    realm: SERVER_NAME,
    userdb: join(folder, "coturn.db"),
    pidfile: join(folder, "coturn.pid"),
    "log-file": "stdout",
  };
  const named = Object.entries(wishes).map(([name, value]) => `--${name}=${value}`);
  const server = spaces.start("net", ["turnserver", "-n", "--use-auth-secret", "--no-tls", "--no-dtls", "--no-cli", ...named]);
  await until("coturn", () => {
    if (server.child.exitCode !== null) throw new Error(`coturn ended: ${server.output()}`);
    return server.output().includes(READY) ? true : null;
  });
  return server;
}
