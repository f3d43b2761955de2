-- The same on any day of the past, by prefix sums at the end of the last day and before every window.
    SELECT customer_id, {classes}
    FROM (
        SELECT c.customer_id, coalesce(z.deposit, 0) AS deposit_end,
               {befores}
        FROM (SELECT customer_id FROM amount UNION SELECT customer_id FROM exposed) AS c
        LEFT JOIN LATERAL ledger_product_before(c.customer_id, %(end)s + 1) AS z ON true
        {joins}
        OFFSET 0
    ) AS l
