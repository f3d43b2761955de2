-- How many events of each question (code, first and last day) were not withdrawn, and what they come to, manager by
-- manager, as known to a bundle.
WITH asked AS (
    SELECT * FROM unnest(%(codes)s::text[], %(starts)s::date[], %(ends)s::date[])
        WITH ORDINALITY AS a (code, first, last, place)
), span AS (
    SELECT code, min(first) AS first, max(last) AS last FROM asked GROUP BY code
), known AS MATERIALIZED (
    SELECT DISTINCT ON (e.manager_id, e.code, e.business_date, e.note)
           e.manager_id, e.code, e.business_date, e.quantity
    FROM ledger_event e
    JOIN span s ON e.code = s.code AND e.business_date BETWEEN s.first AND s.last
    WHERE e.bundle_id <= %(bundle)s AND e.manager_id = ANY (%(managers)s)
    ORDER BY e.manager_id, e.code, e.business_date, e.note, e.bundle_id DESC
)
SELECT a.place, k.manager_id, count(*), sum(k.quantity)
FROM asked a
JOIN known k ON k.code = a.code AND k.business_date BETWEEN a.first AND a.last
WHERE k.quantity <> 0
GROUP BY a.place, k.manager_id
