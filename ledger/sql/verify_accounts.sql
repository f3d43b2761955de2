-- What all accounts are worth together on each day of [start, end], per bucket of the roll-up.
WITH value AS (
    SELECT p.bucket, p.kind, d.day::date AS day,
           CASE WHEN a.currency = 'CNY' THEN b.balance ELSE round(b.balance * r.rate, 2) END AS value
    FROM generate_series(%(start)s::date, %(end)s::date, '1 day') AS d (day)
    CROSS JOIN ledger_account a
    JOIN ledger_product p ON p.id = a.product_id AND p.bucket IN ('deposit', 'loan')
    JOIN LATERAL (
        SELECT balance FROM ledger_balancechange
        WHERE account_id = a.id AND business_date <= d.day::date
        ORDER BY business_date DESC, bundle_id DESC LIMIT 1
    ) AS b ON true
    LEFT JOIN LATERAL (
        SELECT rate FROM ledger_fxrate
        WHERE a.currency <> 'CNY' AND currency = a.currency AND business_date <= d.day::date
        ORDER BY business_date DESC, bundle_id DESC LIMIT 1
    ) AS r ON true
    WHERE a.closed_on IS NULL OR a.closed_on >= d.day::date
)
SELECT bucket, day, sum(CASE WHEN kind = 'deposit' THEN greatest(value, 0) ELSE value END)
FROM value
GROUP BY bucket, day
