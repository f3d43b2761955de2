-- Keep every delivered balance; of several for one account and day the latest bundle's holds. In the order of
-- the days, then of the accounts: whatever the file's order, new entries of the indexes then lie together.
SELECT ledger_open_months(%(first)s, %(last)s);

INSERT INTO ledger_balancechange (account_id, business_date, balance, bundle_id, line)
SELECT account_id, business_date, balance, %(bundle)s, line_no
FROM row_balances
ORDER BY business_date, account_id
