-- Write the changes that overlap nothing; find overlaps of one pair, and days whose shares exceed 1.
CREATE TEMP TABLE assignment_overlap ON COMMIT DROP AS
SELECT n.line FROM assignment_change n
WHERE EXISTS (
    SELECT FROM managers_assignment a
    WHERE a.customer_id = n.customer_id AND a.manager_id = n.manager_id AND a.superseded_by IS NULL
      AND daterange(a.starts_on, a.ends_on, '[]') && daterange(n.starts_on, n.ends_on, '[]'))
OR EXISTS (
    SELECT FROM assignment_change o
    WHERE o.customer_id = n.customer_id AND o.manager_id = n.manager_id AND o.line <> n.line
      AND daterange(o.starts_on, o.ends_on, '[]') && daterange(n.starts_on, n.ends_on, '[]'));

INSERT INTO managers_assignment
    (customer_id, manager_id, share, starts_on, ends_on, source_bundle, source_line)
SELECT customer_id, manager_id, share, starts_on, ends_on, %(bundle)s, line
FROM assignment_change
WHERE line NOT IN (SELECT line FROM assignment_overlap);

CREATE TEMP TABLE assignment_excess ON COMMIT DROP AS
WITH person AS (
    SELECT DISTINCT customer_id FROM assignment_change
), day AS (
    SELECT a.customer_id, a.starts_on AS day FROM managers_assignment a JOIN person USING (customer_id)
    WHERE a.superseded_by IS NULL
), total AS (
    SELECT d.customer_id, d.day, sum(a.share) AS total
    FROM (SELECT DISTINCT customer_id, day FROM day) d
    JOIN managers_assignment a
      ON a.customer_id = d.customer_id AND a.superseded_by IS NULL
     AND d.day BETWEEN a.starts_on AND coalesce(a.ends_on, 'infinity'::date)
    GROUP BY d.customer_id, d.day
    HAVING sum(a.share) > 1
)
SELECT DISTINCT ON (n.line) n.line, t.day, t.total
FROM assignment_change n
JOIN total t ON t.customer_id = n.customer_id
            AND t.day BETWEEN n.starts_on AND coalesce(n.ends_on, 'infinity'::date)
ORDER BY n.line, t.day;

INSERT INTO effect (since)
SELECT greatest(differs_from, business_from) FROM assignment_change WHERE business_from IS NOT NULL
