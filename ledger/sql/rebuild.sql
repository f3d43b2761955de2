-- Write the products of the touched customers anew from the day they were touched up to `through`.
-- Every account is valued on each of its own event days (a balance, a rate, the day after closing);
-- differences per account add up to the customer's balances, and balances times days to its products.
DELETE FROM ledger_customerproduct p USING touched t
WHERE p.customer_id = t.customer_id AND p.since >= t.since AND p.since >= (SELECT min(since) FROM touched);

WITH account AS MATERIALIZED (
    SELECT t.customer_id, t.since, a.id AS account_id, a.currency, a.closed_on, p.bucket
    FROM touched t
    JOIN ledger_account a ON a.customer_id = t.customer_id
    JOIN ledger_product p ON p.id = a.product_id
), event AS (
    SELECT a.customer_id, a.since, a.account_id, a.bucket, a.since AS day,
           CASE WHEN a.since > a.closed_on THEN 0 ELSE b.balance END AS balance, a.currency
    FROM account a
    CROSS JOIN LATERAL (
        SELECT balance FROM ledger_balancechange
        WHERE account_id = a.account_id AND business_date <= a.since AND bundle_id <= %(pinned)s
        ORDER BY business_date DESC, bundle_id DESC LIMIT 1
    ) AS b
  UNION ALL
    SELECT a.customer_id, a.since, a.account_id, a.bucket, b.business_date, b.balance, a.currency
    FROM account a
    CROSS JOIN LATERAL (
        SELECT DISTINCT ON (business_date) business_date, balance FROM ledger_balancechange
        WHERE account_id = a.account_id AND business_date > a.since AND business_date <= %(through)s
          AND bundle_id <= %(pinned)s
        ORDER BY business_date, bundle_id DESC
    ) AS b
    WHERE a.closed_on IS NULL OR b.business_date <= a.closed_on
  UNION ALL
    SELECT a.customer_id, a.since, a.account_id, a.bucket, r.business_date, b.balance, a.currency
    FROM account a
    CROSS JOIN LATERAL (
        SELECT DISTINCT business_date FROM ledger_fxrate
        WHERE currency = a.currency AND business_date > a.since AND business_date <= %(through)s
          AND business_date <= coalesce(a.closed_on, 'infinity') AND bundle_id <= %(pinned)s
    ) AS r
    CROSS JOIN LATERAL (
        -- what the day itself brings is among the balances above
        SELECT business_date, balance FROM ledger_balancechange
        WHERE account_id = a.account_id AND business_date <= r.business_date AND bundle_id <= %(pinned)s
        ORDER BY business_date DESC, bundle_id DESC LIMIT 1
    ) AS b
    WHERE a.currency <> 'CNY' AND b.business_date < r.business_date
  UNION ALL
    SELECT customer_id, since, account_id, bucket, closed_on + 1, 0, currency
    FROM account
    WHERE closed_on + 1 > since AND closed_on + 1 <= %(through)s
), valued AS (
    SELECT e.customer_id, e.since, e.account_id, e.bucket, e.day,
           CASE WHEN e.currency = 'CNY' OR e.balance = 0 THEN e.balance * 100
                ELSE round(e.balance * (
                    SELECT rate FROM ledger_fxrate
                    WHERE currency = e.currency AND business_date <= e.day AND bundle_id <= %(pinned)s
                    ORDER BY business_date DESC, bundle_id DESC LIMIT 1
                ), 2) * 100 END::bigint AS value
    FROM event e
), difference AS (
    SELECT customer_id, since, bucket, day, value,
           coalesce(lag(value) OVER (PARTITION BY account_id ORDER BY day), 0) AS before
    FROM valued
), daily AS (
    -- a deposit below zero counts as zero there and shows as an overdraft instead
    SELECT customer_id, since, day,
           coalesce(sum(greatest(value, 0) - greatest(before, 0)) FILTER (WHERE bucket = 'deposit'), 0)
               AS deposit,
           coalesce(sum(greatest(value, 0) - greatest(before, 0)) FILTER (WHERE bucket = 'agreement_deposit'), 0)
               AS agreement,
           coalesce(sum(value - before) FILTER (WHERE bucket = 'loan'), 0) AS loan,
           coalesce(sum(greatest(-value, 0) - greatest(-before, 0)) FILTER (WHERE bucket <> 'loan'), 0)
               AS overdraft
    FROM difference
    WHERE day = since OR value <> before
    GROUP BY customer_id, since, day
), balanced AS (
    SELECT customer_id, since, day, lag(day) OVER span AS day_before, sum(deposit) OVER span AS deposit,
           sum(agreement) OVER span AS agreement, sum(loan) OVER span AS loan,
           sum(overdraft) OVER span AS overdraft
    FROM daily
    WINDOW span AS (PARTITION BY customer_id ORDER BY day)
), summed AS (
    SELECT customer_id, since AS touched_since, day, deposit, agreement, loan, overdraft,
           coalesce(sum(lag_deposit * (day - day_before)) OVER span, 0) AS deposit_product,
           coalesce(sum(lag_agreement * (day - day_before)) OVER span, 0) AS agreement_product,
           coalesce(sum(lag_loan * (day - day_before)) OVER span, 0) AS loan_product,
           coalesce(sum(lag_overdraft * (day - day_before)) OVER span, 0) AS overdraft_product
    FROM (
        SELECT *, lag(deposit) OVER previous AS lag_deposit, lag(agreement) OVER previous AS lag_agreement,
               lag(loan) OVER previous AS lag_loan, lag(overdraft) OVER previous AS lag_overdraft
        FROM balanced
        WINDOW previous AS (PARTITION BY customer_id ORDER BY day)
    ) AS b
    WINDOW span AS (PARTITION BY customer_id ORDER BY day)
)
INSERT INTO ledger_customerproduct (customer_id, since, deposit, deposit_product, agreement, agreement_product,
    loan, loan_product, overdraft, overdraft_product)
SELECT s.customer_id, s.day,
       s.deposit, coalesce(c.deposit_product + c.deposit * (s.touched_since - c.since), 0) + s.deposit_product,
       s.agreement,
       coalesce(c.agreement_product + c.agreement * (s.touched_since - c.since), 0) + s.agreement_product,
       s.loan, coalesce(c.loan_product + c.loan * (s.touched_since - c.since), 0) + s.loan_product,
       s.overdraft,
       coalesce(c.overdraft_product + c.overdraft * (s.touched_since - c.since), 0) + s.overdraft_product
FROM summed s
LEFT JOIN LATERAL (
    SELECT * FROM ledger_customerproduct
    WHERE customer_id = s.customer_id AND since < s.touched_since ORDER BY since DESC LIMIT 1
) AS c ON true
ORDER BY s.customer_id, s.day;
