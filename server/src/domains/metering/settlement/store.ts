/** SQL of settlements. The caller holds the lines of the call. */
import { kopecksColumn } from "@minuta/contracts/money";
import { tariffKind } from "@minuta/contracts/tariff";
import { z } from "zod";
import { command, query } from "#platform/db";

/** Of what was charged on each line: the platform's share and the payee's, the fee rounded down. */
const shares = `select l.id, l.payee, t.kind, p.id as purse, p.charged, p.held, p.settled_at, p.charged * t.fee_percent / 100 as fee
  from metering.line l join metering.tariff t on t.id = l.tariff join ledger.purse_view p on p.id = l.purse where l.call_id = $1`;

export const readShares = query({
  name: "metering.read_shares",
  row: z.object({ kind: tariffKind, fee: kopecksColumn, earned: kopecksColumn }),
  text: `select kind, fee, charged - fee as earned from (${shares}) share order by id`,
});
/** What is held goes to the platform and to the payee, once a line: the purse is settled by it. Nothing is left where all was settled before. */
export const settleSolved = command({
  name: "metering.settle_solved",
  text: `with share as (
      select * from (${shares}) line where settled_at is null
    ), moved as (
      select id, 1 as step, ledger.settlement(purse, ledger.open_account('platform:fee'), charged - held, fee, '', platform.now()) as movement from share where fee > 0
      union all
      select id, 2, ledger.settlement(purse, ledger.open_account('earned:' || payee), charged - held + fee, charged - fee, '', platform.now()) from share where charged > fee
    ), posted as materialized (
      select ledger.post_batch(array_agg(movement order by id, step)) as outcomes from moved
    )
    select ledger.close_purses((select array_agg(purse) from share))::text from posted where 'posted' = all (posted.outcomes)`,
});
