-- Prefix sums of the customers that matter, at the end of the day the positions stand at and before every window.
    SELECT customer_id, deposit, deposit_product + deposit * (%(end)s + 1 - since) AS deposit_end,
           {befores}
    FROM ledger_borrowerposition
    WHERE customer_id IN (SELECT customer_id FROM amount) OR customer_id IN (SELECT customer_id FROM exposed)
