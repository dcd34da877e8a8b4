-- When the money was last proved, so that a night without proof is as loud as one that found something.
create table ledger.proof_run (
  id boolean primary key default true check (id),
  waiting_since timestamptz(3) not null default platform.now(),
  ran_at timestamptz(3),
  held_at timestamptz(3),
  broken text[] not null default '{}'
);
comment on table ledger.proof_run is 'One row: the last nightly proof. held_at: the last in which everything held; broken: what did not in the last one, with figures; waiting_since: for the first one.';
insert into ledger.proof_run default values;
