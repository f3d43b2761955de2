-- Settlements of some customers within a span, as known to a bundle.
SELECT customer_id, business_date, usd_amount, bundle_id, line
FROM ledger_settlement
WHERE customer_id = ANY (%(customers)s) AND business_date BETWEEN %(start)s AND %(end)s
  AND bundle_id <= %(bundle)s
ORDER BY customer_id, business_date, id
