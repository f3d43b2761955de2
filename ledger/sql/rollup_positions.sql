-- Prefix sums at the end of the last day worked out and before every window, off the customers' positions: a
-- window in which nothing changed is a multiplication, any other a subtraction of its mark.
    SELECT customer_id, first_since, acquired_on,
           deposit_product + deposit * (%(end)s + 1 - since) AS deposit_end,
           loan_product + loan * (%(end)s + 1 - since) AS loan_end,
           CASE WHEN since < %(year)s THEN deposit_product + deposit * (%(year)s - since) ELSE deposit_year END
           - CASE WHEN since < %(last_year)s THEN deposit_product + deposit * (%(last_year)s - since)
                  WHEN since < %(year)s THEN deposit_year
                  ELSE deposit_last_year END AS base,
           {befores}
    FROM ledger_customerposition
