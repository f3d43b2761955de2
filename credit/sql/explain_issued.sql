-- Loans issued to some customers within a span, by the latest terms of each as known to a bundle.
SELECT a.account_no, t.issued_on, t.amount, t.bundle_id, t.line
FROM ledger_accounts_known(%(customers)s, %(bundle)s) a
JOIN LATERAL (
    SELECT issued_on, amount, bundle_id, line FROM credit_loanterms
    WHERE account_id = a.id AND bundle_id <= %(bundle)s ORDER BY bundle_id DESC LIMIT 1
) AS t ON t.issued_on BETWEEN %(start)s AND %(end)s
ORDER BY 1
