-- The accounts of some customers, with the bucket each counts in.
SELECT a.id, a.customer_id, a.account_no, p.code, p.bucket, a.currency, a.closed_on
FROM ledger_account a
JOIN ledger_product p ON p.id = a.product_id
WHERE a.customer_id = ANY (%(customers)s)
ORDER BY a.customer_id, a.account_no
