-- Loans at the end of a day by class, customer by customer, at the shares that managers held on it, as known to a
-- bundle; CNY, each loan rounded to the fen before the share. A loan without a class has an empty one.
WITH held AS MATERIALIZED (
    SELECT manager_id, customer_id, share FROM managers_assignment
    WHERE manager_id = ANY (%(managers)s) AND share > 0 AND source_bundle <= %(bundle)s
      AND (superseded_by IS NULL OR superseded_by > %(bundle)s)
      AND %(day)s BETWEEN starts_on AND coalesce(ends_on, 'infinity')
), loan AS MATERIALIZED (
    SELECT a.customer_id, coalesce(c.loan_class, '') AS loan_class,
           CASE a.currency WHEN 'CNY' THEN b.balance ELSE round(b.balance * (
               SELECT rate FROM ledger_fxrate
               WHERE currency = a.currency AND business_date <= %(day)s AND bundle_id <= %(bundle)s
               ORDER BY business_date DESC, bundle_id DESC LIMIT 1
           ), 2) END AS value
    FROM ledger_accounts_known(ARRAY(SELECT DISTINCT customer_id FROM held), %(bundle)s) a
    JOIN ledger_product p ON p.id = a.product_id AND p.kind = 'loan'
    CROSS JOIN LATERAL (
        SELECT balance FROM ledger_balancechange
        WHERE account_id = a.id AND business_date <= %(day)s AND bundle_id <= %(bundle)s
        ORDER BY business_date DESC, bundle_id DESC LIMIT 1
    ) AS b
    LEFT JOIN LATERAL (
        SELECT loan_class FROM credit_classification
        WHERE account_id = a.id AND business_date <= %(day)s AND bundle_id <= %(bundle)s
        ORDER BY business_date DESC, bundle_id DESC LIMIT 1
    ) AS c ON true
    WHERE b.balance > 0 AND (a.closed_on IS NULL OR a.closed_on >= %(day)s)
)
SELECT h.manager_id, h.customer_id, l.loan_class, sum(l.value * h.share)
FROM held h
JOIN loan l USING (customer_id)
GROUP BY h.manager_id, h.customer_id, l.loan_class
