-- Products at the edges of assignments that begin or end within the windows; nothing was held before the history.
SELECT a.id, coalesce(s.deposit, 0), coalesce(s.loan, 0), coalesce(e.deposit, 0), coalesce(e.loan, 0)
FROM managers_assignment a
LEFT JOIN LATERAL ledger_product_before(a.customer_id, a.starts_on) AS s ON true
LEFT JOIN LATERAL ledger_product_before(a.customer_id, a.ends_on + 1) AS e ON true
WHERE a.superseded_by IS NULL AND a.starts_on <= %(end)s AND (a.ends_on IS NULL OR a.ends_on >= %(first_start)s)
  AND a.customer_id %% 1024 BETWEEN %(first_slot)s AND %(last_slot)s
  AND (a.ends_on < %(end)s OR a.starts_on > greatest(%(first_start)s, %(history_start)s::date))
ORDER BY a.id
