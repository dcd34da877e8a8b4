/**
 * A life of the meter that chance makes up from a seed: people come, go and are cut off, pay, pause and ring; servers work side by side,
 * die and hang at any statement; the database's clock leaps. The real metering and ledger on a real PostgreSQL live it; the oracle judges
 * every step. The same seed is the same life.
 */
import { callId, type Side } from "@minuta/contracts/ids";
import { kopecks } from "@minuta/contracts/money";
import { createLedger } from "#ledger";
import { Refusal } from "#platform/refusal";
import { seededChance } from "../demo-history-plan.ts";
import { diceOf, type Dice } from "./dice.ts";
import { COPIES, type Arena } from "./arena.ts";
import { ConnectionLost, Died, Turns, type Fault } from "./faulty-db.ts";
import { judgeEnd, toDatabase, type Jump, type Payer, type Ringing } from "./last-judgement.ts";
import { Oracle } from "./oracle.ts";
import { takeSnapshot, type Row, type Snapshot } from "./snapshot.ts";
import { badLuck, Copy, Network, type Call, type Command, type Connection, type Time } from "./world.ts";

const STEPS = 45;
const sides = ["client", "consultant"] as const;

export class Life {
  readonly trace: string[] = [];
  readonly news = new Map<string, number>();
  faults = 0;
  readonly #arena: Arena;
  readonly #dice: Dice;
  readonly #turns: Turns;
  readonly #time: Time = { ms: 0 };
  readonly #network: Network;
  readonly #oracle: Oracle;
  readonly #copies: Copy[] = [];
  readonly #payers: Payer[] = [];
  readonly #rings: Ringing[] = [];
  readonly #due: { at: number; what: () => void }[] = [];
  readonly #jumps: Jump[] = [];
  #commands: Command[] = [];
  readonly #answered = new Set<Command>();
  #seen: Snapshot;
  #disturbed = false;
  /** How much goes wrong in this life: nothing, lost packets, everything. */
  readonly #weather: "calm" | "windy" | "stormy";

  constructor(arena: Arena, seed: number) {
    this.#arena = arena;
    this.#dice = diceOf(seed);
    this.#turns = new Turns(seededChance(seed + 0x5eed), arena.waiting);
    this.#network = new Network(this.#time);
    this.#oracle = new Oracle(arena.versions);
    this.#seen = { lines: [], wallets: [], presence: [], pauses: [], news: [], overdrawn: 0 };
    this.#weather = this.#dice.pick(["calm", "windy", "stormy", "stormy"] as const);
  }

  get wrong(): string[] {
    return this.#oracle.wrong;
  }

  async live(): Promise<void> {
    for (let n = 0; n < COPIES; n += 1) this.#copies.push(this.#start(n));
    for (let n = 0; n < this.#dice.int(1, 2); n += 1) this.#payers.push({ id: this.#dice.uuid(), paidIn: 0n });
    await this.#arena.openAccounts(this.#payers.map(({ id }) => id));
    for (const payer of this.#payers) this.#topUp(payer);
    const ringing = this.#dice.happens(0.1) ? this.#dice.int(6, 8) : this.#dice.int(1, 3);
    for (let n = 0; n < ringing; n += 1) this.#ring();
    for (let step = 0; step < STEPS && this.wrong.length === 0; step += 1) await this.#step(() => this.#act());
    await this.#end();
  }

  #note(what: string): void {
    this.trace.push(`${(this.#time.ms / 1000).toFixed(1)} s: ${what}`);
  }
  #later(ms: number, what: () => void): void {
    this.#due.push({ at: this.#time.ms + ms, what });
  }

  // Servers

  #start(n: number): Copy {
    const copy = new Copy(this.#arena.pools[n]!, { turns: this.#turns, time: this.#time, failed: (error) => this.#judgeError(error) });
    copy.db.onFault = (how) => this.#fault(copy, how);
    return copy;
  }

  #running(): Copy[] {
    return this.#copies.filter(({ state, db }) => state === "runs" && !db.waits);
  }

  #fault(copy: Copy, how: Fault): void {
    this.faults += 1;
    this.#disturbed = true;
    this.#note(`server ${this.#copies.indexOf(copy)}: ${how}`);
    if (how === "die") this.#kill(copy);
    if (how === "hang") this.#hang(copy);
    if (how === "slow") this.#later(this.#dice.int(0, 9000), () => copy.db.thaw());
  }

  #kill(copy: Copy): void {
    const n = this.#copies.indexOf(copy);
    copy.die();
    this.#later(this.#dice.int(0, 20_000), () => {
      this.#note(`server ${n} starts again`);
      this.#copies[n] = this.#start(n);
    });
  }

  #hang(copy: Copy): void {
    copy.hang();
    this.#later(this.#dice.int(1500, this.#dice.pick([5000, 15_000, 40_000])), () => {
      if (copy.state !== "hangs") return;
      this.#note(`server ${this.#copies.indexOf(copy)} goes on`);
      this.#disturbed = true;
      copy.wake();
    });
  }

  /** Of what a server throws only a lost connection, its own death and a refusal are to be expected. */
  #judgeError(error: unknown): void {
    if (error instanceof AggregateError) error.errors.forEach((one) => this.#judgeError(one));
    else if (error instanceof Died || error instanceof ConnectionLost) this.#disturbed = true;
    else if (!(error instanceof Refusal)) this.wrong.push(`unexpected: ${String(error)}`);
  }

  // A step

  async #step(act: () => void): Promise<void> {
    const ms = this.#dice.pick([this.#dice.int(100, 1000), this.#dice.int(1000, 6000), this.#dice.int(4000, 8000), 1000, 6000, 8000]);
    if (this.#weather === "stormy" && this.#dice.happens(0.01)) this.#jumps.push({ at: this.#time.ms, by: this.#dice.int(1000, 30_000) });
    this.#disturbed = false;
    const now = this.#toDatabase(this.#time.ms + ms);
    await this.#arena.setClock(now);
    const lost = this.#weather === "calm" ? () => false : () => this.#dice.happens(0.1);
    const fate = this.#weather === "calm" ? () => [0] : badLuck(this.#dice);
    this.#network.pass(ms, { copies: this.#copies, lost, fate });
    for (const due of this.#due.splice(0)) {
      if (due.at > this.#time.ms) this.#due.push(due);
      else due.what();
    }
    act();
    const passed = await this.#work();
    const seen = await takeSnapshot(this.#arena.db, this.#oracle.lastNews);
    this.#seen = seen;
    const deadlocks = this.#copies.reduce((sum, { db }) => sum + db.deadlocks, 0);
    if (deadlocks > 0) this.wrong.push("two copies waited for each other");
    for (const { topic, call } of seen.news) {
      this.news.set(topic, (this.news.get(topic) ?? 0) + 1);
      this.#note(`${call.slice(0, 4)} ${topic}`);
    }
    this.#oracle.judge(seen, { now, quiet: !this.#disturbed, passed });
    if (this.wrong.length > 0)
      this.#note(JSON.stringify(seen, (_key, value: unknown) => (typeof value === "bigint" ? Number(value) : value)));
    for (const ring of this.#rings)
      if (ring.state !== "over" && this.#lineOf(ring)?.status === "ended") this.#later(0, () => this.#over(ring));
  }

  /** Servers do what they do, one after the other or all at once. Answers whether a pass over everything came last and went through. */
  async #work(): Promise<boolean> {
    const commands = this.#commands.map((command) => () => this.#give(command));
    this.#commands = [];
    const ticks = this.#running().map((copy) => () => this.#at(copy, copy.tick));
    const passing = this.#running().filter((_copy, index) => (index === 0 ? !this.#dice.happens(0.15) : this.#dice.happens(0.2)));
    const passes = passing.map((copy) => () => this.#at(copy, copy.pass));
    if (this.#weather === "stormy" && this.#dice.happens(0.06)) this.#planFault();
    if (this.#weather !== "calm" && this.#dice.happens(0.3)) {
      this.#disturbed = true;
      await this.#turns.together([...commands, ...ticks, ...passes]);
      return false;
    }
    await this.#turns.idle();
    for (const one of [...commands, ...ticks, ...passes]) await this.#turns.together([one]);
    return passes.length > 0;
  }

  #planFault(): void {
    const copy = this.#dice.pick(this.#running().length > 0 ? this.#running() : [null]);
    const how = this.#dice.pick(["die", "lose-connection", "lose-connection", "hang", "slow", "slow"] as const);
    copy?.db.plan(how, this.#dice.int(0, 25));
  }

  #at(copy: Copy, work: () => Promise<unknown>): Promise<void> {
    if (copy.state !== "runs" || copy.db.waits) return Promise.resolve();
    return copy.db.untilHung(() => work().catch((error: unknown) => this.#judgeError(error)));
  }

  async #give(command: Command): Promise<void> {
    const copies = this.#running();
    const copy = copies.length === 0 ? null : this.#dice.pick(copies);
    let answered = false;
    const give = async (): Promise<void> => {
      try {
        const answer = await command.run(copy!);
        answered = true;
        this.#note(
          `${command.what}: ${JSON.stringify(answer, (key, value: unknown) => (key === "lineId" ? undefined : typeof value === "bigint" ? Number(value) : value)) ?? "done"}`,
        );
        // Asked again because the answer was late, it is answered twice.
        if (!this.#answered.has(command)) command.done?.(answer);
        this.#answered.add(command);
      } catch (error) {
        if (error instanceof Refusal) {
          answered = true;
          this.#note(`${command.what}: ${error.type} ${JSON.stringify(error.facts)}`);
          command.refused?.(error);
        }
        this.#judgeError(error);
      }
    };
    if (copy !== null && copy.state === "runs" && !copy.db.waits) await copy.db.untilHung(give);
    if (!answered && command.again) this.#commands.push(command);
  }

  // What people do

  #act(): void {
    for (const ring of this.#rings.filter(({ state }) => state === "open")) this.#comeAndGo(ring.call);
    const short = this.#seen.lines.some(({ status }) => status === "paused-for-top-up");
    if (this.#dice.happens(short ? 0.25 : 0.04)) this.#topUp(this.#dice.pick(this.#payers));
    if (this.#dice.happens(0.06) && this.#rings.length < 7) this.#ring();
    const open = this.#rings.filter(({ state }) => state === "open");
    if (open.length === 0) return;
    const ring = this.#dice.pick(open);
    if (this.#dice.happens(0.03))
      this.#command("pause", ring, (copy) => copy.db.tx((tx) => copy.metering.pause(tx, ring.call.id, "client")));
    if (this.#dice.happens(this.#lineOf(ring)?.status === "paused" ? 0.4 : 0.02))
      this.#command("resume", ring, (copy) => copy.db.tx((tx) => copy.metering.resume(tx, ring.call.id, "client")));
    if (this.#dice.happens(0.012)) this.#hangUp(ring);
    if (this.#weather === "calm") return;
    if (this.#dice.happens(ring.call.talking ? 0.02 : 0.5)) this.#network.talk(ring.call, !ring.call.talking);
    if (this.#weather === "stormy" && this.#running().length > 0) this.#misfortune();
  }

  #misfortune(): void {
    const copy = this.#dice.pick(this.#running());
    if (this.#dice.happens(0.01)) this.#fault(copy, "die");
    else if (this.#dice.happens(0.02)) this.#fault(copy, "hang");
  }

  #comeAndGo(call: Call): void {
    const running = this.#running();
    if (running.length === 0) return;
    if (!call.talking && this.#dice.happens(0.3)) this.#network.talk(call, true);
    for (const side of sides) {
      const connection = this.#network.open(call, side);
      if (connection === undefined) {
        if (this.#dice.happens(0.6)) this.#connect(call, side);
        continue;
      }
      if (connection.copy.state !== "runs" || connection.silent ? this.#dice.happens(0.5) : this.#dice.happens(0.015))
        this.#leave(connection);
      if (this.#weather === "calm") continue;
      if (this.#dice.happens(0.006)) connection.silent = true;
      if (this.#dice.happens(0.02)) connection.answersLostUntil = this.#time.ms + this.#dice.int(1000, 12_000);
      if (this.#dice.happens(0.02)) connection.beatsLostUntil = this.#time.ms + this.#dice.int(1000, 12_000);
      // A colleague takes over, or another page of the same person, at any server.
      if (this.#dice.happens(0.03)) this.#connect(call, side);
    }
  }

  #connect(call: Call, side: Side): void {
    const other = this.#network.open(call, side === "client" ? "consultant" : "client");
    const copy =
      other !== undefined && other.copy.state === "runs" && this.#dice.happens(0.8) ? other.copy : this.#dice.pick(this.#running());
    this.#note(`${call.id.slice(0, 4)} ${side} comes to server ${this.#copies.indexOf(copy)}`);
    this.#network.connect(call, side, copy);
  }

  #leave(connection: Connection): void {
    this.#note(`${connection.call.id.slice(0, 4)} ${connection.side} leaves server ${this.#copies.indexOf(connection.copy)}`);
    this.#network.close(connection);
  }

  #topUp(payer: Payer): void {
    const amount = BigInt(this.#dice.int(100, this.#dice.pick([150, 600, 1500])));
    const from = this.#dice.happens(0.5) ? "bank" : "compensation";
    const key = this.#dice.uuid();
    this.#disturbed = true;
    this.#commands.push({
      what: `${payer.id.slice(0, 4)} gets ${amount} from ${from}`,
      again: true,
      run: (copy) => {
        this.#disturbed = true;
        const ledger = createLedger({ db: copy.db, findPersonByEmail: async () => null, burnPerMinute: copy.metering.burnPerMinute });
        return copy.db.tx((tx) => ledger.topUp(tx, { party: payer.id, amount: kopecks(amount), from, key, reason: "simulated" }));
      },
      done: () => (payer.paidIn += amount),
    });
  }

  #command(what: string, ring: Ringing, run: (copy: Copy) => Promise<unknown>): void {
    this.#commands.push({ what: `${ring.call.id.slice(0, 4)} ${what}`, again: false, run });
  }

  #ring(): void {
    const payer = this.#dice.pick(this.#payers);
    const version = this.#dice.pick(this.#arena.versions);
    const price = version.price === null ? BigInt(this.#dice.pick([1, 60, 100, 777, 1500])) : null;
    const call: Call = {
      id: callId.parse(this.#dice.uuid()),
      payer: payer.id,
      payee: version.kind === "marketplace" ? this.#dice.uuid() : null,
      connections: [],
      talk: [],
      talking: false,
    };
    const ring: Ringing = { call, version, price, state: "wanted", paidIn: 0n };
    this.#rings.push(ring);
    this.#network.calls.push(call);
    const expected =
      this.#commands.length === 0 ? this.#oracle.mayOpen(this.#seen, payer.id, { ...version, price: version.price ?? price! }) : null;
    const asked = { callId: call.id, kind: version.kind, payer: payer.id, payee: call.payee, tariff: version.id };
    this.#commands.push({
      what: `${payer.id.slice(0, 4)} opens ${call.id.slice(0, 4)} (${version.kind} ${version.id}, ${version.price ?? price})`,
      again: true,
      run: (copy) => copy.db.tx((tx) => copy.metering.openLine(tx, price === null ? asked : { ...asked, pricePerMinute: kopecks(price) })),
      done: () => {
        ring.state = "open";
        if (expected === false && !this.#disturbed) this.wrong.push("a call was opened without the money for it");
      },
      refused: () => {
        ring.state = "over";
        if (expected === true && !this.#disturbed) this.wrong.push("a call was refused although the money was there");
      },
    });
  }

  #hangUp(ring: Ringing): void {
    if (ring.state !== "open") return;
    ring.state = "ending";
    const { call } = ring;
    this.#commands.push({
      what: `${call.id.slice(0, 4)} ends`,
      again: true,
      run: (copy) => copy.db.tx((tx) => copy.metering.endCall(tx, call.id)),
      done: () => void (ring.paidIn = this.#payers.find(({ id }) => id === call.payer)!.paidIn),
    });
  }

  #over(ring: Ringing): void {
    ring.state = "over";
    for (const connection of ring.call.connections) if (connection.closedAt === null) this.#network.close(connection);
  }

  // The end

  async #end(): Promise<void> {
    for (let tries = 0; tries < 60 && this.wrong.length === 0; tries += 1) {
      await this.#step(() => {
        for (const ring of this.#rings) this.#hangUp(ring);
      });
      if (this.#commands.length === 0 && this.#rings.every(({ state }) => state === "over")) break;
    }
    if (this.wrong.length > 0) return;
    if (this.#commands.length > 0) return void this.wrong.push(`nobody answered: ${this.#commands.map(({ what }) => what).join(", ")}`);
    await this.#settle();
    for (const copy of this.#copies) {
      if (copy.state === "hangs") copy.wake();
      copy.db.thaw();
    }
    for (const copy of this.#running()) await this.#at(copy, copy.giveBack);
    await this.#turns.idle();
    this.#seen = await takeSnapshot(this.#arena.db, this.#oracle.lastNews);
    const said = judgeEnd({
      oracle: this.#oracle,
      seen: this.#seen,
      calm: this.#weather === "calm",
      jumps: this.#jumps,
      rings: this.#rings,
      payers: this.#payers,
    });
    for (const { wrong, because } of said) {
      this.wrong.push(wrong);
      this.#note(because);
    }
    await this.#prove();
  }

  async #settle(): Promise<void> {
    const copy = this.#start(0);
    for (const ring of this.#rings) {
      if (ring.version.kind !== "marketplace" || this.#lineOf(ring) === undefined) continue;
      await this.#at(copy, () => copy.db.tx((tx) => copy.metering.settle(tx, ring.call.id, "solved")));
    }
  }

  #lineOf(ring: Ringing): Row | undefined {
    return this.#seen.lines.find(({ call }) => call === ring.call.id);
  }

  async #prove(): Promise<void> {
    const { db } = this.#arena;
    const copy = this.#start(0);
    const ledger = createLedger({ db, findPersonByEmail: async () => null, burnPerMinute: copy.metering.burnPerMinute });
    for (const { invariant, figure, holds } of [...(await ledger.proof()), ...(await copy.metering.proof())])
      if (!holds) this.wrong.push(`the product's own proof: ${invariant}: ${figure}`);
  }

  /** The database's clock when it is `ms` for everybody else. */
  #toDatabase(ms: number): number {
    return toDatabase(this.#jumps, ms);
  }
}
