-- Every version of one manager's events of a code within a span, as known to a bundle; `replaced` by a later one.
SELECT business_date, quantity, note, bundle_id, line,
       bundle_id <> max(bundle_id) OVER (PARTITION BY business_date, note) AS replaced
FROM ledger_event
WHERE manager_id = %(manager)s AND code = %(code)s AND business_date BETWEEN %(start)s AND %(end)s
  AND bundle_id <= %(bundle)s
ORDER BY business_date, note, bundle_id
