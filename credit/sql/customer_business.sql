-- The deposits (agreement deposits too) of one customer from `start` to `day` as a product in CNY-days, and its
-- loans on `day` in CNY.
SELECT ((coalesce(z.deposit, 0) + coalesce(z.agreement, 0)) - (coalesce(y.deposit, 0) + coalesce(y.agreement, 0)))
       * 0.01 AS product,
       coalesce(z.loan_balance, 0) * 0.01 AS loans
FROM (SELECT 1) AS one
LEFT JOIN LATERAL ledger_product_before(%(customer)s, %(day)s::date + 1) AS z ON true
LEFT JOIN LATERAL ledger_product_before(%(customer)s, %(start)s::date) AS y ON true
