/**
 * Metering: counts the time both ends were on the line, and what it costs. Charge is a function of evidence, never a count of ticks.
 * Evidence is durable: presence of each end, held by leases of server copies; pauses. Proven = both present, not paused.
 * A line is one payer's charge for one call; its money lies in a purse of the ledger: reserved ahead of use, held once charged.
 * The charging pass looks at many lines in one statement: extends quotas, charges what is due, warns, pauses for top-up, ends.
 * It knows calls by their id only; money moves by `ledger.post_batch` and nowhere else.
 */
import type { Meter } from "@minuta/contracts/calls";
import type { CallId } from "@minuta/contracts/ids";
import type { ProtocolInterval } from "@minuta/contracts/journal";
import type { Kopecks } from "@minuta/contracts/money";
import type { Clock } from "#platform/clock";
import type { Db, Reader, Tx } from "#platform/db";
import type { Log } from "#platform/log";
import { startChargingPass } from "./charge-due.ts";
import { endCall, type Final } from "./end-call.ts";
import { startEvidence, type Evidence } from "./evidence/evidence.ts";
import { intervals } from "./intervals.ts";
import { meters } from "./meters.ts";
import { openLine, refuseUnfunded, type NewLine } from "./open-line.ts";
import { pause, resume } from "./pause.ts";
import { proof } from "./proof.ts";
import { countersigned, pauseUnsigned } from "./signatures/countersign.ts";
import { settle, sharesOf, type Shares } from "./settlement/settle.ts";
import { readMeasured } from "./signatures/store.ts";
import * as store from "./store.ts";

export interface MeteringDeps {
  readonly db: Db;
  readonly clock: Clock;
  readonly log: Log;
}

export type Metering = ReturnType<typeof createMetering>;

interface Measured {
  readonly provenSeconds: number;
  readonly charged: Kopecks;
  /** The call is paused until its ends sign. */
  readonly waitsForSignatures: boolean;
}

export function createMetering(deps: MeteringDeps) {
  const { db } = deps;
  const running = new Set<Evidence>();
  return {
    /** Refuses `wallet-empty` and `overdraft-in-use` as `openLine` would now. Answers the version of the tariff and the price that would hold. */
    refuseUnfunded: (reader: Reader, of: Pick<NewLine, "kind" | "payer" | "pricePerMinute">) => refuseUnfunded(reader, of),
    /** Opens the line of a call and sets money aside for its first unit; the same line again answers the same. */
    openLine: (tx: Tx, line: NewLine) => openLine(tx, line),
    /** Stops the meter until `resume`; answers whether anything changed. `by` is written down. */
    pause: (tx: Tx, callId: CallId, by: string) => pause(tx, callId, by),
    /** Ends a person's pause; a pause for top-up ends when the money is there. Answers whether anything changed. */
    resume: (tx: Tx, callId: CallId, by: string) => resume(tx, callId, by),
    /** Both ends signed that so much was proven (0: signatures are asked for from now on): how far billing may go. Answers whether the call goes on by it. */
    countersigned: (tx: Tx, callId: CallId, seconds: number) => countersigned(tx, callId, seconds),
    /** Pauses a call that ran further than signatures allow; answers whether it did. */
    pauseUnsigned: (tx: Tx, callId: CallId) => pauseUnsigned(tx, callId),
    /** Durable proven seconds and what they cost so far; never less later. Calls without a line are left out. */
    async measured(reader: Reader, callIds: readonly CallId[]): Promise<Map<CallId, Measured>> {
      const rows = callIds.length === 0 ? [] : await reader.rows(readMeasured, [callIds]);
      return new Map(
        rows.map(({ call_id, proven, charged, waits }) => [call_id, { provenSeconds: proven, charged, waitsForSignatures: waits }]),
      );
    },
    /** Charges what is due to the last evidence, gives back what was set aside, settles a carrier call. Again: the same figures. */
    endCall: (tx: Tx, callId: CallId): Promise<Final> =>
      endCall(
        tx,
        callId,
        [...running].flatMap((evidence) => evidence.closings(callId)),
      ),
    /** How the charge of a marketplace call is shared when it is solved. */
    sharesOf: (reader: Reader, callId: CallId): Promise<Shares> => sharesOf(reader, callId),
    /** What is held for an ended marketplace call goes to the platform and to the payee; a second time moves nothing and answers the same. */
    settle: (tx: Tx, callId: CallId, outcome: "solved"): Promise<Shares> => settle(tx, callId, outcome),
    /** Calls without a line are left out. */
    meters: (reader: Reader, callIds: readonly CallId[]): Promise<Map<CallId, Meter>> => meters(reader, callIds),
    /** From the opening of the call to its end, without gaps, each stretch with why it counted or not. */
    intervals: (callId: CallId, reader: Reader = db): Promise<ProtocolInterval[]> => intervals(reader, callId),
    /** What this payer's live lines cost a minute. */
    burnPerMinute: async (payer: string): Promise<Kopecks> => (await db.one(store.readBurn, [payer])).burn,
    /** Evidence of the ends whose channels this process holds. */
    startEvidence(): Evidence {
      const evidence = startEvidence({ ...deps, onClosed: () => void running.delete(evidence) });
      running.add(evidence);
      return evidence;
    },
    /**
     * The charging loop of this process, on connections with `CHARGING_PATIENCE`; any number of them may run side by side. Answers what
     * stops it.
     */
    startChargingPass: (charging: Db = db) => startChargingPass({ ...deps, db: charging }),
    /** Every invariant of the meter with its figure. */
    proof: () => proof(db),
  };
}

export { CHARGING_CONNECTIONS, CHARGING_PATIENCE } from "./charge-due.ts";
export { EVIDENCE_DELAY_SECONDS, type Evidence } from "./evidence/evidence.ts";
