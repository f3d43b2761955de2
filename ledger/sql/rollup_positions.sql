-- Prefix sums at the end of the last day worked out and before every window, off the customers' positions: a
-- window in which nothing changed is a multiplication, any other a subtraction of its mark.
    SELECT customer_id, acquired_on,
           deposit_product + deposit * (%(end)s + 1 - since) AS deposit_end,
           loan_product + loan * (%(end)s + 1 - since) AS loan_end,
           CASE WHEN since < %(year)s THEN deposit_product + deposit * (%(year)s - since) ELSE deposit_year END
           - CASE WHEN since < %(last_year)s THEN deposit_product + deposit * (%(last_year)s - since)
                  WHEN since < %(year)s THEN deposit_year
                  ELSE deposit_last_year END AS base,
           loan <> 0 OR loan_product <> 0 OR loan_month <> 0 OR loan_quarter <> 0 OR loan_year <> 0
           OR customer_id IN (SELECT customer_id FROM cut) AS lent,
           {befores}
    FROM ledger_customerposition
