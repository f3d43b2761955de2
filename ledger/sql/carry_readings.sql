-- Readings that no bundle has changed, carried over from the version before.
INSERT INTO ledger_reading (run_id, manager_id, "window", days, base_days, deposit_product, loan_product,
    settlement_usd, largest_deposit_product, largest_loan_product, base_product, base_gap)
SELECT %(run)s, manager_id, "window", days, base_days, deposit_product, loan_product, settlement_usd,
       largest_deposit_product, largest_loan_product, base_product, base_gap
FROM ledger_reading
WHERE run_id = %(before)s AND manager_id <> ALL (%(affected)s)
  AND manager_id %% 1024 BETWEEN (%(slots)s)[1] AND (%(slots)s)[2]
