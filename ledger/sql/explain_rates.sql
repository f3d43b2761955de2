-- Rates of the currencies these customers have, carried into the span and within it, as known to a bundle.
WITH currency AS (
    SELECT DISTINCT currency FROM ledger_accounts_known(%(customers)s, %(bundle)s) WHERE currency <> 'CNY'
), carried AS (
    SELECT c.currency, r.*
    FROM currency c
    CROSS JOIN LATERAL (
        SELECT business_date, rate, bundle_id, line FROM ledger_fxrate
        WHERE currency = c.currency AND business_date <= %(start)s AND bundle_id <= %(bundle)s
        ORDER BY business_date DESC, bundle_id DESC LIMIT 1
    ) AS r
), within AS (
    SELECT DISTINCT ON (c.currency, r.business_date) c.currency, r.business_date, r.rate, r.bundle_id, r.line
    FROM currency c
    JOIN ledger_fxrate r ON r.currency = c.currency
    WHERE r.business_date > %(start)s AND r.business_date <= %(end)s AND r.bundle_id <= %(bundle)s
    ORDER BY c.currency, r.business_date, r.bundle_id DESC
)
SELECT * FROM carried UNION ALL SELECT * FROM within ORDER BY 1, 2
