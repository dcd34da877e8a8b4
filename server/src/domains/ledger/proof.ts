/** What must be true of the ledger at any moment, with the figure that shows it. */
import type { ProofState } from "@minuta/contracts/ledger";
import type { Db, Reader } from "#platform/db";
import { stateOfProof } from "./rules.ts";
import * as store from "./store.ts";

export interface Invariant {
  readonly invariant: string;
  /** Kopecks or a number of rows; zero when it holds. */
  readonly figure: bigint;
  readonly holds: boolean;
}

export async function proof(db: Db): Promise<readonly Invariant[]> {
  const rows = await db.rows(store.prove);
  return rows.map(({ invariant, figure }) => ({ invariant, figure, holds: figure === 0n }));
}

/** Notes that the nightly proof was carried out, and what did not hold. */
export async function noteProof(reader: Reader, broken: readonly string[]): Promise<void> {
  await reader.run(store.noteProof, [broken]);
}

export async function proofState(reader: Reader): Promise<ProofState> {
  const { now, waiting_since, ran_at, held_at, broken } = await reader.one(store.readProofRun);
  return { state: stateOfProof({ now, waitingSince: waiting_since, ranAt: ran_at, broken }), ranAt: ran_at, heldAt: held_at };
}
