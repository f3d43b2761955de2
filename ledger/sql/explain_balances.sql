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
    -- account by account: joined whole, a small bank's months would be read from end to end
    SELECT a.id, b.*
    FROM account a
    CROSS JOIN LATERAL (
        SELECT DISTINCT ON (business_date) business_date, balance, bundle_id, line FROM ledger_balancechange
        WHERE account_id = a.id AND business_date > %(start)s AND business_date <= %(end)s
          AND bundle_id <= %(bundle)s
        ORDER BY business_date, bundle_id DESC
    ) AS b
)
SELECT * FROM carried UNION ALL SELECT * FROM within ORDER BY 1, 2
