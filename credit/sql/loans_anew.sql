-- The class and arrears of the loans of the customers in credit_anew, at the end of the day they stand at.
INSERT INTO credit_loanstate AS l (account_id, loan_class, interest_arrears)
SELECT a.id, c.loan_class, coalesce(c.interest_arrears, 0)
FROM credit_anew k
JOIN ledger_account a ON a.customer_id = k.customer_id
CROSS JOIN LATERAL (
    SELECT loan_class, interest_arrears FROM credit_classification
    WHERE account_id = a.id AND business_date <= k.through
    ORDER BY business_date DESC, bundle_id DESC LIMIT 1
) AS c
ON CONFLICT (account_id) DO UPDATE
SET loan_class = excluded.loan_class, interest_arrears = excluded.interest_arrears
WHERE (l.loan_class, l.interest_arrears) <> (excluded.loan_class, excluded.interest_arrears)
