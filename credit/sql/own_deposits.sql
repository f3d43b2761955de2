-- Own whole products of deposits of some customers over a span, in fen-days.
SELECT c.id, coalesce(z.deposit, 0) - coalesce(y.deposit, 0)
FROM unnest(%(customers)s::bigint[]) AS c (id)
LEFT JOIN LATERAL ledger_product_before(c.id, %(end)s + 1) AS z ON true
LEFT JOIN LATERAL ledger_product_before(c.id, %(start)s) AS y ON true
