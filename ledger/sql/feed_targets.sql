-- Keep every delivered target; one that says something else than was known of published days changes the figures
-- from the first day on which it does: its own first one, or where only its end moves the day after the nearer end.
INSERT INTO effect (since, products)
SELECT min(c.since), false
FROM (
    SELECT CASE WHEN t.value = s.value
                THEN least(coalesce(t.ends_on, s."to"), coalesce(s."to", t.ends_on)) + 1
                ELSE s."from" END AS since
    FROM row_targets s
    JOIN managers_clientmanager m ON m.employee_no = s.employee_no
    LEFT JOIN LATERAL (
        SELECT value, ends_on FROM ledger_target
        WHERE (metric, manager_id, starts_on) = (s.metric, m.id, s."from") ORDER BY bundle_id DESC LIMIT 1
    ) AS t ON true
    WHERE t.value IS DISTINCT FROM s.value OR t.ends_on IS DISTINCT FROM s."to"
) AS c
WHERE c.since <= %(applied)s
HAVING count(*) > 0;

INSERT INTO ledger_target (manager_id, metric, starts_on, ends_on, value, bundle_id, line)
SELECT m.id, s.metric, s."from", s."to", s.value, %(bundle)s, s.line_no
FROM row_targets s
JOIN managers_clientmanager m ON m.employee_no = s.employee_no
