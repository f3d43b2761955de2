-- The same figures out of what the parts of a night have credited, a row a manager and window.
SELECT %(run)s::bigint AS run_id, manager_id, w.name AS "window", w.days, %(base_days)s AS base_days,
       {figures}
FROM credited
JOIN unnest(%(names)s::text[], %(days)s::integer[]) WITH ORDINALITY AS w (name, days, place) USING (place)
