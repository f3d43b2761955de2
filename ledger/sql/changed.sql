-- Accounts of some slots whose worth may change on `day`: a balance, a rate of their currency, the end of
-- their last day. Their balance in their own currency at the end of it, as known to the pinned bundle.
CREATE TEMP TABLE changed ON COMMIT DROP AS
SELECT DISTINCT ON (account_id) account_id, balance
FROM (
    SELECT account_id, balance, bundle_id
    FROM ledger_balancechange
    WHERE business_date = %(day)s AND bundle_id <= %(pinned)s
  UNION ALL
    SELECT account_id, balance, 0
    FROM ledger_accountposition
    WHERE currency IN (SELECT currency FROM ledger_fxrate WHERE business_date = %(day)s AND bundle_id <= %(pinned)s)
      AND currency <> 'CNY' AND balance IS NOT NULL
      AND customer_id %% 1024 BETWEEN %(first_slot)s AND %(last_slot)s
  UNION ALL
    SELECT p.account_id, p.balance, 0
    FROM ledger_account a
    JOIN ledger_accountposition p ON p.account_id = a.id
    WHERE a.closed_on = %(day)s::date - 1 AND p.balance IS NOT NULL
) AS c
ORDER BY account_id, bundle_id DESC
