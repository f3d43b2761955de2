-- Keep every delivered payment; one dated on a published day that says something else than was known changes the
-- figures from that day on.
INSERT INTO effect (customer_id, since, products)
SELECT a.customer_id, min(s.business_date), false
FROM row_repayments s
JOIN ledger_account a ON a.id = s.account_id
LEFT JOIN LATERAL (
    SELECT principal, interest FROM credit_repayment
    WHERE (account_id, business_date, reference) = (s.account_id, s.business_date, coalesce(s.reference, ''))
    ORDER BY bundle_id DESC LIMIT 1
) AS known ON true
WHERE s.business_date <= %(applied)s
  AND (s.principal, s.interest) IS DISTINCT FROM (coalesce(known.principal, 0), coalesce(known.interest, 0))
GROUP BY a.customer_id;

INSERT INTO credit_repayment (account_id, business_date, reference, principal, interest, bundle_id, line)
SELECT account_id, business_date, coalesce(reference, ''), principal, interest, %(bundle)s, line_no
FROM row_repayments
