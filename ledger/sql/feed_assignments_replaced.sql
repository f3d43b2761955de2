-- The rows that the changes replace stay readable as what was known before this bundle.
UPDATE managers_assignment a
SET superseded_by = %(bundle)s
FROM assignment_change n
WHERE a.id = n.old_id
