-- The customers asked for, or all, of some slots, but for those whom a correction still waits for.
SELECT c.id AS customer_id
FROM managers_customer c
WHERE (%(customers)s::bigint[] IS NULL OR c.id = ANY (%(customers)s))
  AND c.id %% 1024 BETWEEN %(first)s AND %(last)s
  AND NOT EXISTS (
      SELECT FROM ledger_latechange l WHERE l.customer_id = c.id AND l.applied_at IS NULL AND l.products)
