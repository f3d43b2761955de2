-- Keep every delivered rate; of several for one day the latest bundle's holds.
INSERT INTO ledger_fxrate (currency, business_date, rate, bundle_id, line)
SELECT currency, business_date, rate, %(bundle)s, line_no FROM row_fx_rates
