-- Classes of the customers that matter, at the end of the day the positions stand at, and of the day before.
    SELECT customer_id,
           {classes}
    FROM (
        SELECT customer_id, deposit, deposit_product + deposit * (%(end)s + 1 - since) AS deposit_end,
               {befores}
        FROM ledger_customerposition
        WHERE customer_id IN (SELECT customer_id FROM amount UNION SELECT customer_id FROM exposed)
    ) AS q
