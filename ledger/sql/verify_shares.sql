-- Customers whose shares exceed 1 on some day, or who are held twice by one manager on the same day.
WITH held AS (
    SELECT a.*, daterange(a.starts_on, a.ends_on, '[]') AS days FROM managers_assignment a
    WHERE a.superseded_by IS NULL
), excess AS (
    -- the sum can only rise where a share begins
    SELECT s.customer_id, s.starts_on AS day, 'shares ' || sum(h.share) AS what
    FROM (SELECT DISTINCT customer_id, starts_on FROM held) s
    JOIN held h ON h.customer_id = s.customer_id AND h.days @> s.starts_on
    GROUP BY s.customer_id, s.starts_on
    HAVING sum(h.share) > 1
), twice AS (
    SELECT o.customer_id, greatest(o.starts_on, t.starts_on) AS day, 'held twice' AS what
    FROM held o
    JOIN held t ON t.customer_id = o.customer_id AND t.manager_id = o.manager_id AND t.id > o.id AND t.days && o.days
)
SELECT c.customer_no, f.day, f.what
FROM (SELECT * FROM excess UNION ALL SELECT * FROM twice) f
JOIN managers_customer c ON c.id = f.customer_id
ORDER BY c.customer_no, f.day
