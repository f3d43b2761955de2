-- Per manager the earliest day that the bundles after one and up to another changed for a customer ever held,
-- up to `day`, and these bundles.
SELECT a.manager_id, min(l.since), array_agg(DISTINCT l.bundle_id ORDER BY l.bundle_id)
FROM ledger_latechange l
JOIN (SELECT DISTINCT customer_id, manager_id FROM managers_assignment
      WHERE manager_id = ANY (%(managers)s) AND source_bundle <= %(through)s) AS a USING (customer_id)
WHERE l.bundle_id > %(after)s AND l.bundle_id <= %(through)s AND l.since <= %(day)s
GROUP BY a.manager_id
