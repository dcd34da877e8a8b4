-- Whoever pays is in one lane, so his lines lie beside those of the lane's others, which a page looks for together.
drop index metering.line_of_payer;
create index line_of_payer on metering.line (lane, payer) include (price_per_minute, status) where status <> 'ended';
