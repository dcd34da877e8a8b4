/**
 * `npm run lab:tamper`: how much tampering with a protocol is found. Real protocols (real calls on a real database, signed by the server
 * and by both ends) are changed in every way of tamper/tamperings.ts, forged whole ones and those of a server in league with one end
 * among them. `-- --rounds 50` tries each way more often.
 */
import { parseArgs } from "node:util";
import { startTestPostgres, testDatabase } from "../server/src/testing.ts";
import { openStage } from "./tamper/calls.ts";
import { playCalls, tamper } from "./tamper/run.ts";

const CALLS = 6;
const { rounds } = parseArgs({ options: { rounds: { type: "string", default: "40" } } }).values;
const stop = await startTestPostgres();
const database = await testDatabase();
try {
  const played = await playCalls(await openStage(database), CALLS);
  const { mutations, found, missed } = await tamper(played, Number(rounds));
  for (const name of missed) console.log(`not found: ${name}`);
  console.log(JSON.stringify({ lab: "tamper", calls: CALLS, mutations, found }));
  process.exitCode = missed.length === 0 ? 0 : 1;
} finally {
  await database.close();
  await stop();
}
