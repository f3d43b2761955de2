-- Write the product rows of the touched customers anew from the day they were touched up to `through`.
-- Every account is valued at each of its own event days (a balance, a rate, the day after closing);
-- differences per account add up to the customer's balance, and balances times days to its products.
WITH event AS (
    SELECT t.customer_id, t.since, a.id AS account_id, a.currency, a.closed_on, p.kind, p.bucket, e.day
    FROM touched t
    JOIN ledger_account a ON a.customer_id = t.customer_id
    JOIN ledger_product p ON p.id = a.product_id
    CROSS JOIN LATERAL (
        SELECT t.since AS day
      UNION
        SELECT b.business_date FROM ledger_balancechange b
        WHERE b.account_id = a.id AND b.business_date > t.since AND b.business_date <= %(through)s
      UNION
        SELECT r.business_date FROM ledger_fxrate r
        WHERE r.currency = a.currency AND a.currency <> 'CNY'
          AND r.business_date > t.since AND r.business_date <= %(through)s
      UNION
        SELECT a.closed_on + 1
        WHERE a.closed_on + 1 > t.since AND a.closed_on + 1 <= %(through)s
    ) AS e
), valued AS (
    SELECT e.*, CASE
        WHEN e.day > e.closed_on THEN 0
        WHEN e.currency = 'CNY' THEN coalesce(b.balance, 0)
        ELSE coalesce(round(b.balance * r.rate, 2), 0)
    END AS value
    FROM event e
    LEFT JOIN LATERAL (
        SELECT balance FROM ledger_balancechange
        WHERE account_id = e.account_id AND business_date <= e.day
        ORDER BY business_date DESC, bundle_id DESC LIMIT 1
    ) AS b ON true
    LEFT JOIN LATERAL (
        SELECT rate FROM ledger_fxrate
        WHERE e.currency <> 'CNY' AND currency = e.currency AND business_date <= e.day
        ORDER BY business_date DESC, bundle_id DESC LIMIT 1
    ) AS r ON true
), counted AS (
    -- a deposit below zero counts as zero there and shows as an overdraft instead
    SELECT customer_id, since, account_id, bucket, day,
           CASE WHEN kind = 'deposit' THEN greatest(value, 0) ELSE value END AS value
    FROM valued
  UNION ALL
    SELECT customer_id, since, account_id, 'overdraft', day, greatest(-value, 0)
    FROM valued WHERE kind = 'deposit'
), difference AS (
    SELECT customer_id, since, bucket, day,
           value - coalesce(lag(value) OVER (PARTITION BY account_id, bucket ORDER BY day), 0) AS amount
    FROM counted
), stepped AS (
    SELECT customer_id, since AS touched_since, bucket, day,
           sum(sum(amount)) OVER (PARTITION BY customer_id, bucket ORDER BY day) AS balance
    FROM difference
    GROUP BY customer_id, since, bucket, day
), dated AS (
    SELECT *,
           lag(balance) OVER span AS balance_before,
           coalesce(lag(balance) OVER span * (day - lag(day) OVER span), 0) AS product
    FROM stepped
    WINDOW span AS (PARTITION BY customer_id, bucket ORDER BY day)
), summed AS (
    SELECT d.customer_id, d.bucket, d.day, d.balance, d.balance_before, c.balance AS carried,
           coalesce(c.product_before + c.balance * (d.touched_since - c.since), 0)
           + sum(d.product) OVER (PARTITION BY d.customer_id, d.bucket ORDER BY d.day) AS product_before
    FROM dated d
    LEFT JOIN LATERAL (
        SELECT since, balance, product_before FROM ledger_customerproduct
        WHERE customer_id = d.customer_id AND bucket = d.bucket AND since < d.touched_since
        ORDER BY since DESC LIMIT 1
    ) AS c ON true
)
INSERT INTO ledger_customerproduct (customer_id, bucket, since, balance, product_before)
SELECT customer_id, bucket, day, balance, product_before
FROM summed
WHERE balance <> coalesce(balance_before, carried, 0)
