-- What each customer of one manager brings from `start` to every one of `days`: its own whole products and
-- what is credited, day by day at the share of the day; beside them the whole balances and the share held
-- on that day. Look-ups in the prefix sums only, further ones where a share began or ended on the way; amounts
-- are fen until the last line.
WITH piece AS MATERIALIZED (
    SELECT d.day, a.customer_id, a.share, greatest(a.starts_on, %(start)s::date) AS first,
           least(a.ends_on, d.day) AS last, a.ends_on IS NULL OR a.ends_on >= d.day AS held
    FROM unnest(%(days)s::date[]) AS d (day)
    JOIN managers_assignment a
      ON a.superseded_by IS NULL AND a.manager_id = %(manager)s
     AND a.starts_on <= d.day AND (a.ends_on IS NULL OR a.ends_on >= %(start)s::date)
), own AS MATERIALIZED (
    SELECT c.day, c.customer_id, coalesce(z.deposit, 0) AS deposit_end, coalesce(z.loan, 0) AS loan_end,
           coalesce(y.deposit, 0) AS deposit_start, coalesce(y.loan, 0) AS loan_start,
           coalesce(z.deposit_balance, 0) AS deposit_balance, coalesce(z.loan_balance, 0) AS loan_balance
    FROM (SELECT DISTINCT day, customer_id FROM piece) AS c
    LEFT JOIN LATERAL ledger_product_before(c.customer_id, c.day + 1) AS z ON true
    LEFT JOIN LATERAL ledger_product_before(c.customer_id, %(start)s::date) AS y ON true
), line AS (
    SELECT p.day, p.customer_id,
           sum(p.share * (CASE WHEN p.last = p.day THEN o.deposit_end ELSE coalesce(z.deposit, 0) END
                          - CASE WHEN p.first = %(start)s THEN o.deposit_start ELSE coalesce(y.deposit, 0) END))
               AS deposit,
           sum(p.share * (CASE WHEN p.last = p.day THEN o.loan_end ELSE coalesce(z.loan, 0) END
                          - CASE WHEN p.first = %(start)s THEN o.loan_start ELSE coalesce(y.loan, 0) END)) AS loan,
           sum(p.share) FILTER (WHERE p.held) AS share
    FROM piece p
    JOIN own o ON o.day = p.day AND o.customer_id = p.customer_id
    LEFT JOIN LATERAL (
        SELECT * FROM ledger_product_before(p.customer_id, p.last + 1) WHERE p.last < p.day
    ) AS z ON true
    LEFT JOIN LATERAL (
        SELECT * FROM ledger_product_before(p.customer_id, p.first) WHERE p.first > %(start)s::date
    ) AS y ON true
    GROUP BY p.day, p.customer_id
)
SELECT l.day, l.customer_id, k.customer_no, k.name,
       (o.deposit_end - o.deposit_start) * 0.01 AS own_deposit, (o.loan_end - o.loan_start) * 0.01 AS own_loan,
       l.deposit * 0.01, l.loan * 0.01, o.deposit_balance * 0.01, o.loan_balance * 0.01, l.share
FROM line l
JOIN own o ON o.day = l.day AND o.customer_id = l.customer_id
JOIN managers_customer k ON k.id = l.customer_id
ORDER BY l.day, l.deposit DESC, l.loan DESC, k.customer_no
