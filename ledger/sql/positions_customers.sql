-- Where customers of some slots stand at the end of a day by their history, marks included, in the order of
-- `ledger.rules.positions.CUSTOMER`.
SELECT t.customer_id, coalesce(z.since, '0001-01-01'),
       coalesce(z.deposit, 0), coalesce(z.deposit_product, 0), coalesce(z.agreement, 0),
       coalesce(z.agreement_product, 0), coalesce(z.loan, 0), coalesce(z.loan_product, 0),
       coalesce(z.overdraft, 0), coalesce(z.overdraft_product, 0),
       coalesce(m.deposit, 0), coalesce(q.deposit, 0), coalesce(y.deposit, 0), coalesce(l.deposit, 0),
       coalesce(m.loan, 0), coalesce(q.loan, 0), coalesce(y.loan, 0), coalesce(k.acquired_on, '-infinity')
FROM {whose} AS t
LEFT JOIN LATERAL (
    SELECT * FROM ledger_customerproduct
    WHERE customer_id = t.customer_id AND since <= %(on)s ORDER BY since DESC LIMIT 1
) AS z ON true
LEFT JOIN LATERAL ledger_product_before(t.customer_id, date_trunc('month', z.since)::date) AS m ON true
LEFT JOIN LATERAL ledger_product_before(t.customer_id, date_trunc('quarter', z.since)::date) AS q ON true
LEFT JOIN LATERAL ledger_product_before(t.customer_id, date_trunc('year', z.since)::date) AS y ON true
LEFT JOIN LATERAL ledger_product_before(
    t.customer_id, (date_trunc('year', z.since) - interval '1 year')::date) AS l ON true
LEFT JOIN LATERAL (
    SELECT max(b.known_from) AS acquired_on
    FROM ledger_account a
    CROSS JOIN LATERAL (
        SELECT business_date AS known_from FROM ledger_balancechange
        WHERE account_id = a.id AND business_date <= %(on)s AND bundle_id <= %(pinned)s
        ORDER BY business_date LIMIT 1
    ) AS b
    WHERE a.customer_id = t.customer_id AND a.opened_on < %(history_start)s
      AND b.known_from > %(history_start)s
) AS k ON true
WHERE t.customer_id %% 1024 BETWEEN %(first)s AND %(last)s
ORDER BY t.customer_id
