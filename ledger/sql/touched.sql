-- Customers of some slots whose products must be worked out again up to `through`, and since when: waiting late
-- changes; where more than one day is to be caught up (`gap`), balances, rates and closures of those days; and
-- whoever a later night, begun (through `begun`) and given up, has left ahead.
CREATE TEMP TABLE touched ON COMMIT DROP AS
SELECT customer_id, min(since) AS since
FROM (
    SELECT a.customer_id, b.since
    FROM ledger_account a
    CROSS JOIN LATERAL (
        SELECT business_date AS since FROM ledger_balancechange
        WHERE account_id = a.id AND business_date > %(applied)s AND business_date <= %(through)s
          AND bundle_id <= %(pinned)s
        ORDER BY business_date LIMIT 1
    ) AS b
    WHERE %(gap)s
  UNION ALL
    SELECT a.customer_id, r.since
    FROM (
        SELECT currency, min(business_date) AS since FROM ledger_fxrate
        WHERE business_date > %(applied)s AND business_date <= %(through)s AND bundle_id <= %(pinned)s
        GROUP BY currency
    ) AS r
    JOIN ledger_account a ON a.currency = r.currency AND a.currency <> 'CNY'
    WHERE %(gap)s
  UNION ALL
    SELECT customer_id, closed_on + 1
    FROM ledger_account
    WHERE closed_on >= %(applied)s AND closed_on < %(through)s AND %(gap)s
  UNION ALL
    SELECT customer_id, since
    FROM ledger_latechange
    WHERE applied_at IS NULL AND products AND since <= %(through)s AND bundle_id <= %(pinned)s
  UNION ALL
    SELECT customer_id, %(through)s::date
    FROM ledger_customerproduct
    WHERE since > %(through)s AND %(begun)s > %(through)s
  UNION ALL
    -- what moved between accounts of one customer
    SELECT a.customer_id, %(through)s::date
    FROM ledger_balancechange b
    JOIN ledger_account a ON a.id = b.account_id
    WHERE b.business_date > %(through)s AND b.business_date <= %(begun)s
) AS change
WHERE customer_id %% 1024 BETWEEN %(first_slot)s AND %(last_slot)s
GROUP BY customer_id
