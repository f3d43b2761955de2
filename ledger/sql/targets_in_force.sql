-- The target of each question (code, day) manager by manager, as known to a bundle: of several the latest to begin.
WITH asked AS (
    SELECT * FROM unnest(%(codes)s::text[], %(days)s::date[]) WITH ORDINALITY AS a (code, day, place)
), known AS MATERIALIZED (
    SELECT DISTINCT ON (manager_id, metric, starts_on) manager_id, metric, starts_on, ends_on, value
    FROM ledger_target
    WHERE metric = ANY (%(codes)s) AND bundle_id <= %(bundle)s AND manager_id = ANY (%(managers)s)
    ORDER BY manager_id, metric, starts_on, bundle_id DESC
)
SELECT DISTINCT ON (a.place, k.manager_id) a.place, k.manager_id, k.value
FROM asked a
JOIN known k ON k.metric = a.code AND k.starts_on <= a.day AND (k.ends_on IS NULL OR k.ends_on >= a.day)
ORDER BY a.place, k.manager_id, k.starts_on DESC
