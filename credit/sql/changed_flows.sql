-- How many payments and loans issued up to a day say something else by the bundle `through` than by `after`.
SELECT (
    SELECT count(*) FROM credit_repayment n
    LEFT JOIN LATERAL (
        SELECT principal, interest FROM credit_repayment
        WHERE (account_id, business_date, reference) = (n.account_id, n.business_date, n.reference)
          AND bundle_id <= %(after)s
        ORDER BY bundle_id DESC LIMIT 1
    ) AS k ON true
    WHERE n.bundle_id > %(after)s AND n.bundle_id <= %(through)s AND n.business_date <= %(day)s
      AND (n.principal, n.interest) IS DISTINCT FROM (coalesce(k.principal, 0), coalesce(k.interest, 0))
) + (
    SELECT count(*) FROM credit_loanterms n
    LEFT JOIN LATERAL (
        SELECT amount, issued_on FROM credit_loanterms
        WHERE account_id = n.account_id AND bundle_id <= %(after)s ORDER BY bundle_id DESC LIMIT 1
    ) AS k ON true
    WHERE n.bundle_id > %(after)s AND n.bundle_id <= %(through)s AND least(n.issued_on, k.issued_on) <= %(day)s
      AND (n.amount, n.issued_on) IS DISTINCT FROM (k.amount, k.issued_on)
)
