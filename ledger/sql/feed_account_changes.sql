-- A change to a known account alters figures worked out before: remember customer and first day. Opening
-- before or after the first known day decides whether the balances before the first one are known.
WITH history AS (
    SELECT min(from_on) AS start FROM ledger_bundle
), change AS (
    SELECT a.customer_id AS old_customer, c.id AS new_customer,
           CASE WHEN (a.customer_id, a.product_id, a.currency, a.opened_on < h.start)
                     = (c.id, p.id, s.currency, s.opened_on < h.start)
                THEN least(coalesce(a.closed_on, s.closed_on), coalesce(s.closed_on, a.closed_on)) + 1
                ELSE (SELECT min(b.business_date) FROM business b WHERE b.account_id = a.id)
           END AS since
    FROM row_accounts s
    CROSS JOIN history h
    JOIN ledger_account a ON a.account_no = s.account_no
    JOIN managers_customer c ON c.customer_no = s.customer_no
    JOIN ledger_product p ON p.kind = s.kind AND p.code = s.product
    WHERE (a.customer_id, a.product_id, a.currency, a.opened_on < h.start)
          <> (c.id, p.id, s.currency, s.opened_on < h.start)
       OR a.closed_on IS DISTINCT FROM s.closed_on
), moved AS (
    SELECT old_customer AS customer_id, since FROM change WHERE since IS NOT NULL
  UNION SELECT new_customer, since FROM change WHERE since IS NOT NULL
)
INSERT INTO effect (customer_id, since) SELECT customer_id, since FROM moved
