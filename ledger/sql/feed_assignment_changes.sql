-- Delivered assignments that are new or say something else than the current row of their key. Their
-- effect on figures begins on the first day that differs, not before the customer has any business. Their customers are
-- held until the load ends: nobody else changes shares meanwhile, and the database leaves the sums to the checks
-- below, which name the line.
SELECT set_config('cmbank.shares_checked', 'on', true);
SELECT count(*) FROM (
    SELECT c.id FROM managers_customer c
    WHERE c.customer_no IN (SELECT customer_no FROM row_assignments)
    ORDER BY c.id FOR NO KEY UPDATE
) AS held;

CREATE TEMP TABLE assignment_change ON COMMIT DROP AS
SELECT s.line_no AS line, c.id AS customer_id, m.id AS manager_id, s.share, s.starts_on, s.ends_on, a.id AS old_id,
       CASE WHEN a.share = s.share
            THEN least(coalesce(a.ends_on, s.ends_on), coalesce(s.ends_on, a.ends_on)) + 1
            ELSE s.starts_on END AS differs_from,
       (SELECT min(b.business_date) FROM business b WHERE b.customer_id = c.id) AS business_from
FROM row_assignments s
JOIN managers_customer c ON c.customer_no = s.customer_no
JOIN managers_clientmanager m ON m.employee_no = s.employee_no
LEFT JOIN managers_assignment a
  ON a.customer_id = c.id AND a.manager_id = m.id AND a.starts_on = s.starts_on AND a.superseded_by IS NULL
WHERE a.id IS NULL OR a.share <> s.share OR a.ends_on IS DISTINCT FROM s.ends_on
