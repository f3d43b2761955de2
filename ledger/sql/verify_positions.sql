-- Customers whose position, marks included, is not what their products say on the last day worked out, or whose
-- accounts' positions do not add up to it.
WITH who AS (
    SELECT c.id, c.customer_no FROM managers_customer c
    WHERE (%(customers)s::bigint[] IS NULL OR c.id = ANY (%(customers)s))
      AND NOT EXISTS (
          SELECT FROM ledger_latechange l WHERE l.customer_id = c.id AND l.applied_at IS NULL AND l.products)
), account AS (
    SELECT p.customer_id,
           coalesce(sum(greatest(value, 0)) FILTER (WHERE bucket = 'deposit'), 0) AS deposit,
           coalesce(sum(greatest(value, 0)) FILTER (WHERE bucket = 'agreement_deposit'), 0) AS agreement,
           coalesce(sum(value) FILTER (WHERE bucket = 'loan'), 0) AS loan,
           coalesce(sum(greatest(-value, 0)) FILTER (WHERE bucket <> 'loan'), 0) AS overdraft
    FROM who
    JOIN ledger_account a ON a.customer_id = who.id
    JOIN ledger_accountposition p ON p.account_id = a.id AND p.customer_id = a.customer_id
    GROUP BY p.customer_id
)
SELECT who.customer_no, 'position'
FROM who
JOIN ledger_customerposition p ON p.customer_id = who.id
LEFT JOIN account a ON a.customer_id = who.id
LEFT JOIN LATERAL (
    SELECT * FROM ledger_customerproduct
    WHERE customer_id = who.id AND since <= %(through)s ORDER BY since DESC LIMIT 1
) AS z ON true
LEFT JOIN LATERAL ledger_product_before(who.id, date_trunc('month', z.since)::date) AS m ON true
LEFT JOIN LATERAL ledger_product_before(who.id, date_trunc('quarter', z.since)::date) AS q ON true
LEFT JOIN LATERAL ledger_product_before(who.id, date_trunc('year', z.since)::date) AS y ON true
LEFT JOIN LATERAL ledger_product_before(
    who.id, (date_trunc('year', z.since) - interval '1 year')::date) AS l ON true
WHERE (p.since, p.deposit, p.deposit_product, p.agreement, p.agreement_product, p.loan, p.loan_product,
       p.overdraft, p.overdraft_product, p.deposit_month, p.deposit_quarter, p.deposit_year, p.deposit_last_year,
       p.loan_month, p.loan_quarter, p.loan_year)
      IS DISTINCT FROM
      (coalesce(z.since, '0001-01-01'), coalesce(z.deposit, 0), coalesce(z.deposit_product, 0),
       coalesce(z.agreement, 0), coalesce(z.agreement_product, 0), coalesce(z.loan, 0), coalesce(z.loan_product, 0),
       coalesce(z.overdraft, 0), coalesce(z.overdraft_product, 0), coalesce(m.deposit, 0), coalesce(q.deposit, 0),
       coalesce(y.deposit, 0), coalesce(l.deposit, 0), coalesce(m.loan, 0), coalesce(q.loan, 0), coalesce(y.loan, 0))
   OR (p.deposit, p.agreement, p.loan, p.overdraft)
      IS DISTINCT FROM
      (coalesce(a.deposit, 0), coalesce(a.agreement, 0), coalesce(a.loan, 0), coalesce(a.overdraft, 0))
ORDER BY who.customer_no
