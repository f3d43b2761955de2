-- Keep every delivered balance; of several for one account and day the latest bundle's holds.
SELECT ledger_open_months(min(business_date), max(business_date)) FROM row_balances;

INSERT INTO ledger_balancechange (account_id, business_date, balance, bundle_id, line)
SELECT a.id, s.business_date, s.balance, %(bundle)s, s.line_no
FROM row_balances s
JOIN ledger_account a ON a.account_no = s.account_no
