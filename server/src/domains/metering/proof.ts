/** What must be true of the meter at any moment, with the figure that shows it. */
import type { Db } from "#platform/db";
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
