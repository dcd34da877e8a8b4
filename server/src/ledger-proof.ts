/**
 * `npm run ledger:proof`: reads every invariant of the money from the database, while the product runs or not, and prints each with
 * its figure. Exits with 1 when one does not hold.
 */
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { kopecks } from "@minuta/contracts/money";
import { createLedger, type Invariant } from "#ledger";
import { createMetering } from "#metering";
import { systemClock } from "#platform/clock";
import { openDb, type Db } from "#platform/db";
import { createLog } from "#platform/log";
import { startPostgres } from "#platform/postgres";
import { readConfig } from "./config.ts";

/** The ledger's own invariants and the meter's, in the order in which a person would ask. */
export async function proveMoney(db: Db): Promise<readonly Invariant[]> {
  const ledger = createLedger({ db, findPersonByEmail: async () => null, burnPerMinute: async () => kopecks(0) });
  const metering = createMetering({ db, clock: systemClock, log: createLog("silent") });
  return [...(await ledger.proof()), ...(await metering.proof())];
}

export const printed = ({ holds, figure, invariant }: Invariant): string =>
  `${holds ? "holds " : "BROKEN"}  ${String(figure).padStart(6)}  ${invariant}`;

async function main(): Promise<void> {
  const { DATABASE_URL, DATA_DIR } = readConfig(process.env);
  const folder = join(resolve(DATA_DIR), "postgres");
  if (DATABASE_URL === undefined && !existsSync(folder))
    throw new Error(`there is nothing to prove: ${resolve(DATA_DIR)} holds no database`);
  const postgres = DATABASE_URL === undefined ? await startPostgres({ folder }) : null;
  const db = openDb({ connection: DATABASE_URL ?? postgres!.connection });
  try {
    const invariants = await proveMoney(db);
    const broken = invariants.filter(({ holds }) => !holds).length;
    const verdict = broken === 0 ? `All ${invariants.length} invariants hold.` : `${broken} of ${invariants.length} invariants are broken.`;
    process.stdout.write(`${[...invariants.map(printed), verdict].join("\n")}\n`);
    process.exitCode = broken === 0 ? 0 : 1;
  } finally {
    await db.close();
    await postgres?.stop();
  }
}

if (import.meta.main) {
  main().catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  });
}
