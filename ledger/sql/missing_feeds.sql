-- Files expected for days from `start` to `end` that no bundle has brought: file, day, oldest day first.
-- Of the bundles after `through` (empty: all count) only those count that change nothing on day `day`, for
-- the version asked about stands although they came.
WITH arrived AS (
    SELECT f.name, range_agg(daterange(b.from_on, b.to_on, '[]')) AS days
    FROM ledger_bundlefile f JOIN ledger_bundle b ON b.id = f.bundle_id
    WHERE f.name IN (SELECT e.file FROM ledger_feedexpectation e)
      AND (%(through)s::bigint IS NULL OR b.id <= %(through)s
           OR %(later)s AND (b.affects_from IS NULL OR b.affects_from > %(day)s))
    GROUP BY f.name
)
SELECT DISTINCT e.file, d.day::date
FROM ledger_feedexpectation e
CROSS JOIN LATERAL generate_series(
    greatest(e.starts_on, %(start)s::date)::timestamp, least(e.ended_on, %(end)s::date)::timestamp, '1 day'
) AS d (day)
LEFT JOIN arrived a ON a.name = e.file
WHERE (e.days = 'every_day'
       OR e.days = 'weekdays' AND extract(isodow FROM d.day) < 6
       OR e.days = 'month_end' AND extract(day FROM d.day + interval '1 day') = 1)
  AND NOT coalesce(a.days @> d.day::date, false)
ORDER BY 2, 1
