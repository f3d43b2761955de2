-- Add and update customers; a new one stands at nothing.
INSERT INTO managers_customer (customer_no, name, kind, branch_id)
SELECT s.customer_no, s.name, s.kind, b.id
FROM row_customers s
JOIN managers_branch b ON b.code = s.branch_code
ON CONFLICT (customer_no) DO UPDATE SET
    name = excluded.name, kind = excluded.kind, branch_id = excluded.branch_id
WHERE (managers_customer.name, managers_customer.kind, managers_customer.branch_id)
      IS DISTINCT FROM (excluded.name, excluded.kind, excluded.branch_id);

INSERT INTO ledger_customerposition (customer_id, since, deposit, deposit_product, agreement, agreement_product,
    loan, loan_product, overdraft, overdraft_product, deposit_month, deposit_quarter, deposit_year,
    deposit_last_year, loan_month, loan_quarter, loan_year)
SELECT c.id, '0001-01-01', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0
FROM row_customers s
JOIN managers_customer c ON c.customer_no = s.customer_no
ON CONFLICT (customer_id) DO NOTHING
