-- Keep every delivered class; one dated on a published day changes the figures from that day on.
WITH written AS (
    INSERT INTO credit_classification
        (account_id, business_date, loan_class, interest_arrears, bundle_id, line)
    SELECT a.id, s.business_date, s.loan_class, s.interest_arrears, %(bundle)s, s.line_no
    FROM row_loan_classes s
    JOIN ledger_account a ON a.account_no = s.account_no
    RETURNING business_date
)
INSERT INTO effect (since) SELECT min(business_date) FROM written HAVING count(*) > 0
