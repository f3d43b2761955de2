-- Add and update accounts, and what their positions repeat of them. What a change means for products is worked
-- out by the next night.
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
                        excluded.opened_on, excluded.closed_on);

INSERT INTO ledger_accountposition AS p (account_id, customer_id, bucket, currency, closed_on, value)
SELECT a.id, a.customer_id, k.bucket, a.currency, a.closed_on, 0
FROM row_accounts s
JOIN ledger_account a ON a.account_no = s.account_no
JOIN ledger_product k ON k.id = a.product_id
ON CONFLICT (account_id) DO UPDATE SET
    customer_id = excluded.customer_id, bucket = excluded.bucket, currency = excluded.currency,
    closed_on = excluded.closed_on
WHERE (p.customer_id, p.bucket, p.currency, p.closed_on)
      IS DISTINCT FROM (excluded.customer_id, excluded.bucket, excluded.currency, excluded.closed_on)
