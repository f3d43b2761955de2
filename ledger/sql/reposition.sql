-- Where the touched customers and their accounts stand after a rebuild, marks included.
UPDATE ledger_accountposition p
SET balance = v.balance,
    value = CASE
        WHEN v.balance IS NULL OR p.closed_on < %(through)s THEN 0
        WHEN p.currency = 'CNY' THEN v.balance * 100
        ELSE round(v.balance * (
            SELECT rate FROM ledger_fxrate
            WHERE currency = p.currency AND business_date <= %(through)s AND bundle_id <= %(pinned)s
            ORDER BY business_date DESC, bundle_id DESC LIMIT 1
        ), 2) * 100
    END
FROM touched t
JOIN ledger_account a ON a.customer_id = t.customer_id
LEFT JOIN LATERAL (
    SELECT balance FROM ledger_balancechange
    WHERE account_id = a.id AND business_date <= %(through)s AND bundle_id <= %(pinned)s
    ORDER BY business_date DESC, bundle_id DESC LIMIT 1
) AS v ON true
WHERE p.account_id = a.id;

UPDATE ledger_customerposition p
SET since = coalesce(z.since, '0001-01-01'),
    deposit = coalesce(z.deposit, 0), deposit_product = coalesce(z.deposit_product, 0),
    agreement = coalesce(z.agreement, 0), agreement_product = coalesce(z.agreement_product, 0),
    loan = coalesce(z.loan, 0), loan_product = coalesce(z.loan_product, 0),
    overdraft = coalesce(z.overdraft, 0), overdraft_product = coalesce(z.overdraft_product, 0),
    deposit_month = coalesce(m.deposit, 0), deposit_quarter = coalesce(q.deposit, 0),
    deposit_year = coalesce(y.deposit, 0), deposit_last_year = coalesce(l.deposit, 0),
    loan_month = coalesce(m.loan, 0), loan_quarter = coalesce(q.loan, 0), loan_year = coalesce(y.loan, 0),
    first_since = f.since,
    acquired_on = k.acquired_on
FROM touched t
LEFT JOIN LATERAL (
    SELECT * FROM ledger_customerproduct
    WHERE customer_id = t.customer_id AND since <= %(through)s ORDER BY since DESC LIMIT 1
) AS z ON true
LEFT JOIN LATERAL ledger_product_before(t.customer_id, date_trunc('month', z.since)::date) AS m ON true
LEFT JOIN LATERAL ledger_product_before(t.customer_id, date_trunc('quarter', z.since)::date) AS q ON true
LEFT JOIN LATERAL ledger_product_before(t.customer_id, date_trunc('year', z.since)::date) AS y ON true
LEFT JOIN LATERAL ledger_product_before(
    t.customer_id, (date_trunc('year', z.since) - interval '1 year')::date) AS l ON true
LEFT JOIN LATERAL (
    SELECT since FROM ledger_customerproduct WHERE customer_id = t.customer_id ORDER BY since LIMIT 1
) AS f ON true
LEFT JOIN LATERAL (
    SELECT max(b.known_from) AS acquired_on
    FROM ledger_account a
    CROSS JOIN LATERAL (
        SELECT business_date AS known_from FROM ledger_balancechange
        WHERE account_id = a.id AND business_date <= %(through)s AND bundle_id <= %(pinned)s
        ORDER BY business_date LIMIT 1
    ) AS b
    WHERE a.customer_id = t.customer_id AND a.opened_on < %(history_start)s
      AND b.known_from > %(history_start)s
) AS k ON true
WHERE p.customer_id = t.customer_id
