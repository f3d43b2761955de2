-- Add and update accounts. What a change means for products is worked out by the next night.
INSERT INTO ledger_account AS a (account_no, customer_id, product_id, currency, opened_on, closed_on)
SELECT s.account_no, c.id, p.id, s.currency, s.opened_on, s.closed_on
FROM row_accounts s
JOIN managers_customer c ON c.customer_no = s.customer_no
JOIN ledger_product p ON p.kind = s.kind AND p.code = s.product
ON CONFLICT (account_no) DO UPDATE SET
    customer_id = excluded.customer_id, product_id = excluded.product_id, currency = excluded.currency,
    opened_on = excluded.opened_on, closed_on = excluded.closed_on
WHERE (a.customer_id, a.product_id, a.currency, a.opened_on, a.closed_on)
      IS DISTINCT FROM (excluded.customer_id, excluded.product_id, excluded.currency,
                        excluded.opened_on, excluded.closed_on)
