-- Keep every delivered event; one dated on a published day that says something else than was known changes the
-- figures from that day on. It names no customer: whose products and readings stay as they are.
INSERT INTO effect (since, products)
SELECT min(s.business_date), false
FROM row_events s
JOIN managers_clientmanager m ON m.employee_no = s.employee_no
WHERE s.business_date <= %(applied)s AND s.quantity <> coalesce((
    SELECT e.quantity FROM ledger_event e
    WHERE (e.manager_id, e.code, e.business_date, e.note) = (m.id, s.code, s.business_date, coalesce(s.note, ''))
    ORDER BY e.bundle_id DESC LIMIT 1), 0)
HAVING count(*) > 0;

INSERT INTO ledger_event (manager_id, business_date, code, quantity, note, bundle_id, line)
SELECT m.id, s.business_date, s.code, s.quantity, coalesce(s.note, ''), %(bundle)s, s.line_no
FROM row_events s
JOIN managers_clientmanager m ON m.employee_no = s.employee_no
