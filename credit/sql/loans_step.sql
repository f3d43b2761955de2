-- The classes and arrears that one more day brings.
INSERT INTO credit_loanstate AS l (account_id, loan_class, interest_arrears)
SELECT DISTINCT ON (c.account_id) c.account_id, c.loan_class, coalesce(c.interest_arrears, 0)
FROM credit_classification c
JOIN ledger_account a ON a.id = c.account_id
WHERE c.business_date = %(goal)s AND c.bundle_id <= %(pinned)s
  AND a.customer_id %% 1024 BETWEEN %(first_slot)s AND %(last_slot)s
ORDER BY c.account_id, c.bundle_id DESC
ON CONFLICT (account_id) DO UPDATE
SET loan_class = excluded.loan_class, interest_arrears = excluded.interest_arrears
WHERE (l.loan_class, l.interest_arrears) <> (excluded.loan_class, excluded.interest_arrears)
