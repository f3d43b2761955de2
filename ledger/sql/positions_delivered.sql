-- The balances of a day, in hundredths of their currency.
SELECT account_id, bundle_id, (balance * 100)::bigint
FROM ledger_balancechange
WHERE business_date = %(day)s AND bundle_id <= %(pinned)s
