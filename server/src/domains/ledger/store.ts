/** All SQL of the ledger outside its migration. */
import { callId } from "@minuta/contracts/ids";
import { kopecksColumn } from "@minuta/contracts/money";
import { z } from "zod";
import { command, query } from "#platform/db";
import { transferKinds } from "./rules.ts";

export const openAccount = query({
  name: "ledger.open_account",
  row: z.object({ id: z.bigint() }),
  text: "select ledger.open_account($1) as id",
});

/** One transfer between two accounts, as a batch of one. */
export const postOne = query({
  name: "ledger.post_one",
  row: z.object({ outcome: z.enum(["posted", "repeated", "stale", "short", "later"]) }),
  text: `select (ledger.post_batch(array[
      ($1::text, $2::ledger.transfer_kind, null, $3::bigint, $4::bigint, $5::bigint, null, false, $6::text, platform.now())::ledger.movement
    ]))[1] as outcome`,
});

/** A correction between two accounts, entered at the time it corrects. */
export const postCorrection = query({
  name: "ledger.post_correction",
  row: z.object({ outcome: z.enum(["posted", "repeated", "stale", "short", "later"]) }),
  text: `select (ledger.post_batch(array[
      ($1::text, 'correction', null, $2::bigint, $3::bigint, $4::bigint, null, false, $5::text, $6::timestamptz)::ledger.movement
    ]))[1] as outcome`,
});
export const closeMonth = query({
  name: "ledger.close_month",
  row: z.object({ closed: z.unknown() }),
  text: "select ledger.close_month($1::date, $2)::text as closed",
});
export const readMoneyAsOf = query({
  name: "ledger.read_money_as_of",
  row: z.object({ balance: kopecksColumn, reserved: kopecksColumn, held: kopecksColumn }),
  text: "select balance, reserved, held from ledger.money_as_of((select id from ledger.account where name = $1), $2)",
});

export const findTransfer = query({
  name: "ledger.find_transfer",
  row: z.object({ to_balance: kopecksColumn }),
  text: "select to_balance from ledger.transfer where key = $1",
});

export const notePaidIn = command({
  name: "ledger.note_paid_in",
  text: "update ledger.account set paid_in_at = platform.now() where id = $1 and paid_in_at is null",
});

export const readWallet = query({
  name: "ledger.read_wallet",
  row: z.object({ balance: kopecksColumn, overdraft: kopecksColumn, reserved: kopecksColumn, held: kopecksColumn, earned: kopecksColumn }),
  text: `select coalesce(w.balance, 0) as balance, coalesce(w.overdraft, 0) as overdraft,
      coalesce(p.reserved, 0)::bigint as reserved, coalesce(p.held, 0)::bigint as held,
      coalesce((select balance from ledger.account where name = $2), 0) as earned
    from (select 1) one
    left join ledger.account w on w.name = $1
    left join lateral (select sum(reserved) as reserved, sum(held) as held from ledger.purse where owner = w.id and settled_at is null) p on true`,
});

export const listEntries = query({
  name: "ledger.list_entries",
  row: z.object({
    transfer: z.bigint(),
    kind: z.enum(transferKinds),
    amount: kopecksColumn,
    balanceAfter: kopecksColumn,
    reason: z.string(),
    callId: z.nullable(callId),
    occurredAt: z.date(),
  }),
  text: `with mine as (select id from ledger.account where name = $1),
    page as (
      (select t.*, -t.amount as change, t.from_balance as after from ledger.transfer t
        where t.from_account = (select id from mine) and ($2::bigint is null or t.id < $2) order by t.id desc limit $3)
      union all
      (select t.*, t.amount, t.to_balance from ledger.transfer t
        where t.to_account = (select id from mine) and ($2::bigint is null or t.id < $2) order by t.id desc limit $3)
    )
    select page.id as transfer, page.kind, page.change as amount, page.after as "balanceAfter", page.reason, p.reference as "callId", page.occurred_at as "occurredAt"
    from page left join ledger.purse p on p.id = page.purse
    order by page.id desc limit $3`,
});

/** What was moved for $2 out of the wallet named $1, in order; what a settlement gave to others is theirs to see. */
export const listOfPurse = query({
  name: "ledger.list_of_purse",
  row: z.object({ kind: z.enum(["quota", "charge", "quota-return", "settlement"]), amount: kopecksColumn, occurredAt: z.date() }),
  text: `select t.kind, t.amount, t.occurred_at as "occurredAt"
    from ledger.purse p join ledger.account a on a.id = p.owner join ledger.transfer t on t.purse = p.id
    where a.name = $1 and p.reference = $2 and (t.kind <> 'settlement' or t.to_account = p.owner) order by t.id limit $3`,
});

/** One statement, so one snapshot: it may run beside a charging pass. */
export const prove = query({
  name: "ledger.prove",
  row: z.object({ invariant: z.string(), figure: z.bigint() }),
  text: `with account_sum as (
      select account, sum(amount) as amount from ledger.entry_view where account is not null group by account
    ), purse_sum as (
      select purse, coalesce(sum(amount) filter (where pocket = 'reserved'), 0) as reserved, coalesce(sum(amount) filter (where pocket = 'held'), 0) as held,
        coalesce(sum(amount) filter (where kind = 'quota' and pocket is not null), 0) as set_aside,
        coalesce(sum(amount) filter (where kind = 'charge' and pocket = 'held'), 0) as charged
      from ledger.entry_view where purse is not null group by purse
    ), budget_sum as (
      select b.id, sum(-e.amount) as spent from ledger.budget b
      join ledger.purse p on b.id = any (p.budgets) join ledger.entry_view e on e.purse = p.id and e.account is not null and e.kind in ('quota', 'quota-return')
      group by b.id
    )
    select invariant, figure::bigint as figure from (values
      (1, 'the sum of all balances, reserved and held is zero (kopecks)',
        (select coalesce(sum(balance), 0) from ledger.account) + (select coalesce(sum(reserved + held), 0) from ledger.purse)),
      (2, 'accounts whose balance is not the sum of their entries',
        (select count(*) from ledger.account a full join account_sum s on s.account = a.id where coalesce(s.amount, 0) is distinct from a.balance)),
      (3, 'purses whose reserved, held, set aside or charged is not the sum of their entries',
        (select count(*) from ledger.purse p full join purse_sum s on s.purse = p.id
          where (p.reserved, p.held, p.set_aside, p.charged) is distinct from (coalesce(s.reserved, 0), coalesce(s.held, 0), coalesce(s.set_aside, 0), coalesce(s.charged, 0)))),
      (4, 'accounts below their limit', (select count(*) from ledger.account where balance < -overdraft)),
      (5, 'statement lines whose balance does not follow from the line before',
        (select count(*) from (
          select balance - amount <> coalesce(lag(balance) over (partition by account order by transfer), 0) as broken from ledger.entry_view where account is not null
        ) line where broken)),
      (6, 'budgets whose count is not what was set aside under them',
        (select count(*) from ledger.budget b left join budget_sum s using (id) where b.spent is distinct from coalesce(s.spent, 0))),
      (7, 'settled purses with money in them', (select count(*) from ledger.purse where settled_at is not null and reserved + held <> 0)),
      (8, 'transfers of purses whose number is not what was moved that way before',
        (select count(*) from (
          select before <> sum(amount) over (partition by purse, kind order by id) - amount as wrong from ledger.transfer where purse is not null
        ) moved where wrong)),
      (9, 'entries that came into a month after it was closed and are no corrections',
        (select count(*) from ledger.transfer t join ledger.closed_month m on m.month = ledger.month_of(t.occurred_at) where t.recorded_at > m.closed_at and t.kind <> 'correction'))
    ) as proof (n, invariant, figure)
    order by n`,
});

export const noteProof = command({
  name: "ledger.note_proof",
  text: `update ledger.proof_run set ran_at = platform.now(), broken = $1::text[], held_at = case when $1::text[] = '{}' then platform.now() else held_at end`,
});
export const readProofRun = query({
  name: "ledger.read_proof_run",
  row: z.object({
    now: z.date(),
    waiting_since: z.date(),
    ran_at: z.date().nullable(),
    held_at: z.date().nullable(),
    broken: z.array(z.string()),
  }),
  text: "select platform.now() as now, waiting_since, ran_at, held_at, broken from ledger.proof_run",
});
