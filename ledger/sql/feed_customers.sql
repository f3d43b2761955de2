-- Add and update customers.
INSERT INTO managers_customer (customer_no, name, kind, branch_id)
SELECT s.customer_no, s.name, s.kind, b.id
FROM row_customers s
JOIN managers_branch b ON b.code = s.branch_code
ON CONFLICT (customer_no) DO UPDATE SET
    name = excluded.name, kind = excluded.kind, branch_id = excluded.branch_id
WHERE (managers_customer.name, managers_customer.kind, managers_customer.branch_id)
      IS DISTINCT FROM (excluded.name, excluded.kind, excluded.branch_id)
