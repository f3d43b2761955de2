-- The same on any day of the past.
    SELECT c.customer_id, 0 AS deposit, coalesce(z.deposit, 0) AS deposit_end,
           {befores}
    FROM (SELECT customer_id FROM amount UNION SELECT customer_id FROM exposed) AS c
    LEFT JOIN LATERAL ledger_product_before(c.customer_id, %(end)s + 1) AS z ON true
    {joins}
