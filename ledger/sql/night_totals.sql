-- Control totals of one date over the month to date, each worked out its own way: what managers are
-- credited, what nobody claims (day by day), and what customers hold.
WITH day AS (
    SELECT generate_series(%(start)s::date, %(end)s::date, '1 day')::date AS day
), held AS (
    SELECT p.customer_id, d.day, p.bucket, p.balance
    FROM day d
    JOIN LATERAL (
        SELECT DISTINCT ON (customer_id, bucket) customer_id, bucket, balance
        FROM ledger_customerproduct
        WHERE since <= d.day AND bucket IN ('deposit', 'loan')
        ORDER BY customer_id, bucket, since DESC
    ) AS p ON true
), claimed AS (
    SELECT h.bucket, h.balance, coalesce((
        SELECT sum(a.share) FROM managers_assignment a
        WHERE a.customer_id = h.customer_id AND a.superseded_by IS NULL
          AND a.starts_on <= h.day AND (a.ends_on IS NULL OR a.ends_on >= h.day)), 0) AS share
    FROM held h
    WHERE h.balance <> 0
)
SELECT bucket, sum(balance) AS held, sum(balance * (1 - share)) AS unclaimed
FROM claimed
GROUP BY bucket
