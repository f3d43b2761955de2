-- Keep every settlement; one dated on a published day changes the figures from that day on.
WITH written AS (
    INSERT INTO ledger_settlement (customer_id, business_date, usd_amount, bundle_id, line)
    SELECT c.id, s.business_date, s.usd_amount, %(bundle)s, s.line_no
    FROM row_settlements s
    JOIN managers_customer c ON c.customer_no = s.customer_no
    RETURNING business_date
)
INSERT INTO effect (since) SELECT min(business_date) FROM written HAVING count(*) > 0
