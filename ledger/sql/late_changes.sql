-- Customers whose products the next night must work out again from a day already worked out.
INSERT INTO ledger_latechange (customer_id, since, bundle_id)
SELECT customer_id, min(since), %(bundle)s
FROM effect
WHERE customer_id IS NOT NULL AND since <= %(applied)s
GROUP BY customer_id
