-- The loan accounts, closed ones too, whose customers' loans a manager handles on a day.
SELECT a.id
FROM ledger_account a
JOIN ledger_product p ON p.id = a.product_id AND p.kind = 'loan'
WHERE a.customer_id IN (
    SELECT r.customer_id FROM managers_responsibility r
    WHERE r.manager_id = %(manager)s AND r.kind = 'credit' AND r.superseded_by_id IS NULL
      AND r.starts_on <= %(day)s AND (r.ends_on IS NULL OR r.ends_on >= %(day)s)
  UNION
    SELECT s.customer_id FROM managers_assignment s
    WHERE s.manager_id = %(manager)s AND s.superseded_by IS NULL AND s.share > 0
      AND s.starts_on <= %(day)s AND (s.ends_on IS NULL OR s.ends_on >= %(day)s)
      AND NOT EXISTS (
          SELECT FROM managers_responsibility r
          WHERE r.customer_id = s.customer_id AND r.kind = 'credit' AND r.superseded_by_id IS NULL
            AND r.starts_on <= %(day)s
      )
)
ORDER BY a.id
