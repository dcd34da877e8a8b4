-- At which price a call was paid, for statements.
create view metering.line_view as
  select l.call_id, l.purse, l.payer, l.payee, l.price_per_minute from metering.line l;
comment on view metering.line_view is 'For reports: who paid whom for a call, at which price. The money of it lies in ledger.purse_view, id = purse.';
