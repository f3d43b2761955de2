-- Assignments of the customers of some slots.
SELECT a.id, a.customer_id, a.manager_id,
       CASE WHEN a.share = 1 THEN 1000000 ELSE (a.share * 1000000)::integer END,
       a.starts_on, coalesce(a.ends_on, 'infinity')
FROM managers_assignment a
WHERE a.superseded_by IS NULL AND a.customer_id %% 1024 BETWEEN %(first)s AND %(last)s
