-- Rows that a core system delivers as it last did, although a handover has changed them since, say nothing new: what
-- was handed over stays, and the bundle remarks which handover they do not know of. A row that says something else
-- than both is later knowledge and counts.
CREATE TEMP TABLE assignment_handed ON COMMIT DROP AS
SELECT n.line, h.handover_id
FROM assignment_change n
JOIN managers_assignment a ON a.id = n.old_id
JOIN ledger_bundle h ON h.id = a.source_bundle AND h.handover_id IS NOT NULL
CROSS JOIN LATERAL (
    SELECT o.share, o.ends_on
    FROM managers_assignment o
    JOIN ledger_bundle b ON b.id = o.source_bundle AND b.handover_id IS NULL
    WHERE o.customer_id = n.customer_id AND o.manager_id = n.manager_id AND o.starts_on = n.starts_on
    ORDER BY o.id DESC LIMIT 1
) AS delivered
WHERE delivered.share = n.share AND delivered.ends_on IS NOT DISTINCT FROM n.ends_on
  AND (SELECT handover_id FROM ledger_bundle WHERE id = %(bundle)s) IS NULL;

DELETE FROM assignment_change WHERE line IN (SELECT line FROM assignment_handed)
