-- Days on which a customer's kept product is not the sum of its accounts' values, worked out day by day from
-- the delivered rows alone. Customers that wait for a correction to be worked in are left out.
WITH who AS (
    SELECT c.id, c.customer_no FROM managers_customer c
    WHERE (%(customers)s::bigint[] IS NULL OR c.id = ANY (%(customers)s))
      AND NOT EXISTS (SELECT FROM ledger_latechange l WHERE l.customer_id = c.id AND l.applied_at IS NULL AND l.products)
), day AS (
    SELECT generate_series(%(start)s::date, %(through)s::date, '1 day')::date AS day
), value AS (
    SELECT a.customer_id, d.day, p.kind, p.bucket,
           CASE WHEN d.day > a.closed_on THEN 0
                WHEN a.currency = 'CNY' THEN b.balance
                ELSE round(b.balance * r.rate, 2) END AS value
    FROM who
    JOIN ledger_account a ON a.customer_id = who.id
    JOIN ledger_product p ON p.id = a.product_id
    CROSS JOIN day d
    JOIN LATERAL (
        SELECT balance FROM ledger_balancechange
        WHERE account_id = a.id AND business_date <= d.day
        ORDER BY business_date DESC, bundle_id DESC LIMIT 1
    ) AS b ON true
    LEFT JOIN LATERAL (
        SELECT rate FROM ledger_fxrate
        WHERE a.currency <> 'CNY' AND currency = a.currency AND business_date <= d.day
        ORDER BY business_date DESC, bundle_id DESC LIMIT 1
    ) AS r ON true
), counted AS (
    SELECT customer_id, bucket, day, CASE WHEN kind = 'deposit' THEN greatest(value, 0) ELSE value END AS value
    FROM value
  UNION ALL
    SELECT customer_id, 'overdraft', day, greatest(-value, 0) FROM value WHERE kind = 'deposit'
), cell AS (
    SELECT customer_id, bucket FROM counted
  UNION SELECT who.id, b.bucket FROM who CROSS JOIN unnest(ARRAY['deposit', 'agreement_deposit', 'loan', 'overdraft']) AS b (bucket)
), padded AS (
    SELECT customer_id, bucket, day, value FROM counted
  UNION ALL SELECT customer_id, bucket, day, 0 FROM cell CROSS JOIN day
), summed AS (
    SELECT customer_id, bucket, day,
           sum(sum(value)) OVER (PARTITION BY customer_id, bucket ORDER BY day) AS product
    FROM padded
    GROUP BY customer_id, bucket, day
), compared AS (
    SELECT s.customer_id, s.bucket, s.day, s.product,
           coalesce(CASE s.bucket WHEN 'deposit' THEN k.deposit WHEN 'agreement_deposit' THEN k.agreement
                                  WHEN 'loan' THEN k.loan ELSE k.overdraft END, 0) * 0.01 AS kept
    FROM summed s
    LEFT JOIN LATERAL ledger_product_before(s.customer_id, s.day + 1) AS k ON true
)
SELECT DISTINCT ON (who.customer_no, c.bucket) who.customer_no, c.bucket, c.day, c.product, c.kept
FROM compared c
JOIN who ON who.id = c.customer_id
WHERE c.product <> c.kept
ORDER BY who.customer_no, c.bucket, c.day
