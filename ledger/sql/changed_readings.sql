-- How many rows of one version are not in another.
SELECT count(*)
FROM ledger_reading n
LEFT JOIN ledger_reading o ON (o.run_id, o.manager_id, o."window") = (%(before)s, n.manager_id, n."window")
WHERE n.run_id = %(run)s
  AND (o.deposit_product, o.loan_product, o.settlement_usd, o.largest_deposit_product, o.largest_loan_product,
       o.base_product, o.base_gap)
      IS DISTINCT FROM
      (n.deposit_product, n.loan_product, n.settlement_usd, n.largest_deposit_product, n.largest_loan_product,
       n.base_product, n.base_gap)
