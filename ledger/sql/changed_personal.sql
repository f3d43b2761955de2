-- How many events and targets that concern a day or one before it say something else by the bundle `through` than
-- they did by the bundle `after`.
SELECT (
    SELECT count(*) FROM ledger_event n
    WHERE n.bundle_id > %(after)s AND n.bundle_id <= %(through)s AND n.business_date <= %(day)s
      AND n.quantity <> coalesce((
          SELECT e.quantity FROM ledger_event e
          WHERE (e.manager_id, e.code, e.business_date, e.note) = (n.manager_id, n.code, n.business_date, n.note)
            AND e.bundle_id <= %(after)s
          ORDER BY e.bundle_id DESC LIMIT 1), 0)
) + (
    SELECT count(*) FROM ledger_target n
    LEFT JOIN LATERAL (
        SELECT value, ends_on FROM ledger_target
        WHERE (metric, manager_id, starts_on) = (n.metric, n.manager_id, n.starts_on) AND bundle_id <= %(after)s
        ORDER BY bundle_id DESC LIMIT 1
    ) AS t ON true
    WHERE n.bundle_id > %(after)s AND n.bundle_id <= %(through)s AND n.starts_on <= %(day)s
      AND (t.value IS DISTINCT FROM n.value
           OR least(t.ends_on, %(day)s) IS DISTINCT FROM least(n.ends_on, %(day)s))
)
