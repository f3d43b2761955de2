-- What each customer of one manager brings over a span: its own whole products and what is credited, day
-- by day at the share of the day; beside them the whole balances and the share held on the last day.
WITH piece AS (
    SELECT customer_id, share, greatest(starts_on, %(start)s::date) AS start,
           least(ends_on, %(end)s::date) AS "end", ends_on IS NULL OR ends_on >= %(end)s::date AS held
    FROM managers_assignment
    WHERE superseded_by IS NULL AND manager_id = %(manager)s
      AND starts_on <= %(end)s::date AND (ends_on IS NULL OR ends_on >= %(start)s::date)
), edge AS (
    SELECT customer_id, start - 1 AS day FROM piece
  UNION SELECT customer_id, "end" FROM piece
  UNION SELECT customer_id, %(start)s::date - 1 FROM piece
  UNION SELECT customer_id, %(end)s::date FROM piece
), mark AS MATERIALIZED (
    SELECT e.customer_id, e.day, coalesce(d.product, 0) AS deposit, coalesce(l.product, 0) AS loan,
           coalesce(d.balance, 0) AS deposit_balance, coalesce(l.balance, 0) AS loan_balance
    FROM edge e
    LEFT JOIN LATERAL (
        SELECT product_before + balance * (e.day - since + 1) AS product, balance
        FROM ledger_customerproduct
        WHERE customer_id = e.customer_id AND bucket = 'deposit' AND since <= e.day
        ORDER BY since DESC LIMIT 1
    ) AS d ON true
    LEFT JOIN LATERAL (
        SELECT product_before + balance * (e.day - since + 1) AS product, balance
        FROM ledger_customerproduct
        WHERE customer_id = e.customer_id AND bucket = 'loan' AND since <= e.day
        ORDER BY since DESC LIMIT 1
    ) AS l ON true
), credited AS (
    SELECT p.customer_id, sum(p.share * (z.deposit - a.deposit)) AS deposit,
           sum(p.share * (z.loan - a.loan)) AS loan, sum(p.share) FILTER (WHERE p.held) AS share
    FROM piece p
    JOIN mark a ON a.customer_id = p.customer_id AND a.day = p.start - 1
    JOIN mark z ON z.customer_id = p.customer_id AND z.day = p."end"
    GROUP BY p.customer_id
)
SELECT c.customer_id, k.customer_no, k.name, z.deposit - a.deposit AS own_deposit, z.loan - a.loan AS own_loan,
       c.deposit, c.loan, z.deposit_balance, z.loan_balance, c.share
FROM credited c
JOIN managers_customer k ON k.id = c.customer_id
JOIN mark a ON a.customer_id = c.customer_id AND a.day = %(start)s::date - 1
JOIN mark z ON z.customer_id = c.customer_id AND z.day = %(end)s::date
ORDER BY c.deposit DESC, c.loan DESC, k.customer_no
