-- A code that is unknown because the row that would bring it is in quarantine: say which row that is.
WITH waiting AS (
    SELECT w.id, max(q.bundle_id || ' · ' || q.file || ':' || q.line) AS cause
    FROM ledger_quarantinedrow w
    JOIN ledger_quarantinedrow q ON q.raw ->> %(key)s = w.value AND q.id <> w.id
    WHERE w.bundle_id = %(bundle)s AND w.status = 'open' AND w.code = %(code)s
      AND q.file = %(master)s AND q.status = 'open'
    GROUP BY w.id
)
UPDATE ledger_quarantinedrow q SET code = 'waits_for_quarantined', detail = w.cause
FROM waiting w WHERE w.id = q.id
