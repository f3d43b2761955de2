-- Per loan and day what was scheduled and what was paid, as last delivered; `what` says which of the two.
SELECT account_id, 'due' AS what, due_on, principal, interest
FROM (SELECT DISTINCT ON (account_id, due_on) * FROM credit_scheduledpayment
      WHERE account_id = ANY (%(accounts)s) ORDER BY account_id, due_on, bundle_id DESC) AS s
UNION ALL
SELECT account_id, 'paid', business_date, principal, interest
FROM (SELECT DISTINCT ON (account_id, business_date, reference) * FROM credit_repayment
      WHERE account_id = ANY (%(accounts)s) AND business_date <= %(day)s
      ORDER BY account_id, business_date, reference, bundle_id DESC) AS p
