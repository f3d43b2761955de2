    SELECT DISTINCT l.manager_id, moved.place
    FROM exposed e
    JOIN line l ON l.customer_id = e.customer_id
    CROSS JOIN LATERAL (VALUES {moved}) AS moved (place, start, now, before)
    WHERE %(prev)s IS NOT NULL AND (e.until IS NULL OR e.until >= moved.start) AND moved.now <> moved.before
  UNION
    SELECT id, place
    FROM managers_clientmanager
    CROSS JOIN generate_series(1, {count}) AS place
    WHERE %(prev)s IS NOT NULL AND id NOT IN (SELECT manager_id FROM credit_qualityreading WHERE run_id = %(prev)s)
