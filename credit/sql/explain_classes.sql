-- The class of each loan of some customers on a day, as known to a bundle.
SELECT a.account_no, c.loan_class, coalesce(c.interest_arrears, 0), c.bundle_id, c.line
FROM ledger_account a
CROSS JOIN LATERAL (
    SELECT loan_class, interest_arrears, bundle_id, line FROM credit_classification
    WHERE account_id = a.id AND business_date <= %(day)s AND bundle_id <= %(bundle)s
    ORDER BY business_date DESC, bundle_id DESC LIMIT 1
) AS c
WHERE a.customer_id = ANY (%(customers)s)
