-- Per account the balance carried into the span and every change within it, as known to a bundle.
WITH account AS (
    SELECT id FROM ledger_accounts_known(%(customers)s, %(bundle)s)
), carried AS (
    SELECT a.id, b.*
    FROM account a
    CROSS JOIN LATERAL (
        SELECT business_date, balance, bundle_id, line FROM ledger_balancechange
        WHERE account_id = a.id AND business_date <= %(start)s AND bundle_id <= %(bundle)s
        ORDER BY business_date DESC, bundle_id DESC LIMIT 1
    ) AS b
), within AS (
    SELECT DISTINCT ON (a.id, b.business_date) a.id, b.business_date, b.balance, b.bundle_id, b.line
    FROM account a
    JOIN ledger_balancechange b ON b.account_id = a.id
    WHERE b.business_date > %(start)s AND b.business_date <= %(end)s AND b.bundle_id <= %(bundle)s
    ORDER BY a.id, b.business_date, b.bundle_id DESC
)
SELECT * FROM carried UNION ALL SELECT * FROM within ORDER BY 1, 2
