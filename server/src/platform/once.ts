/** A command can be sent twice: the second gets the stored answer of the first. Same id, other body: refused. */
import { createHash } from "node:crypto";
import { z } from "zod";
import { command, query, type Tx } from "./db.ts";
import { refuse } from "./refusal.ts";

/** How long answers are kept. A retry later than that would run again, so it is far beyond any client's patience. */
const ANSWERS_KEPT_DAYS = 30;

const lockCommand = query({
  name: "platform.lock_command",
  row: z.object({ pg_advisory_xact_lock: z.unknown() }),
  text: "select pg_advisory_xact_lock(hashtextextended($1 || ' ' || $2, 0))",
});
const findAnswer = query({
  name: "platform.find_answer",
  row: z.object({ body_hash: z.instanceof(Buffer), reply: z.unknown() }),
  text: "select body_hash, reply from platform.command where actor = $1 and id = $2",
});
const storeAnswer = command({
  name: "platform.store_answer",
  text: "insert into platform.command (actor, id, body_hash, reply) values ($1, $2, $3, $4)",
});
export const forgetOldAnswers = command({
  name: "platform.forget_old_answers",
  text: `delete from platform.command where answered_at < clock_timestamp() - interval '${ANSWERS_KEPT_DAYS} days'`,
});

export interface OnceKey {
  /** Who sends it: `person:<id>`, `guest:<id>`, or an address. */
  readonly actor: string;
  readonly id: string;
  /** Everything the command was told, JSON-serialisable. */
  readonly body: unknown;
}

/** Runs `work` in `tx` unless this actor's command was answered before; the answer (JSON) is stored with the change itself. */
export async function once(tx: Tx, key: OnceKey, work: () => Promise<unknown>): Promise<unknown> {
  const hash = createHash("sha256").update(JSON.stringify(key.body)).digest();
  await tx.rows(lockCommand, [key.actor, key.id]);
  const answered = await tx.maybe(findAnswer, [key.actor, key.id]);
  if (answered !== null) {
    if (!answered.body_hash.equals(hash)) throw refuse("command-conflict", {});
    return answered.reply;
  }
  const reply = await work();
  await tx.run(storeAnswer, [key.actor, key.id, hash, JSON.stringify(reply)]);
  return reply;
}
