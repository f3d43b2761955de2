-- Prefix sums at the end of the last day and before every window, looked up in the history of the customers
-- that some managers held.
    SELECT c.customer_id, k.acquired_on,
           coalesce(z.deposit, 0) AS deposit_end, coalesce(z.loan, 0) AS loan_end,
           coalesce(y.deposit, 0) - coalesce(l.deposit, 0) AS base,
           {befores}
    FROM (SELECT DISTINCT a.customer_id FROM managers_assignment a WHERE {piece}) AS c
    LEFT JOIN LATERAL ledger_product_before(c.customer_id, %(end)s + 1) AS z ON true
    LEFT JOIN LATERAL ledger_product_before(c.customer_id, %(year)s) AS y ON true
    LEFT JOIN LATERAL ledger_product_before(c.customer_id, %(last_year)s) AS l ON true
    LEFT JOIN LATERAL (
        SELECT max(b.known_from) AS acquired_on
        FROM ledger_account a
        CROSS JOIN LATERAL (
            SELECT business_date AS known_from FROM ledger_balancechange
            WHERE account_id = a.id AND business_date <= %(end)s ORDER BY business_date LIMIT 1
        ) AS b
        WHERE a.customer_id = c.customer_id AND a.opened_on < %(history_start)s
          AND b.known_from > %(history_start)s
    ) AS k ON true
    {joins}
