-- Keep every settlement; one dated on a published day changes the figures from that day on.
WITH written AS (
    INSERT INTO ledger_settlement (customer_id, business_date, usd_amount, bundle_id, line)
    SELECT c.id, s.business_date, s.usd_amount, %(bundle)s, s.line_no
    FROM row_settlements s
    JOIN managers_customer c ON c.customer_no = s.customer_no
    RETURNING customer_id, business_date
)
INSERT INTO effect (customer_id, since, products)
SELECT customer_id, min(business_date), false FROM written WHERE business_date <= %(applied)s
GROUP BY customer_id
