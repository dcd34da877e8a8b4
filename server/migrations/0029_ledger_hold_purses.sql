-- Nobody else moves money of these purses, of the wallets behind them or under their budgets before this transaction ends: what is read of them
-- from now on holds. Locks in the order of post_batch.
create function ledger.hold_purses(ids bigint[]) returns void language plpgsql as $$
begin
  perform from ledger.purse p where p.id = any (ids) order by p.id for no key update;
  perform from ledger.account a where a.id = any (array(select p.owner from ledger.purse p where p.id = any (ids)))
    order by a.kind, a.id for no key update;
  perform from ledger.budget b where b.id = any (array(select unnest(p.budgets) from ledger.purse p where p.id = any (ids) and p.budgets <> '{}'))
    order by b.id for no key update;
end
$$;
