-- Hang each delivered branch under its parent.
UPDATE managers_branch b
SET parent_id = p.id
FROM row_branches s
LEFT JOIN managers_branch p ON p.code = s.parent_code
WHERE b.code = s.code AND b.parent_id IS DISTINCT FROM p.id
