    SELECT DISTINCT p.manager_id, m.place
    FROM (
        SELECT o.customer_id, moved.place, moved.start
        FROM own o
        CROSS JOIN LATERAL (VALUES {moved}) AS moved (place, start, now, before)
        WHERE %(prev)s IS NOT NULL AND ({any_moved}) AND moved.now <> moved.before
    ) AS m
    JOIN exposed e ON e.customer_id = m.customer_id AND (e.until IS NULL OR e.until >= m.start)
    CROSS JOIN LATERAL (SELECT manager_id FROM piece WHERE customer_id = m.customer_id OFFSET 0) AS p
  UNION
    SELECT id, place
    FROM managers_clientmanager
    CROSS JOIN generate_series(1, {count}) AS place
    WHERE %(prev)s IS NOT NULL AND id NOT IN (SELECT manager_id FROM credit_qualityreading WHERE run_id = %(prev)s)
