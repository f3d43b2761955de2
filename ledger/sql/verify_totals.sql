-- Per bucket and day of [start, end] what customers hold by their kept products, and what of it nobody claims.
WITH span AS (
    SELECT customer_id, bucket, balance, greatest(since, %(start)s) AS first,
           least(lead(since) OVER (PARTITION BY customer_id, bucket ORDER BY since) - 1, %(end)s) AS last
    FROM ledger_customerproduct
    WHERE bucket IN ('deposit', 'loan')
), held AS (
    SELECT customer_id, bucket, balance, d::date AS day
    FROM span
    CROSS JOIN LATERAL generate_series(first, last, '1 day') AS d
    WHERE balance <> 0
)
SELECT bucket, day, sum(balance), sum(balance * (1 - coalesce((
    SELECT sum(a.share) FROM managers_assignment a
    WHERE a.customer_id = held.customer_id AND a.superseded_by IS NULL
      AND a.starts_on <= day AND (a.ends_on IS NULL OR a.ends_on >= day)), 0)))
FROM held
GROUP BY bucket, day
