-- Keep every delivered class; one dated on a published day changes the figures from that day on.
WITH written AS (
    INSERT INTO credit_classification
        (account_id, business_date, loan_class, interest_arrears, bundle_id, line)
    SELECT account_id, business_date, loan_class, interest_arrears, %(bundle)s, line_no
    FROM row_loan_classes
    RETURNING account_id, business_date
)
INSERT INTO effect (customer_id, since, products)
SELECT a.customer_id, min(w.business_date), false
FROM written w
JOIN ledger_account a ON a.id = w.account_id
WHERE w.business_date <= %(applied)s
GROUP BY a.customer_id
