/** SQL of signatures: how far they go, and whether evidence has run further than they allow. */
import { callId } from "@minuta/contracts/ids";
import { kopecksColumn } from "@minuta/contracts/money";
import { z } from "zod";
import { command, query } from "#platform/db";

export const noteCountersigned = command({
  name: "metering.note_countersigned",
  text: `update metering.line set countersigned_seconds = $2
    where call_id = $1 and status <> 'ended' and (countersigned_seconds is null or countersigned_seconds < $2)`,
});
/** Whether the durable evidence of an open line has reached the end of what may be billed without signatures. */
export const isUnsigned = query({
  name: "metering.is_unsigned",
  row: z.object({ unsigned: z.boolean() }),
  text: `select coalesce(bool_or(metering.proven_seconds(l, client.through, consultant.through) >= l.countersigned_seconds + t.uncountersigned_seconds), false) as unsigned
    from metering.line l join metering.tariff t on t.id = l.tariff
    left join metering.copy client on client.id = l.client_copy left join metering.copy consultant on consultant.id = l.consultant_copy
    where l.call_id = $1 and l.status <> 'ended'`,
});

/** What a statement says: the longest line's durable proven time, and the money of all lines; and whether the call waits for signatures. */
export const readMeasured = query({
  name: "metering.read_measured",
  row: z.object({ call_id: callId, proven: z.bigint().transform(Number), charged: kopecksColumn, waits: z.boolean() }),
  text: `select l.call_id, max(metering.proven_seconds(l, client.through, consultant.through)) as proven, sum(p.charged)::bigint as charged,
      bool_or(l.status = 'paused-for-signature') as waits
    from metering.line l join ledger.purse_view p on p.id = l.purse
    left join metering.copy client on client.id = l.client_copy left join metering.copy consultant on consultant.id = l.consultant_copy
    where l.call_id = any ($1) group by l.call_id`,
});
