-- Managers whose figures on `day` the bundles after one and up to another may change: those who ever held a
-- customer that the bundles changed on the day or before, and those who have no reading yet.
SELECT DISTINCT a.manager_id
FROM ledger_latechange l
JOIN managers_assignment a ON a.customer_id = l.customer_id
WHERE l.bundle_id > %(after)s AND l.bundle_id <= %(through)s AND l.since <= %(day)s
UNION
SELECT m.id FROM managers_clientmanager m
WHERE NOT EXISTS (SELECT FROM ledger_reading r WHERE r.run_id = %(before)s AND r.manager_id = m.id)
ORDER BY 1
