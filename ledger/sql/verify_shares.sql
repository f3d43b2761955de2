-- Customers whose shares exceed 1 on some day, or who are held twice by one manager on the same day.
WITH held AS (
    SELECT a.*, daterange(a.starts_on, a.ends_on, '[]') AS days FROM managers_assignment a
    WHERE a.superseded_by IS NULL
), event AS (
    -- the sum can only rise where a share begins
    SELECT h.customer_id, d.day, d.share, d.begins
    FROM held h
    CROSS JOIN LATERAL (VALUES (h.starts_on, h.share, true), (h.ends_on + 1, -h.share, false))
        AS d (day, share, begins)
    WHERE d.day IS NOT NULL
), excess AS (
    SELECT customer_id, day, 'shares ' || share AS what
    FROM (
        SELECT customer_id, day, bool_or(begins) AS begins,
               sum(sum(share)) OVER (PARTITION BY customer_id ORDER BY day) AS share
        FROM event
        GROUP BY customer_id, day
    ) AS s
    WHERE begins AND share > 1
), twice AS (
    SELECT o.customer_id, greatest(o.starts_on, t.starts_on) AS day, 'held twice' AS what
    FROM held o
    JOIN held t ON t.customer_id = o.customer_id AND t.manager_id = o.manager_id AND t.id > o.id AND t.days && o.days
)
SELECT c.customer_no, f.day, f.what
FROM (SELECT * FROM excess UNION ALL SELECT * FROM twice) f
JOIN managers_customer c ON c.id = f.customer_id
ORDER BY c.customer_no, f.day
