-- Exposures of the customers in credit_anew from the first day on, out of the facts: a loan's balance counts on
-- the days of one of the last three classes, its arrears from where they are delivered, both until it closes;
-- deposits below zero are in the ledger's own history.
DELETE FROM credit_exposure e USING credit_anew k WHERE e.customer_id = k.customer_id;

WITH watched AS MATERIALIZED (
    SELECT k.customer_id, k.through, a.id AS account_id, a.currency, a.closed_on, w.since
    FROM credit_anew k
    JOIN ledger_account a ON a.customer_id = k.customer_id
    CROSS JOIN LATERAL (
        SELECT min(business_date) AS since FROM credit_classification
        WHERE account_id = a.id AND (loan_class IN ('substandard', 'doubtful', 'loss') OR interest_arrears > 0)
    ) AS w
    WHERE w.since IS NOT NULL
), event AS (
    SELECT w.account_id, c.business_date AS day
    FROM watched w JOIN credit_classification c ON c.account_id = w.account_id
  UNION
    SELECT w.account_id, b.business_date
    FROM watched w
    CROSS JOIN LATERAL (
        SELECT business_date FROM ledger_balancechange WHERE account_id = w.account_id AND business_date > w.since
    ) AS b
  UNION
    SELECT w.account_id, r.business_date
    FROM watched w JOIN ledger_fxrate r ON r.currency = w.currency AND r.business_date > w.since
    WHERE w.currency <> 'CNY'
  UNION
    SELECT account_id, closed_on + 1 FROM watched WHERE closed_on IS NOT NULL
), state AS (
    SELECT w.customer_id, w.account_id, e.day,
           CASE WHEN e.day > w.closed_on THEN 0 ELSE coalesce(c.interest_arrears, 0) END AS interest_arrears,
           CASE WHEN e.day > w.closed_on OR c.loan_class NOT IN ('substandard', 'doubtful', 'loss') THEN 0
                ELSE greatest(0, coalesce(
                    CASE WHEN w.currency = 'CNY' THEN b.balance ELSE round(b.balance * r.rate, 2) END, 0))
           END AS non_performing
    FROM event e
    JOIN watched w ON w.account_id = e.account_id AND e.day <= w.through
    CROSS JOIN LATERAL (
        SELECT loan_class, interest_arrears FROM credit_classification
        WHERE account_id = e.account_id AND business_date <= e.day
        ORDER BY business_date DESC, bundle_id DESC LIMIT 1
    ) AS c
    LEFT JOIN LATERAL (
        SELECT balance FROM ledger_balancechange
        WHERE account_id = e.account_id AND business_date <= e.day
        ORDER BY business_date DESC, bundle_id DESC LIMIT 1
    ) AS b ON true
    LEFT JOIN LATERAL (
        SELECT rate FROM ledger_fxrate
        WHERE w.currency <> 'CNY' AND currency = w.currency AND business_date <= e.day
        ORDER BY business_date DESC, bundle_id DESC LIMIT 1
    ) AS r ON true
), difference AS (
    SELECT customer_id, day, non_performing - lag(non_performing, 1, 0) OVER loan AS non_performing,
           interest_arrears - lag(interest_arrears, 1, 0) OVER loan AS interest_arrears, 0 AS advances
    FROM state
    WINDOW loan AS (PARTITION BY account_id ORDER BY day)
  UNION ALL
    SELECT p.customer_id, p.since, 0, 0,
           0.01 * (p.overdraft - lag(p.overdraft, 1, 0) OVER (PARTITION BY p.customer_id ORDER BY p.since))
    FROM credit_anew k
    JOIN ledger_borrowerclass o ON o.customer_id = k.customer_id AND o.ever_overdrawn
    CROSS JOIN LATERAL (
        SELECT customer_id, since, overdraft FROM ledger_customerproduct
        WHERE customer_id = k.customer_id AND since <= k.through
    ) AS p
), total AS (
    SELECT customer_id, day, sum(sum(non_performing)) OVER until AS non_performing,
           sum(sum(interest_arrears)) OVER until AS interest_arrears, sum(sum(advances)) OVER until AS advances
    FROM difference
    WHERE non_performing <> 0 OR interest_arrears <> 0 OR advances <> 0
    GROUP BY customer_id, day
    WINDOW until AS (PARTITION BY customer_id ORDER BY day)
), span AS (
    SELECT customer_id, day AS since, lead(day) OVER (PARTITION BY customer_id ORDER BY day) - 1 AS until,
           non_performing, interest_arrears, advances
    FROM total
)
INSERT INTO credit_exposure (customer_id, since, until, non_performing, interest_arrears, advances)
SELECT customer_id, since, until, non_performing, interest_arrears, advances
FROM span
WHERE non_performing > 0 OR interest_arrears > 0 OR advances > 0
