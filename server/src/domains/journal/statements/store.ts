/** SQL of statements: what the server stated, the keys the ends showed, what they signed. */
import { side } from "@minuta/contracts/ids";
import { CHAIN_START } from "@minuta/contracts/journal-chain";
import { publicKey } from "@minuta/contracts/signing";
import { countersignature, signedStatement } from "@minuta/contracts/statement";
import { z } from "zod";
import { command, query } from "#platform/db";

/** The end of the call's journal, held until the transaction ends: nothing is written into it meanwhile. */
export const holdJournal = query({
  name: "journal.hold_journal",
  row: z.object({ n: z.int(), head: z.string(), now: z.date() }),
  text: `insert into journal.head as h (call_id, n, hash, at) values ($1, 0, '${CHAIN_START}', date_trunc('milliseconds', platform.now()))
    on conflict (call_id) do update set n = h.n returning n, hash as head, platform.now() as now`,
});

export const findLastStatement = query({
  name: "journal.find_last_statement",
  row: z.object({ signed: signedStatement }),
  text: "select signed from journal.statement where call_id = $1 order by n desc limit 1",
});
export const listStatements = query({
  name: "journal.list_statements",
  row: z.object({ signed: signedStatement }),
  text: "select signed from journal.statement where call_id = $1 and n > $2 order by n",
});
export const findStatement = query({
  name: "journal.find_statement",
  row: z.object({ signed: signedStatement }),
  text: "select signed from journal.statement where call_id = $1 and n = $2",
});
export const addStatement = command({
  name: "journal.add_statement",
  text: "insert into journal.statement (call_id, n, proven_seconds, journal_n, closing, signed) values ($1, $2, $3, $4, $5, $6)",
});

const keyRow = z
  .object({ side, public_key: publicKey, kind: z.enum(["device", "call"]), since_n: z.int(), shown_at: z.date() })
  .transform(({ public_key, since_n, shown_at, ...rest }) => ({ ...rest, publicKey: public_key, sinceN: since_n, shownAt: shown_at }));
const keyColumns = "side, public_key, kind, since_n, shown_at";

/** The keys that sign now: the last shown of each side. */
export const listCurrentKeys = query({
  name: "journal.list_current_keys",
  row: keyRow,
  text: `select distinct on (side) ${keyColumns} from journal.call_key where call_id = $1 order by side, shown desc`,
});
export const listKeys = query({
  name: "journal.list_keys",
  row: keyRow,
  text: `select ${keyColumns} from journal.call_key where call_id = $1 order by shown`,
});
export const addKey = command({
  name: "journal.add_key",
  text: "insert into journal.call_key (call_id, side, public_key, kind, since_n, shown_at) values ($1, $2, $3, $4, $5, platform.now())",
});
/** Nothing changes when it is there already. */
export const addCountersignature = command({
  name: "journal.add_countersignature",
  text: `insert into journal.countersignature (call_id, n, side, public_key, since_n, observed_seconds, signature, signed_at)
    values ($1, $2, $3, $4, $5, $6, $7, platform.now()) on conflict do nothing`,
});
export const listCountersignatures = query({
  name: "journal.list_countersignatures",
  row: z
    .object({ n: z.int(), side, public_key: z.string(), since_n: z.int(), observed_seconds: z.int(), signature: z.string() })
    .transform(({ n, public_key, since_n, observed_seconds, ...rest }) => ({
      n,
      by: countersignature.parse({ ...rest, publicKey: public_key, sinceN: since_n, observedSeconds: observed_seconds }),
    })),
  text: `select n, side, public_key, since_n, observed_seconds, signature from journal.countersignature where call_id = $1 order by n, side, signed_at, public_key`,
});
/** How far each side signed, seconds of proven time. */
export const readSigned = query({
  name: "journal.read_signed",
  row: z.object({ client: z.int(), consultant: z.int() }),
  text: `select coalesce(max(s.proven_seconds) filter (where c.side = 'client'), 0) as client,
      coalesce(max(s.proven_seconds) filter (where c.side = 'consultant'), 0) as consultant
    from journal.countersignature c join journal.statement s using (call_id, n) where c.call_id = $1`,
});
export const readLastSignedBy = query({
  name: "journal.read_last_signed_by",
  row: z.object({ n: z.int() }),
  text: "select coalesce(max(n), 0) as n from journal.countersignature where call_id = $1 and side = $2 and public_key = $3",
});
