/** All SQL of the journal. */
import { side } from "@minuta/contracts/ids";
import { CHAIN_START } from "@minuta/contracts/journal-chain";
import { journalActor, journalKind } from "@minuta/contracts/journal";
import { z } from "zod";
import { command, query } from "#platform/db";

/** The end of the call's journal, held until the transaction ends, and the time of what is written next: whole milliseconds, never before the last. */
export const holdHead = query({
  name: "journal.hold_head",
  row: z.object({ n: z.int(), hash: z.string(), at: z.date() }),
  text: `insert into journal.head as h (call_id, n, hash, at) values ($1, 0, '${CHAIN_START}', date_trunc('milliseconds', platform.now()))
    on conflict (call_id) do update set at = greatest(h.at, excluded.at) returning n, hash, at`,
});
export const moveHead = command({ name: "journal.move_head", text: "update journal.head set n = $2, hash = $3 where call_id = $1" });
export const addEvent = command({
  name: "journal.add_event",
  text: "insert into journal.event (call_id, n, at, actor, kind, facts, hash, source) values ($1, $2, $3, $4, $5, $6, $7, $8)",
});
export const findBySource = query({
  name: "journal.find_by_source",
  row: z.object({ n: z.int() }),
  text: "select n from journal.event where call_id = $1 and source = $2",
});
export const listEvents = query({
  name: "journal.list_events",
  row: z.object({
    n: z.int(),
    at: z.date(),
    actor: journalActor,
    kind: journalKind,
    facts: z.record(z.string(), z.unknown()),
    hash: z.string(),
  }),
  text: "select n, at, actor, kind, facts, hash from journal.event where call_id = $1 order by n",
});
export const listChat = query({
  name: "journal.list_chat",
  row: z.object({ at: z.date(), actor: side, facts: z.object({ id: z.string(), text: z.string() }) }),
  text: "select at, actor, facts from journal.event where call_id = $1 and kind = 'chat' order by n",
});
export const readClock = query({ name: "journal.read_clock", row: z.object({ now: z.date() }), text: "select platform.now() as now" });
