/**
 * What the tests need besides npm's packages: a browser, X screens, a loudspeaker nobody hears, a NATS server; with the name of a lab, what
 * that lab needs as well. As root on Debian it is installed; otherwise this says what to install and refuses.
 */
import { spawnSync } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, isAbsolute, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** Debian's package ← the program, or the file, by which we know that it is there. */
type Packages = Readonly<Record<string, string>>;

const forLabs: Readonly<Record<string, Packages>> = {
  call: { x11vnc: "x11vnc", novnc: "/usr/share/novnc/vnc.html", websockify: "websockify", iproute2: "ip", python3: "/usr/bin/python3" },
  network: { iproute2: "ip", nftables: "nft", ethtool: "ethtool", conntrack: "conntrack", openssl: "openssl", coturn: "turnserver" },
};

const lab = process.argv[2];

const needed: Packages = {
  ...(lab === undefined ? {} : forLabs[lab]),
  chromium: "chromium",
  "firefox-esr": "firefox-esr",
  xvfb: "Xvfb",
  openbox: "openbox",
  xdotool: "xdotool",
  "x11-apps": "xcalc",
  xterm: "xterm",
  pulseaudio: "pulseaudio",
  "pulseaudio-utils": "parec",
  "poppler-utils": "pdftotext",
  "nats-server": "nats-server",
  "fonts-dejavu-core": "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf",
};

/** Calls through networks are a part of the tests where the machine lets us make some; the tests say so where it does not. */
const { coturn: _, ...forNetworks } = forLabs["network"] ?? {};
const wished: Packages = lab === undefined && spawnSync("unshare", ["--net", "true"]).status === 0 ? forNetworks : {};

const ATTEMPTS_MAX = 4;
const ATTEMPT_PAUSE_MS = 5_000;

function present(programOrFile: string): boolean {
  const candidates = isAbsolute(programOrFile)
    ? [programOrFile]
    : (process.env["PATH"] ?? "").split(delimiter).map((folder) => join(folder, programOrFile));
  return candidates.some((path) => {
    try {
      accessSync(path, constants.R_OK);
      return true;
    } catch {
      return false;
    }
  });
}

const missing = (packages: Packages): string[] => Object.entries(packages).flatMap(([name, sign]) => (present(sign) ? [] : [name]));

function apt(...args: string[]): boolean {
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  return (
    spawnSync("apt-get", ["-qq", "-o", "Acquire::Retries=3", "-o", "Dpkg::Use-Pty=0", ...args], {
      stdio: ["ignore", "ignore", "inherit"],
      env,
    }).status === 0
  );
}

/** Mirrors stumble and other installs hold the lock for a while: a few attempts, with a pause. */
async function install(packages: readonly string[]): Promise<boolean> {
  for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt += 1) {
    if (apt("update") && apt("install", "-y", "--no-install-recommends", ...packages)) return true;
    console.log(`apt-get failed (attempt ${attempt} of ${ATTEMPTS_MAX})`);
    if (attempt < ATTEMPTS_MAX) await sleep(ATTEMPT_PAUSE_MS);
  }
  return false;
}

const wanted = missing({ ...wished, ...needed });
const root = process.getuid?.() === 0;
if (wanted.length > 0 && root && present("apt-get")) {
  console.log(`installing from Debian: ${wanted.join(" ")}`);
  await install(wanted);
}
const left = missing(needed);
if (missing(wished).length > 0) console.log(`without ${missing(wished).join(" ")} no calls through networks are played`);
if (left.length > 0) {
  console.error(
    `The tests need programs that are not here. On Debian 12 run:\n\n  apt-get update && apt-get install --no-install-recommends ${left.join(" ")}\n`,
  );
  if (!root) console.error("as root (sudo), then start the tests again.");
  process.exitCode = 1;
} else {
  console.log("everything the tests need is here");
}
