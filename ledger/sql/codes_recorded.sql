-- Codes of events that the bank's own records have entered, as known to a bundle.
SELECT DISTINCT e.code
FROM ledger_bundle b
JOIN ledger_event e ON e.bundle_id = b.id
WHERE b.record <> '' AND b.id <= %(bundle)s
