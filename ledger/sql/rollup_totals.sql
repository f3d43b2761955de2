-- What every roll-up ends in: sums over the shares of a manager, and the figures of every floor.
deposit AS MATERIALIZED (
{deposits}
), loan AS MATERIALIZED (
{loans}
), person AS (
    SELECT id AS manager_id FROM managers_clientmanager
    WHERE (%(managers)s::bigint[] IS NULL OR id = ANY (%(managers)s))
      AND id %% 1024 BETWEEN %(first_slot)s AND %(last_slot)s
), win AS (
    SELECT * FROM unnest(%(names)s::text[], %(days)s::integer[]) WITH ORDINALITY AS w (name, days, place)
)
SELECT %(run)s::bigint AS run_id, p.manager_id, w.name AS "window", w.days, %(base_days)s AS base_days,
       {figures}
FROM person p
CROSS JOIN win w
LEFT JOIN deposit d ON d.manager_id = p.manager_id AND d.place = w.place
LEFT JOIN loan l ON l.manager_id = p.manager_id AND l.place = w.place
LEFT JOIN settled s ON s.manager_id = p.manager_id AND s.place = w.place
