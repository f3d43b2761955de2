-- Write the changes that overlap nothing; find overlaps of one pair, and days whose shares exceed 1.
CREATE TEMP TABLE assignment_overlap ON COMMIT DROP AS
WITH span AS (
    SELECT line, customer_id, manager_id, starts_on, coalesce(ends_on, 'infinity'::date) AS ends_on
    FROM assignment_change
  UNION ALL
    SELECT NULL, customer_id, manager_id, starts_on, coalesce(ends_on, 'infinity'::date)
    FROM managers_assignment
    WHERE superseded_by IS NULL AND customer_id IN (SELECT customer_id FROM assignment_change)
), beside AS (
    SELECT line, starts_on, ends_on,
           max(ends_on) OVER (ordered ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS reached,
           lead(starts_on) OVER ordered AS next_start
    FROM span
    WINDOW ordered AS (PARTITION BY customer_id, manager_id ORDER BY starts_on, ends_on)
)
SELECT line FROM beside WHERE line IS NOT NULL AND (reached >= starts_on OR next_start <= ends_on);

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

INSERT INTO effect (customer_id, since, products)
SELECT customer_id, greatest(differs_from, business_from), false
FROM assignment_change
WHERE greatest(differs_from, business_from) <= %(applied)s AND business_from IS NOT NULL;

SELECT set_config('cmbank.shares_checked', 'off', true)
