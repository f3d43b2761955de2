-- Per customer the latest first balance, up to a day, of an account that is older than the history, as known
-- to a bundle: what it held before that balance nobody knows.
SELECT a.customer_id, max(b.known_from)
FROM ledger_accounts_known(%(customers)s, %(bundle)s) a
CROSS JOIN LATERAL (
    SELECT business_date AS known_from FROM ledger_balancechange
    WHERE account_id = a.id AND business_date <= %(end)s AND bundle_id <= %(bundle)s
    ORDER BY business_date LIMIT 1
) AS b
WHERE a.opened_on < %(history_start)s AND b.known_from > %(history_start)s
GROUP BY a.customer_id
