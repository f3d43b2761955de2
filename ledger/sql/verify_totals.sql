-- Per bucket and day of [start, end] what customers hold by their kept products, and what of it nobody claims.
WITH row AS (
    SELECT customer_id, since AS first, deposit, loan FROM ledger_customerproduct
    WHERE since BETWEEN %(start)s AND %(end)s
  UNION ALL
    SELECT k.id, %(start)s, p.deposit, p.loan
    FROM managers_customer k
    CROSS JOIN LATERAL (
        SELECT deposit, loan FROM ledger_customerproduct
        WHERE customer_id = k.id AND since < %(start)s ORDER BY since DESC LIMIT 1
    ) AS p
    WHERE NOT EXISTS (SELECT FROM ledger_customerproduct WHERE customer_id = k.id AND since = %(start)s)
), span AS (
    SELECT *, least(lead(first) OVER (PARTITION BY customer_id ORDER BY first) - 1, %(end)s) AS last FROM row
), held AS (
    SELECT s.customer_id, b.bucket, b.balance * 0.01 AS balance, d::date AS day
    FROM span s
    CROSS JOIN LATERAL (VALUES ('deposit', s.deposit), ('loan', s.loan)) AS b (bucket, balance)
    CROSS JOIN LATERAL generate_series(s.first, s.last, '1 day') AS d
    WHERE b.balance <> 0
)
SELECT bucket, day, sum(balance), sum(balance * (1 - coalesce((
    SELECT sum(a.share) FROM managers_assignment a
    WHERE a.customer_id = held.customer_id AND a.superseded_by IS NULL
      AND a.starts_on <= day AND (a.ends_on IS NULL OR a.ends_on >= day)), 0)))
FROM held
GROUP BY bucket, day
