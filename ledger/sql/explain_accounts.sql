-- The accounts of some customers as known to a bundle, with the bucket each counts in.
SELECT a.id, a.customer_id, a.account_no, p.code, p.bucket, a.currency, a.opened_on, a.closed_on
FROM ledger_accounts_known(%(customers)s, %(bundle)s) a
JOIN ledger_product p ON p.id = a.product_id
ORDER BY a.customer_id, a.account_no
