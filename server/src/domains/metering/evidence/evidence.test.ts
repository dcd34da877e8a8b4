/** One forgotten end takes nothing from the others of its server. The database is only noted down. */
import { callId } from "@minuta/contracts/ids";
import { beforeEach, expect, test } from "vitest";
import type { Db, Tx } from "#platform/db";
import { createLog } from "#platform/log";
import { manualClock, START } from "../testing.ts";
import { EVIDENCE_DELAY_SECONDS, startEvidence, type Evidence } from "./evidence.ts";

const [forgotten, lively] = ["0000", "1111"].map((end) => callId.parse(`00000000-0000-4000-8000-00000000${end}`)) as [
  ReturnType<typeof callId.parse>,
  ReturnType<typeof callId.parse>,
];
const client = (of: typeof lively) => ({ callId: of, side: "client" as const });

let clock: ReturnType<typeof manualClock>;
let evidence: Evidence;
/** Seconds since the start. */
let leases: number[];
let written: { call: string; began: number; ended: number | null }[];

const since = (at: Date): number => (at.getTime() - START.getTime()) / 1000;

/** A database whose clock is the process's, that refuses nothing. */
function notingDb(): Db {
  const tx = {
    maybe: async ({ name }: { name: string }, [, through]: unknown[]) => {
      if (name === "metering.renew_lease") leases.push(since(through as Date));
      return { id: 1n, now: clock.now() };
    },
    run: async (_: unknown, [, , calls, , began, ended]: [bigint, bigint[], string[], string[], Date[], (Date | null)[]]) => {
      written.push(...calls.map((call, n) => ({ call, began: since(began[n]!), ended: ended[n] ? since(ended[n]) : null })));
      return calls.length;
    },
    rows: async () => [],
    one: async () => ({ id: 1n, now: clock.now() }),
  } as unknown as Tx;
  return { ...tx, tx: (work: (tx: Tx) => unknown) => work(tx) } as unknown as Db;
}

/** Time goes by, and this end is heard of every second. */
async function hearOf(end: ReturnType<typeof client>, seconds: number): Promise<void> {
  for (let passed = 0; passed < seconds; passed += 1) {
    evidence.seen(end);
    await clock.advanceMs(1000);
  }
}

beforeEach(() => {
  clock = manualClock(START);
  leases = [];
  written = [];
  evidence = startEvidence({ db: notingDb(), clock, log: createLog("silent") });
});

test("an end that nobody hears of any more is over where it was last seen, and the lease of all others goes on", async () => {
  await evidence.begin(client(forgotten));
  await evidence.begin(client(lively));
  evidence.seen(client(forgotten));
  await hearOf(client(lively), 30);
  expect(written.filter(({ call }) => call === forgotten)).toEqual([
    { call: forgotten, began: 0, ended: null },
    { call: forgotten, began: 0, ended: 0 },
  ]);
  expect(written.filter(({ call }) => call === lively)).toEqual([{ call: lively, began: 0, ended: null }]);
  expect(leases.at(-1)).toBeGreaterThanOrEqual(30 - 5 - EVIDENCE_DELAY_SECONDS);
});

test("no lease ever says more of an end than was heard of it", async () => {
  await evidence.begin(client(forgotten));
  evidence.seen(client(forgotten));
  for (let passed = 0; passed < 12 && written.at(-1)?.ended !== 0; passed += 0.5) await clock.advanceMs(500);
  expect(written.at(-1)).toEqual({ call: forgotten, began: 0, ended: 0 });
  expect(leases.slice(0, -1).every((through) => through <= 0)).toBe(true);
});

test("who is heard of again after silence is on the line from then, not from before", async () => {
  await evidence.begin(client(forgotten));
  await evidence.begin(client(lively));
  evidence.seen(client(forgotten));
  await hearOf(client(lively), 12);
  evidence.seen({ ...client(forgotten), at: START });
  await evidence.flush();
  expect(written.filter(({ call, ended }) => call === forgotten && ended === null)).toHaveLength(1);
  evidence.seen(client(forgotten));
  await evidence.flush();
  expect(written.at(-1)).toEqual({ call: forgotten, began: 12, ended: null });
});

test("the end told after all changes nothing of an end that fell silent", async () => {
  await evidence.begin(client(forgotten));
  await evidence.begin(client(lively));
  evidence.seen(client(forgotten));
  await hearOf(client(lively), 12);
  const before = written.length;
  await evidence.end(client(forgotten));
  evidence.seen(client(forgotten));
  await evidence.flush();
  expect(written).toHaveLength(before);
});

test("of whom nobody promised to look after is not said to be silent", async () => {
  await evidence.begin(client(forgotten));
  for (let passed = 0; passed < 30; passed += 1) await clock.advanceMs(1000);
  expect(written).toEqual([{ call: forgotten, began: 0, ended: null }]);
  expect(leases.at(-1)).toBeGreaterThanOrEqual(30 - 5 - EVIDENCE_DELAY_SECONDS);
});
