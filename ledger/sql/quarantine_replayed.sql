-- Of a bundle's open rows, replayed as lines 2, 3, … of one file each, close those without an error; the others
-- say what is wrong now.
WITH line AS (
    SELECT id, file, row_number() OVER (PARTITION BY file ORDER BY line) + 1 AS line
    FROM ledger_quarantinedrow WHERE bundle_id = %(bundle)s AND status = 'open'
), wrong AS (
    SELECT DISTINCT ON (l.id) l.id, e.col, coalesce(e.value, '') AS value, e.code, coalesce(e.detail, '') AS detail
    FROM line l JOIN load_error e USING (file, line)
    ORDER BY l.id, e.col
), told AS (
    UPDATE ledger_quarantinedrow q
    SET field = w.col, value = left(w.value, 200), code = w.code, detail = w.detail
    FROM wrong w WHERE w.id = q.id
), closed AS (
    UPDATE ledger_quarantinedrow q
    SET status = 'replayed', replay_id = %(replay)s, decided_by_id = %(by)s, decided_at = %(at)s,
        reason = %(reason)s
    FROM line l
    WHERE l.id = q.id AND l.id NOT IN (SELECT id FROM wrong)
    RETURNING q.file
)
SELECT file, count(*) FROM closed GROUP BY file
