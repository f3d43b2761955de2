-- The events that the bank's own records have entered: the latest version of each.
SELECT DISTINCT ON (m.employee_no, e.business_date, e.code, e.note)
       m.employee_no, e.business_date, e.code, e.note, e.quantity
FROM ledger_event e
JOIN ledger_bundle b ON b.id = e.bundle_id AND b.record <> ''
JOIN managers_clientmanager m ON m.id = e.manager_id
ORDER BY m.employee_no, e.business_date, e.code, e.note, e.bundle_id DESC
