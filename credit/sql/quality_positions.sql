-- The classes of the customers that matter as the positions say, on the last day and on the day before.
    SELECT customer_id, {classes}
    FROM ledger_borrowerclass
    WHERE customer_id IN (SELECT customer_id FROM amount) OR customer_id IN (SELECT customer_id FROM exposed)
