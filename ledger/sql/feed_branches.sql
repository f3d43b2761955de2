-- Add branches and update their name and kind; parents follow once all codes are known.
INSERT INTO managers_branch (code, name, kind, path)
SELECT code, name, kind, '/' FROM row_branches
ON CONFLICT (code) DO UPDATE SET name = excluded.name, kind = excluded.kind
WHERE (managers_branch.name, managers_branch.kind) IS DISTINCT FROM (excluded.name, excluded.kind)
