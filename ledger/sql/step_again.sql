-- Where the day was worked before, its rows are there already.
ON CONFLICT (customer_id, since) DO UPDATE SET
    deposit = excluded.deposit, deposit_product = excluded.deposit_product,
    agreement = excluded.agreement, agreement_product = excluded.agreement_product,
    loan = excluded.loan, loan_product = excluded.loan_product,
    overdraft = excluded.overdraft, overdraft_product = excluded.overdraft_product
