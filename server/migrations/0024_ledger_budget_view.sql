-- What lies under one budget: `budgets` of a purse, and its purses by an index.
create or replace view ledger.purse_view as
  select p.id, p.owner, p.reference, p.reserved, p.held, p.set_aside, p.charged, p.closed_at, p.settled_at,
    case when p.budgets <> '{}' then (select min(b.allowed - b.spent) from ledger.budget b where b.id = any (p.budgets)) end as budget_left,
    p.budgets
  from ledger.purse p;
create view ledger.budget_view as select b.id, b.name, b.allowed, b.spent from ledger.budget b;
create index purse_of_budget on ledger.purse using gin (budgets) where settled_at is null and budgets <> '{}';
