-- The codes, among some, of which any event stands that our own records entered, or that was delivered.
SELECT DISTINCT code
FROM (
    SELECT DISTINCT ON (e.manager_id, e.business_date, e.code, e.note) e.code, e.quantity
    FROM ledger_event e
    JOIN ledger_bundle b ON b.id = e.bundle_id AND (b.record <> '') = %(inside)s
    WHERE e.code = ANY (%(codes)s)
    ORDER BY e.manager_id, e.business_date, e.code, e.note, e.bundle_id DESC
) AS latest
WHERE quantity <> 0
