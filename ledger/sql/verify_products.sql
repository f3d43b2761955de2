-- Days on which a customer's kept product is not the sum of its accounts' values, worked out day by day from
-- the delivered rows alone. Customers that wait for a correction to be worked in are left out. A product carries a
-- mistake on to every later day: of sampled customers the last days are compared, and one in seven of those before.
WITH who AS MATERIALIZED (
    SELECT c.id, c.customer_no FROM managers_customer c
    WHERE (%(customers)s::bigint[] IS NULL OR c.id = ANY (%(customers)s))
      AND NOT EXISTS (SELECT FROM ledger_latechange l WHERE l.customer_id = c.id AND l.applied_at IS NULL AND l.products)
), day AS (
    SELECT generate_series(%(start)s::date, %(through)s::date, '1 day')::date AS day
), compared_day AS MATERIALIZED (
    SELECT day FROM day
    WHERE %(customers)s::bigint[] IS NULL OR %(through)s::date - day < 62 OR (%(through)s::date - day) %% 7 = 0
), account AS MATERIALIZED (
    SELECT a.id, a.customer_id, a.currency, a.closed_on, p.kind, p.bucket
    FROM who
    JOIN ledger_account a ON a.customer_id = who.id
    JOIN ledger_product p ON p.id = a.product_id
), balance AS (
    -- each delivered balance with the days until the next one
    SELECT account_id, balance, business_date AS since,
           lead(business_date) OVER (PARTITION BY account_id ORDER BY business_date) AS next
    FROM (
        SELECT DISTINCT ON (b.account_id, b.business_date) b.account_id, b.business_date, b.balance
        FROM account a
        JOIN ledger_balancechange b ON b.account_id = a.id AND b.business_date <= %(through)s
        ORDER BY b.account_id, b.business_date, b.bundle_id DESC
    ) AS latest
), rate AS MATERIALIZED (
    SELECT d.day, c.currency, r.rate
    FROM (SELECT DISTINCT currency FROM account WHERE currency <> 'CNY') AS c
    CROSS JOIN day d
    LEFT JOIN LATERAL (
        SELECT rate FROM ledger_fxrate
        WHERE currency = c.currency AND business_date <= d.day
        ORDER BY business_date DESC, bundle_id DESC LIMIT 1
    ) AS r ON true
), value AS (
    SELECT a.customer_id, d.day::date AS day, a.kind, a.bucket,
           CASE WHEN d.day > a.closed_on THEN 0
                WHEN a.currency = 'CNY' THEN b.balance
                ELSE round(b.balance * r.rate, 2) END AS value
    FROM account a
    JOIN balance b ON b.account_id = a.id
    CROSS JOIN LATERAL generate_series(
        greatest(b.since, %(start)s::date)::timestamp, coalesce(b.next - 1, %(through)s::date)::timestamp, '1 day'
    ) AS d (day)
    LEFT JOIN rate r ON r.currency = a.currency AND r.day = d.day::date
), counted AS (
    SELECT customer_id, bucket, day, CASE WHEN kind = 'deposit' THEN greatest(value, 0) ELSE value END AS value
    FROM value
  UNION ALL
    SELECT customer_id, 'overdraft', day, greatest(-value, 0) FROM value WHERE kind = 'deposit'
), padded AS (
    SELECT customer_id, bucket, day, value FROM counted
  UNION ALL
    SELECT who.id, b.bucket, day, 0
    FROM who CROSS JOIN unnest(ARRAY['deposit', 'agreement_deposit', 'loan', 'overdraft']) AS b (bucket)
    CROSS JOIN compared_day
), summed AS (
    SELECT customer_id, bucket, day,
           sum(sum(value)) OVER (PARTITION BY customer_id, bucket ORDER BY day) AS product
    FROM padded
    GROUP BY customer_id, bucket, day
), kept AS (
    SELECT who.id AS customer_id, b.bucket, d.day, coalesce(b.product, 0) * 0.01 AS kept
    FROM who
    CROSS JOIN compared_day d
    LEFT JOIN LATERAL ledger_product_before(who.id, d.day + 1) AS k ON true
    CROSS JOIN LATERAL (VALUES
        ('deposit', k.deposit), ('agreement_deposit', k.agreement), ('loan', k.loan), ('overdraft', k.overdraft)
    ) AS b (bucket, product)
), compared AS (
    -- side by side by grouping: the planner would join the two day against day
    SELECT customer_id, bucket, day, max(product) AS product, max(kept) AS kept
    FROM (
        SELECT customer_id, bucket, day, product, NULL AS kept FROM summed
      UNION ALL
        SELECT customer_id, bucket, day, NULL, kept FROM kept
    ) AS either
    GROUP BY customer_id, bucket, day
)
SELECT DISTINCT ON (who.customer_no, c.bucket) who.customer_no, c.bucket, c.day, c.product, c.kept
FROM compared c
JOIN who ON who.id = c.customer_id
WHERE c.kept IS NOT NULL AND c.product IS DISTINCT FROM c.kept
ORDER BY who.customer_no, c.bucket, c.day
