-- What the statement of a wallet reads: the movements of one account in its own order (entry_view is for sums over everything).
create view ledger.movement_view as
  select t.from_account as account, t.id as transfer, t.kind, t.purse, -t.amount as amount, t.from_balance as balance, t.reason, t.occurred_at,
    t.kind = 'quota' and t.key = 'quota:' || t.purse || ':0' as opens_purse
  from ledger.transfer t where t.from_account is not null
  union all
  select t.to_account, t.id, t.kind, t.purse, t.amount, t.to_balance, t.reason, t.occurred_at, false
  from ledger.transfer t where t.to_account is not null;
comment on view ledger.movement_view is 'opens_purse: the first money ever set aside into its purse; it never moves in the order of its account.';
