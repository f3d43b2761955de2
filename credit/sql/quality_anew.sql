    SELECT DISTINCT p.manager_id, m.place
    FROM (
        SELECT o.customer_id, moved.place, moved.start
        FROM own o
        CROSS JOIN LATERAL (VALUES {moved}) AS moved (place, start, now, before)
        WHERE %(prev)s IS NOT NULL AND ({any_moved}) AND moved.now <> moved.before
    ) AS m
    JOIN exposed e ON e.customer_id = m.customer_id AND (e.until IS NULL OR e.until >= m.start)
    CROSS JOIN LATERAL (
        -- whoever ever held it, by what the key alone says: more than need be are swept, and found at once
        SELECT manager_id FROM managers_assignment
        WHERE customer_id = m.customer_id AND superseded_by IS NULL AND starts_on <= %(end)s
          AND manager_id %% 1024 BETWEEN %(first_slot)s AND %(last_slot)s
        OFFSET 0
    ) AS p
  UNION
    SELECT id, place
    FROM managers_clientmanager
    CROSS JOIN generate_series(1, {count}) AS place
    WHERE %(prev)s IS NOT NULL AND id NOT IN (
        SELECT manager_id FROM credit_qualityreading WHERE run_id = %(prev)s AND "window" = (%(names)s::text[])[1])
