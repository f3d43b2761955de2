-- What is wrong at the end of one more day, out of the loans and positions as they stand: spans that go on stay
-- as they are, others end the day before, and what is new begins.
WITH found AS MATERIALIZED (
    SELECT customer_id, sum(non_performing) AS non_performing, sum(interest_arrears) AS interest_arrears,
           sum(advances) AS advances
    FROM (
        SELECT p.customer_id, l.interest_arrears, 0 AS advances,
               CASE WHEN l.loan_class IN ('substandard', 'doubtful', 'loss') THEN greatest(p.value, 0) * 0.01
                    ELSE 0 END AS non_performing
        FROM credit_loanstate l
        JOIN ledger_loanposition p ON p.account_id = l.account_id
        WHERE (l.loan_class IN ('substandard', 'doubtful', 'loss') OR l.interest_arrears > 0)
          AND p.closed_on >= %(goal)s
          AND p.customer_id %% 1024 BETWEEN %(first_slot)s AND %(last_slot)s
      UNION ALL
        SELECT customer_id, 0, overdraft * 0.01, 0
        FROM ledger_borrowerclass
        WHERE overdraft > 0 AND customer_id %% 1024 BETWEEN %(first_slot)s AND %(last_slot)s
    ) AS part
    GROUP BY customer_id
    HAVING sum(non_performing) > 0 OR sum(interest_arrears) > 0 OR sum(advances) > 0
), open AS MATERIALIZED (
    SELECT customer_id, since, non_performing, interest_arrears, advances FROM credit_exposure
    WHERE until IS NULL AND customer_id %% 1024 BETWEEN %(first_slot)s AND %(last_slot)s
), ended AS (
    UPDATE credit_exposure e
    SET until = %(goal)s::date - 1
    FROM open o
    LEFT JOIN found f ON f.customer_id = o.customer_id
    WHERE (e.customer_id, e.since) = (o.customer_id, o.since)
      AND (f.non_performing, f.interest_arrears, f.advances)
          IS DISTINCT FROM (o.non_performing, o.interest_arrears, o.advances)
)
INSERT INTO credit_exposure (customer_id, since, until, non_performing, interest_arrears, advances)
SELECT f.customer_id, %(goal)s, NULL, f.non_performing, f.interest_arrears, f.advances
FROM found f
LEFT JOIN open o ON o.customer_id = f.customer_id
WHERE (f.non_performing, f.interest_arrears, f.advances)
      IS DISTINCT FROM (o.non_performing, o.interest_arrears, o.advances)
