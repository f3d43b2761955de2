-- Payments on the loans of some customers within a span, the latest version of each as known to a bundle.
SELECT a.account_no, p.business_date, p.principal, p.interest, p.bundle_id, p.line, p.reference
FROM ledger_accounts_known(%(customers)s, %(bundle)s) a
JOIN LATERAL (
    SELECT DISTINCT ON (business_date, reference) business_date, reference, principal, interest, bundle_id, line
    FROM credit_repayment
    WHERE account_id = a.id AND business_date BETWEEN %(start)s AND %(end)s AND bundle_id <= %(bundle)s
    ORDER BY business_date, reference, bundle_id DESC
) AS p ON true
ORDER BY 1, 2, p.reference
