-- Handovers that took effect and do not show: no bundle of their own although custody moved, a bundle before they
-- were effective, a receiver or giver whose share on the day, as known to that bundle, is not what the list says, or
-- a customer whose loans nobody is charged with by it or an earlier one.
WITH effective AS (
    SELECT h.id, h.giver_id, h.receiver_id, h.effective_on, h.state, b.id AS bundle
    FROM managers_handover h
    LEFT JOIN ledger_bundle b ON b.handover_id = h.id
), line AS (
    SELECT e.*, l.customer_id, l.share
    FROM effective e JOIN managers_handoverline l ON l.handover_id = e.id AND l.custody
    WHERE e.state = 'effective' AND e.bundle IS NOT NULL
), moved AS (
    SELECT l.id, l.customer_id, w.who, w.by_hand,
           coalesce((
               SELECT sum(a.share) FROM managers_assignment a
               WHERE a.customer_id = l.customer_id AND a.manager_id = w.who AND a.source_bundle <= l.bundle
                 AND (a.superseded_by IS NULL OR a.superseded_by > l.bundle)
                 AND a.starts_on <= l.effective_on AND (a.ends_on IS NULL OR a.ends_on >= l.effective_on)
           ), 0) - coalesce((
               SELECT sum(a.share) FROM managers_assignment a
               WHERE a.customer_id = l.customer_id AND a.manager_id = w.who AND a.source_bundle < l.bundle
                 AND (a.superseded_by IS NULL OR a.superseded_by >= l.bundle)
                 AND a.starts_on <= l.effective_on AND (a.ends_on IS NULL OR a.ends_on >= l.effective_on)
           ), 0) AS change
    FROM line l
    CROSS JOIN LATERAL (VALUES (l.giver_id, -l.share), (l.receiver_id, l.share)) AS w (who, by_hand)
)
SELECT id, 'no bundle' FROM effective e
WHERE state = 'effective' AND bundle IS NULL
  AND EXISTS (SELECT FROM managers_handoverline l WHERE l.handover_id = e.id AND l.custody)
UNION ALL
SELECT id, 'bundle ' || bundle || ' although ' || state FROM effective WHERE state <> 'effective' AND bundle IS NOT NULL
UNION ALL
SELECT m.id, c.customer_no || ' ' || k.employee_no || ' moved by ' || m.change || ' instead of ' || m.by_hand
FROM moved m
JOIN managers_customer c ON c.id = m.customer_id
JOIN managers_clientmanager k ON k.id = m.who
WHERE m.change <> m.by_hand
UNION ALL
SELECT e.id, 'no log row' FROM effective e
WHERE e.state <> 'drafted' AND NOT EXISTS (
    SELECT FROM managers_logentry g WHERE g.subject = 'handover:' || e.id AND g.to_state = e.state
)
ORDER BY 1, 2
