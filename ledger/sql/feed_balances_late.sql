-- A balance for a day already worked out that says something else, or is the first: its customer from that
-- day on. (A first balance of nothing changes no sum, but what is known of the days before it.)
INSERT INTO effect (customer_id, since)
SELECT a.customer_id, min(s.business_date)
FROM row_balances s
JOIN ledger_account a ON a.id = s.account_id
WHERE s.business_date <= %(applied)s AND s.balance IS DISTINCT FROM (
    SELECT b.balance FROM ledger_balancechange b
    WHERE b.account_id = s.account_id AND b.business_date <= s.business_date
    ORDER BY b.business_date DESC, b.bundle_id DESC LIMIT 1)
GROUP BY a.customer_id
