-- Customers whose products change when the ledger moves from `applied` to `through`, and since when:
-- balances, rates and closures of the new days, and waiting late changes of days already worked out.
CREATE TEMP TABLE touched ON COMMIT DROP AS
SELECT customer_id, min(since) AS since
FROM (
    SELECT a.customer_id, b.business_date AS since
    FROM ledger_balancechange b
    JOIN ledger_account a ON a.id = b.account_id
    WHERE b.business_date > %(applied)s AND b.business_date <= %(through)s
  UNION ALL
    SELECT a.customer_id, r.business_date
    FROM ledger_fxrate r
    JOIN ledger_account a ON a.currency = r.currency
    WHERE r.business_date > %(applied)s AND r.business_date <= %(through)s
      AND a.currency <> 'CNY'
  UNION ALL
    SELECT customer_id, closed_on + 1
    FROM ledger_account
    WHERE closed_on >= %(applied)s AND closed_on < %(through)s
  UNION ALL
    SELECT customer_id, since
    FROM ledger_latechange
    WHERE applied_at IS NULL AND since <= %(through)s
) AS change
GROUP BY customer_id
