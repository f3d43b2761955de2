-- Published runs that are not what they say: a reading or a manager missing, another version current than
-- the latest that succeeded, or a date without any run between the first and the last published.
WITH current AS (
    SELECT * FROM ledger_run WHERE is_current
), person AS (
    SELECT r.run_id, r.manager_id, count(*) AS readings FROM ledger_reading r JOIN current c ON c.id = r.run_id
    GROUP BY r.run_id, r.manager_id
)
SELECT c.business_date, c.version, count(*) || ' managers with incomplete readings'
FROM current c JOIN person p ON p.run_id = c.id AND p.readings <> %(readings)s
GROUP BY c.business_date, c.version
UNION ALL
SELECT c.business_date, c.version, count(DISTINCT a.manager_id) || ' managers with customers but no reading'
FROM current c
JOIN managers_assignment a ON a.source_bundle <= c.through_bundle_id
LEFT JOIN person p ON p.run_id = c.id AND p.manager_id = a.manager_id
WHERE p.manager_id IS NULL
GROUP BY c.business_date, c.version
UNION ALL
SELECT c.business_date, c.version, 'published as ' || c.status || ', finished ' || coalesce(c.finished_at::text, 'never')
FROM current c WHERE c.status <> 'succeeded' OR c.finished_at IS NULL
UNION ALL
SELECT s.business_date, max(s.version), 'succeeded, but it is not what readers see'
FROM ledger_run s
LEFT JOIN current c USING (business_date)
WHERE s.status = 'succeeded' AND s.version > coalesce(c.version, 0)
GROUP BY s.business_date
UNION ALL
SELECT d.day::date, 0, 'not published, but dates before and after are'
FROM generate_series((SELECT min(business_date) FROM current), (SELECT max(business_date) FROM current), '1 day') AS d (day)
LEFT JOIN current c ON c.business_date = d.day::date
WHERE c.id IS NULL AND NOT EXISTS (
    SELECT FROM ledger_run w WHERE w.business_date = d.day::date AND w.status = 'waived')
UNION ALL
SELECT r.business_date, r.version, count(*) || ' chunks not done, but ' || r.status
FROM ledger_run r JOIN ledger_chunk k ON k.run_id = r.id
WHERE r.status IN ('succeeded', 'unchanged') AND k.done_at IS NULL
GROUP BY r.business_date, r.version, r.status
ORDER BY 1, 2
