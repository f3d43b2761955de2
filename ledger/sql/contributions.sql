-- What each customer of one manager brings from `start` to every one of `days`: its own whole products and
-- what is credited, day by day at the share of the day; beside them the whole balances and the share held
-- on that day. Look-ups in the prefix sums only; amounts are fen until the last line.
WITH piece AS (
    SELECT d.day, a.customer_id, a.share, greatest(a.starts_on, %(start)s::date) AS first,
           least(a.ends_on, d.day) AS last, a.ends_on IS NULL OR a.ends_on >= d.day AS held
    FROM unnest(%(days)s::date[]) AS d (day)
    JOIN managers_assignment a
      ON a.superseded_by IS NULL AND a.manager_id = %(manager)s
     AND a.starts_on <= d.day AND (a.ends_on IS NULL OR a.ends_on >= %(start)s::date)
), line AS (
    SELECT p.day, p.customer_id,
           sum(p.share * (coalesce(z.deposit, 0) - coalesce(y.deposit, 0))) AS deposit,
           sum(p.share * (coalesce(z.loan, 0) - coalesce(y.loan, 0))) AS loan,
           sum(p.share) FILTER (WHERE p.held) AS share
    FROM piece p
    LEFT JOIN LATERAL ledger_product_before(p.customer_id, p.last + 1) AS z ON true
    LEFT JOIN LATERAL ledger_product_before(p.customer_id, p.first) AS y ON true
    GROUP BY p.day, p.customer_id
)
SELECT l.day, l.customer_id, k.customer_no, k.name,
       (coalesce(z.deposit, 0) - coalesce(y.deposit, 0)) * 0.01 AS own_deposit,
       (coalesce(z.loan, 0) - coalesce(y.loan, 0)) * 0.01 AS own_loan,
       l.deposit * 0.01, l.loan * 0.01,
       (coalesce(z.deposit, 0) - coalesce(x.deposit, 0)) * 0.01 AS deposit_balance,
       (coalesce(z.loan, 0) - coalesce(x.loan, 0)) * 0.01 AS loan_balance,
       l.share
FROM line l
JOIN managers_customer k ON k.id = l.customer_id
LEFT JOIN LATERAL ledger_product_before(l.customer_id, l.day + 1) AS z ON true
LEFT JOIN LATERAL ledger_product_before(l.customer_id, l.day) AS x ON true
LEFT JOIN LATERAL ledger_product_before(l.customer_id, %(start)s::date) AS y ON true
ORDER BY l.day, l.deposit DESC, l.loan DESC, k.customer_no
