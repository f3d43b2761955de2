-- The classes of the loans of some customers: the one carried into a span and those within it, as known to a
-- bundle.
WITH account AS (
    SELECT id, account_no FROM ledger_accounts_known(%(customers)s, %(bundle)s)
), carried AS (
    SELECT a.account_no, c.*
    FROM account a
    CROSS JOIN LATERAL (
        SELECT business_date, loan_class, coalesce(interest_arrears, 0), bundle_id, line FROM credit_classification
        WHERE account_id = a.id AND business_date <= %(start)s AND bundle_id <= %(bundle)s
        ORDER BY business_date DESC, bundle_id DESC LIMIT 1
    ) AS c
), within AS (
    SELECT DISTINCT ON (a.id, c.business_date)
           a.account_no, c.business_date, c.loan_class, coalesce(c.interest_arrears, 0), c.bundle_id, c.line
    FROM account a
    JOIN credit_classification c ON c.account_id = a.id
    WHERE c.business_date > %(start)s AND c.business_date <= %(end)s AND c.bundle_id <= %(bundle)s
    ORDER BY a.id, c.business_date, c.bundle_id DESC
)
SELECT * FROM carried UNION ALL SELECT * FROM within ORDER BY 1, 2
