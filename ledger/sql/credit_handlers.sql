-- Who handles the loans of some customers on a day: as the last handover left it, else whoever holds the customer.
SELECT customer_id, manager_id
FROM managers_responsibility
WHERE customer_id = ANY (%(customers)s) AND kind = 'credit' AND superseded_by_id IS NULL
  AND starts_on <= %(day)s AND (ends_on IS NULL OR ends_on >= %(day)s)
UNION
SELECT a.customer_id, a.manager_id
FROM managers_assignment a
WHERE a.customer_id = ANY (%(customers)s) AND a.superseded_by IS NULL AND a.share > 0
  AND a.starts_on <= %(day)s AND (a.ends_on IS NULL OR a.ends_on >= %(day)s)
  AND NOT EXISTS (
      SELECT FROM managers_responsibility r
      WHERE r.customer_id = a.customer_id AND r.kind = 'credit' AND r.superseded_by_id IS NULL
        AND r.starts_on <= %(day)s
  )
ORDER BY 1, 2
