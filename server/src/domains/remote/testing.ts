/** For this domain's tests: a real server with the call's sockets, real WebSockets at both ends, and ports that keep what they were told. */
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { callView, meter as meterSchema, type CallView, type Meter } from "@minuta/contracts/calls";
import { callId as callIdSchema, guestId, personId, signInId, type CallId, type Side } from "@minuta/contracts/ids";
import { kopecks } from "@minuta/contracts/money";
import { beginning } from "@minuta/contracts/statement";
import { noMedia, remotePaths, serverMessage, type EndMedia, type EndMessage, type ServerMessage } from "@minuta/contracts/wire";
import { WebSocket, type RawData } from "ws";
import { z } from "zod";
import { systemClock } from "#platform/clock";
import type { Caller } from "#platform/http";
import { createLog } from "#platform/log";
import { createSockets } from "#platform/socket";
import { openRemote } from "./index.ts";
import type { RemotePorts, WrittenChat } from "./ports.ts";

const PATIENCE_MS = 5000;
export const CALL: CallId = callIdSchema.parse("018f0000-0000-7000-8000-000000000001");
const signIn = signInId.parse("018f0000-0000-7000-8000-0000000000cc");
const nobody: Caller = { personId: null, roles: [], signInId: null, guestId: null, address: "203.0.113.1", agent: "test" };
const callers: Record<Side | "stranger", Caller> = {
  consultant: { ...nobody, personId: personId.parse("018f0000-0000-7000-8000-0000000000aa"), signInId: signIn },
  client: { ...nobody, guestId: guestId.parse("018f0000-0000-7000-8000-0000000000bb") },
  stranger: nobody,
};

export interface World {
  readonly url: string;
  /** What metering was told: `begin client`, `end client`. */
  readonly evidence: { what: string; at: Date }[];
  /** `client screen-shared`. */
  readonly journal: string[];
  readonly openPages: Set<string>;
  /** Bytes the server keeps in its own memory now because their receivers have not taken them. */
  keptBytes(): number;
  setCall(changes: { state?: CallView["state"]; status?: Meter["status"] }): void;
  publish(topic: string, message: unknown): void;
  endSignIn(): void;
  fence(): void;
  stop(): Promise<void>;
}

export async function startWorld(): Promise<World> {
  const server = createServer();
  const connections = new Set<Socket>();
  server.on("connection", (socket) => connections.add(socket));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const state: { call: CallView["state"]; status: Meter["status"] } = { call: "open", status: "idle" };
  const heard = new Map<string, Set<(message: unknown) => void>>();
  const on = (topic: string, hear: (message: never) => void): (() => void) => {
    const all = heard.get(topic) ?? new Set();
    heard.set(topic, all.add(hear as (message: unknown) => void));
    return () => void all.delete(hear as (message: unknown) => void);
  };
  const publish = (topic: string, message: unknown): void => heard.get(topic)?.forEach((hear) => hear(message));
  const told = { evidence: [] as World["evidence"], journal: [] as string[], chat: [] as WrittenChat[], pages: new Set<string>() };
  const sockets = createSockets({
    server,
    log: createLog("silent"),
    callerOf: async (request) => callers[/as=(client|consultant)/.exec(request.headers.cookie ?? "")?.[1] as Side] ?? callers.stranger,
  });
  const remote = openRemote({ sockets, bus: { subscribe: on }, clock: systemClock, log: createLog("silent"), ...ports(state, told, on) });
  return {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`,
    evidence: told.evidence,
    journal: told.journal,
    openPages: told.pages,
    keptBytes: () => [...connections].reduce((sum, { writableLength }) => sum + writableLength, 0),
    publish,
    setCall(changes) {
      state.call = changes.state ?? state.call;
      state.status = changes.status ?? state.status;
      publish(`call:${CALL}`, { t: "call-changed" });
    },
    endSignIn: () => publish(`sign-in:${signIn}`, { t: "ended" }),
    fence: () => publish("fenced", null),
    async stop() {
      await remote.stop();
      sockets.close();
      server.close();
    },
  };
}

type Told = { evidence: World["evidence"]; journal: string[]; chat: WrittenChat[]; pages: Set<string> };

function ports(
  state: { call: CallView["state"]; status: Meter["status"] },
  told: Told,
  on: (topic: string, hear: (message: never) => void) => () => void,
): Omit<RemotePorts, "sockets" | "bus" | "clock" | "log"> {
  const meter = (): Meter => ({
    status: state.status,
    provenSeconds: 0,
    billableSeconds: 0,
    charged: kopecks(200),
    reserved: kopecks(300),
    pricePerMinute: kopecks(100),
    minutesLeft: 7,
    pauseEndsAt: null,
    pausedBy: null,
  });
  return {
    calls: {
      partyOf: async (callId, caller) =>
        callId !== CALL || caller === callers.stranger ? null : { side: caller === callers.client ? "client" : "consultant" },
      view: async (_callId, side) => viewOf(side, state.call, meter()),
      seen: async () => {},
    },
    pages: {
      opened: (_personId, channel) => void told.pages.add(channel),
      closed: (_personId, channel) => void told.pages.delete(channel),
    },
    meters: async () => new Map([[CALL, meter()]]),
    evidence: {
      begin: async ({ side, at }) => void told.evidence.push({ what: `begin ${side}`, at }),
      end: async ({ side, at }) => void told.evidence.push({ what: `end ${side}`, at }),
      seen: () => {},
      flush: async () => {},
      onFenced: (drop) => on("fenced", drop),
    },
    witness: {
      watch: async () => ({ signed: { client: 0, consultant: 0 }, last: null }),
      showKey: async () => ({ since: beginning, unsigned: [] }),
      state: async () => [],
      countersign: async () => null,
      pauseUnsigned: async () => false,
    },
    journal: {
      async append(_callId, { actor, kind, facts }) {
        told.journal.push(`${actor} ${kind}`);
        if (kind === "chat" && actor !== "server")
          told.chat.push({ id: String(facts.id), from: actor, text: String(facts.text), at: new Date() });
      },
      chat: async () => told.chat,
    },
    ice: { onPagePort: true, addresses: ["203.0.113.9"], keys: [{ id: "test", secret: "a secret of the tests" }], other: null },
    onTurn: () => {},
    onSignInEnded: (id, ended) => on(`sign-in:${id}`, ended),
    personTopic: (id) => `person:${id}`,
    callTopic: (id) => `call:${id}`,
  };
}

function viewOf(side: Side, state: CallView["state"], meter: Meter): CallView {
  const parties = {
    consultant: { name: "Consultant", firm: null, inn: null, verified: false },
    client: { guestId: null, name: "Client", organisation: null, inn: null, email: null, emailConfirmed: false },
  };
  return callView.parse({
    id: CALL,
    tariff: "carrier",
    state,
    side,
    ...parties,
    task: "",
    configuration: null,
    release: null,
    ownRateKopecks: null,
    youPay: side === "consultant",
    openedAt: "2026-11-23T10:00:00Z",
    endedAt: null,
    endReason: null,
    outcome: null,
    meter: z.encode(meterSchema, meter),
    comments: [],
    flags: [],
  });
}

type Said = Exclude<EndMessage, { t: "hello" }>;
type Word<T extends ServerMessage["t"]> = Extract<ServerMessage, { t: T }>;

/** One page of a call. */
export class Page {
  readonly control: WebSocket;
  readonly messages: ServerMessage[] = [];
  readonly frames: Buffer[] = [];
  readonly pictures: Buffer[] = [];
  media: WebSocket | null = null;
  closeCode: number | null = null;
  readonly #url: string;
  readonly #headers: { origin: string; cookie: string };

  constructor(world: World, as: Side | "stranger", path = remotePaths.control.replace(":callId", CALL)) {
    this.#url = world.url;
    this.#headers = { origin: world.url.replace("ws", "http"), cookie: `as=${as}` };
    this.control = this.#open(path);
    this.control.on("message", (data: RawData, binary: boolean) => {
      if (binary) this.frames.push(data as Buffer);
      else this.messages.push(serverMessage.parse(JSON.parse((data as Buffer).toString("utf8"))));
    });
    this.control.on("close", (code: number) => (this.closeCode = code));
  }

  /** Says hello and opens the media socket; `media`: what it says of itself at once. */
  async join(media: EndMedia = noMedia): Promise<Word<"welcome">> {
    const welcome = await this.greet(media);
    await this.openMedia(welcome.mediaTicket);
    return welcome;
  }

  /** Says hello on the control socket only. */
  async greet(media: EndMedia = noMedia): Promise<Word<"welcome">> {
    await this.opened();
    this.control.send(JSON.stringify({ t: "hello", media }));
    return this.next("welcome");
  }

  async opened(): Promise<void> {
    if (this.control.readyState === WebSocket.CONNECTING) await once(this.control, "open");
  }

  async openMedia(ticket: string): Promise<WebSocket> {
    const socket = this.#open(remotePaths.media.replace(":callId", CALL));
    this.media = socket;
    socket.on("message", (data: RawData) => this.pictures.push(data as Buffer));
    await once(socket, "open");
    socket.send(JSON.stringify({ ticket }));
    return socket;
  }

  say(message: Said): void {
    this.control.send(JSON.stringify(message));
  }

  /** The first message of that kind that was not given yet. */
  async next<T extends ServerMessage["t"]>(t: T): Promise<Word<T>> {
    return until(`the message ${t}`, () => {
      const index = this.messages.findIndex((message) => message.t === t);
      return index === -1 ? null : (this.messages.splice(index, 1)[0] as Word<T>);
    });
  }

  closed(): Promise<number> {
    return until("the socket to be closed", () => this.closeCode);
  }

  #open(path: string): WebSocket {
    const socket = new WebSocket(this.#url + path, { headers: this.#headers });
    socket.on("error", () => {});
    return socket;
  }
}

/** Waits until `probe` gives something; refuses (throws) after a few seconds. */
export async function until<T>(what: string, probe: () => T | null | undefined): Promise<T> {
  const limit = performance.now() + PATIENCE_MS;
  for (;;) {
    const found = probe();
    if (found !== null && found !== undefined) return found;
    if (performance.now() > limit) throw new Error(`waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** Both ends of the call, met. */
export async function bothJoined(
  world: World,
  media: { client?: EndMedia; consultant?: EndMedia } = {},
): Promise<{ client: Page; consultant: Page }> {
  const [client, consultant] = [new Page(world, "client"), new Page(world, "consultant")];
  await client.join(media.client);
  await consultant.join(media.consultant);
  await client.next("other-joined");
  return { client, consultant };
}
