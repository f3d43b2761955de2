-- What is wrong at the end of each day of [first, last], per customer, in CNY: balances of the last three
-- classes, interest arrears, deposits below zero.
WITH day AS (
    SELECT generate_series(%(first)s::date, %(last)s::date, '1 day')::date AS day
), watched AS (
    SELECT DISTINCT c.account_id
    FROM credit_classification c JOIN ledger_account a ON a.id = c.account_id
    WHERE a.customer_id %% 1024 BETWEEN %(first_slot)s AND %(last_slot)s
      AND (loan_class IN ('substandard', 'doubtful', 'loss') OR interest_arrears > 0)
), classed AS (
    SELECT d.day, a.id AS account_id, a.customer_id, a.currency, a.closed_on, c.loan_class,
           coalesce(c.interest_arrears, 0) AS interest_arrears
    FROM day d
    CROSS JOIN watched w
    JOIN ledger_account a ON a.id = w.account_id
    JOIN LATERAL (
        SELECT loan_class, interest_arrears FROM credit_classification
        WHERE account_id = w.account_id AND business_date <= d.day
        ORDER BY business_date DESC, bundle_id DESC LIMIT 1
    ) AS c ON true
    WHERE (c.loan_class IN ('substandard', 'doubtful', 'loss') OR c.interest_arrears > 0)
      AND (a.closed_on IS NULL OR a.closed_on >= d.day)
), loan AS (
    SELECT c.day, c.customer_id, c.interest_arrears,
           CASE WHEN c.loan_class IN ('substandard', 'doubtful', 'loss') THEN greatest(0, coalesce(
               CASE WHEN c.currency = 'CNY' THEN b.balance ELSE round(b.balance * r.rate, 2) END, 0))
           ELSE 0 END AS non_performing
    FROM classed c
    LEFT JOIN LATERAL (
        SELECT balance FROM ledger_balancechange
        WHERE account_id = c.account_id AND business_date <= c.day
        ORDER BY business_date DESC, bundle_id DESC LIMIT 1
    ) AS b ON true
    LEFT JOIN LATERAL (
        SELECT rate FROM ledger_fxrate
        WHERE c.currency <> 'CNY' AND currency = c.currency AND business_date <= c.day
        ORDER BY business_date DESC, bundle_id DESC LIMIT 1
    ) AS r ON true
), overdrawn AS (
    SELECT d.day, c.customer_id, p.overdraft * 0.01 AS balance
    FROM (
        -- overdrawn now, or ever: its product has grown
        SELECT customer_id FROM ledger_customerposition WHERE (overdraft > 0 OR overdraft_product > 0)
          AND customer_id %% 1024 BETWEEN %(first_slot)s AND %(last_slot)s
    ) AS c
    CROSS JOIN day d
    CROSS JOIN LATERAL (
        SELECT overdraft FROM ledger_customerproduct
        WHERE customer_id = c.customer_id AND since <= d.day ORDER BY since DESC LIMIT 1
    ) AS p
    WHERE p.overdraft > 0
), found AS (
    SELECT day, customer_id, non_performing, interest_arrears, 0 AS advances FROM loan
  UNION ALL
    SELECT day, customer_id, 0, 0, balance FROM overdrawn
)
INSERT INTO credit_exposure (customer_id, business_date, non_performing, interest_arrears, advances)
SELECT customer_id, day, sum(non_performing), sum(interest_arrears), sum(advances)
FROM found
GROUP BY customer_id, day
HAVING sum(non_performing) > 0 OR sum(interest_arrears) > 0 OR sum(advances) > 0
