-- Customers whose figures change from a day that a night has begun already, and whether their products do.
INSERT INTO ledger_latechange (customer_id, since, bundle_id, products)
SELECT customer_id, min(since), %(bundle)s, products
FROM effect
WHERE customer_id IS NOT NULL AND since <= %(applied)s
GROUP BY customer_id, products
