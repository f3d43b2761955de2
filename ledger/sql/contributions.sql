-- What each customer of one manager brings from `start` to every one of `days`: its own whole products and
-- what is credited, day by day at the share of the day; beside them the whole balances and the share held
-- on that day. Look-ups in the prefix sums only, no joins of sets: the planner has nothing to guess.
WITH piece AS (
    SELECT d.day, a.customer_id, a.share, greatest(a.starts_on, %(start)s::date) - 1 AS before,
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
    CROSS JOIN LATERAL (
        SELECT (SELECT product_before + balance * (p.last - since + 1) FROM ledger_customerproduct
                WHERE customer_id = p.customer_id AND bucket = 'deposit' AND since <= p.last
                ORDER BY since DESC LIMIT 1) AS deposit,
               (SELECT product_before + balance * (p.last - since + 1) FROM ledger_customerproduct
                WHERE customer_id = p.customer_id AND bucket = 'loan' AND since <= p.last
                ORDER BY since DESC LIMIT 1) AS loan
    ) AS z
    CROSS JOIN LATERAL (
        SELECT (SELECT product_before + balance * (p.before - since + 1) FROM ledger_customerproduct
                WHERE customer_id = p.customer_id AND bucket = 'deposit' AND since <= p.before
                ORDER BY since DESC LIMIT 1) AS deposit,
               (SELECT product_before + balance * (p.before - since + 1) FROM ledger_customerproduct
                WHERE customer_id = p.customer_id AND bucket = 'loan' AND since <= p.before
                ORDER BY since DESC LIMIT 1) AS loan
    ) AS y
    GROUP BY p.day, p.customer_id
)
SELECT l.day, l.customer_id, k.customer_no, k.name,
       coalesce(dz.product, 0) - coalesce(dy.product, 0) AS own_deposit,
       coalesce(lz.product, 0) - coalesce(ly.product, 0) AS own_loan,
       l.deposit, l.loan, coalesce(dz.balance, 0) AS deposit_balance, coalesce(lz.balance, 0) AS loan_balance,
       l.share
FROM line l
JOIN managers_customer k ON k.id = l.customer_id
LEFT JOIN LATERAL (
    SELECT product_before + balance * (l.day - since + 1) AS product, balance FROM ledger_customerproduct
    WHERE customer_id = l.customer_id AND bucket = 'deposit' AND since <= l.day ORDER BY since DESC LIMIT 1
) AS dz ON true
LEFT JOIN LATERAL (
    SELECT product_before + balance * (l.day - since + 1) AS product, balance FROM ledger_customerproduct
    WHERE customer_id = l.customer_id AND bucket = 'loan' AND since <= l.day ORDER BY since DESC LIMIT 1
) AS lz ON true
LEFT JOIN LATERAL (
    SELECT product_before + balance * (%(start)s::date - since) AS product FROM ledger_customerproduct
    WHERE customer_id = l.customer_id AND bucket = 'deposit' AND since < %(start)s::date
    ORDER BY since DESC LIMIT 1
) AS dy ON true
LEFT JOIN LATERAL (
    SELECT product_before + balance * (%(start)s::date - since) AS product FROM ledger_customerproduct
    WHERE customer_id = l.customer_id AND bucket = 'loan' AND since < %(start)s::date
    ORDER BY since DESC LIMIT 1
) AS ly ON true
ORDER BY l.day, l.deposit DESC, l.loan DESC, k.customer_no
