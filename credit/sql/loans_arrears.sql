-- Per loan the days of its classes, in their order, and whether there were interest arrears.
SELECT account_id, business_date, coalesce(interest_arrears, 0) > 0
FROM (SELECT DISTINCT ON (account_id, business_date) * FROM credit_classification
      WHERE account_id = ANY (%(accounts)s) AND business_date <= %(day)s
      ORDER BY account_id, business_date, bundle_id DESC) AS c
ORDER BY account_id, business_date
