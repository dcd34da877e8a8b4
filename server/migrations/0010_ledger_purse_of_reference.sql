-- Reports ask what a call cost by the call's id. The reference never changes, so charging is as cheap as before.
create index purse_of_reference on ledger.purse (reference);
