-- A rate for a day already worked out that says something else: all customers with that currency.
INSERT INTO effect (customer_id, since)
SELECT DISTINCT a.customer_id, s.business_date
FROM row_fx_rates s
JOIN ledger_account a ON a.currency = s.currency
WHERE s.business_date <= %(applied)s AND s.rate IS DISTINCT FROM (
    SELECT r.rate FROM ledger_fxrate r
    WHERE r.currency = s.currency AND r.business_date <= s.business_date
    ORDER BY r.business_date DESC, r.bundle_id DESC LIMIT 1)
