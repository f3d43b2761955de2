-- Every currency that ever had a rate, the rate in force at the end of a day, and whether it is of that day; the
-- few currencies are found by as many look-ups in the index of many rates.
WITH RECURSIVE currency (currency) AS (
    (SELECT currency FROM ledger_fxrate ORDER BY currency LIMIT 1)
  UNION ALL
    SELECT (SELECT r.currency FROM ledger_fxrate r WHERE r.currency > c.currency ORDER BY r.currency LIMIT 1)
    FROM currency c
    WHERE c.currency IS NOT NULL
)
SELECT c.currency, r.rate, r.business_date = %(day)s
FROM currency c
CROSS JOIN LATERAL (
    SELECT rate, business_date FROM ledger_fxrate
    WHERE currency = c.currency AND business_date <= %(day)s AND bundle_id <= %(pinned)s
    ORDER BY business_date DESC, bundle_id DESC LIMIT 1
) AS r
