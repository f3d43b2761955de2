-- Paths of the whole tree from its roots; a branch no root reaches is in a circle and gets ''.
WITH RECURSIVE tree AS (
    SELECT id, '/' || code || '/' AS path FROM managers_branch WHERE parent_id IS NULL
  UNION ALL
    SELECT b.id, t.path || b.code || '/' FROM managers_branch b JOIN tree t ON b.parent_id = t.id
)
UPDATE managers_branch b
SET path = coalesce(t.path, '')
FROM managers_branch o
LEFT JOIN tree t ON t.id = o.id
WHERE o.id = b.id AND b.path IS DISTINCT FROM coalesce(t.path, '')
