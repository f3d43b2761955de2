-- Managers whose stored rows two runs hold differently, or only one of them holds.
SELECT DISTINCT coalesce(l.manager_id, e.manager_id)
FROM (SELECT * FROM {table} WHERE run_id = %(earlier)s) AS e
FULL JOIN (SELECT * FROM {table} WHERE run_id = %(later)s) AS l
    ON (l.manager_id, l."window") = (e.manager_id, e."window")
WHERE ({earlier}) IS DISTINCT FROM ({later})
