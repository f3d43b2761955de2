-- Customers of some slots that bundles changed on days worked already, since the bundle the slots last knew of,
-- and the day up to which they stand.
CREATE TEMP TABLE credit_anew ON COMMIT DROP AS
SELECT DISTINCT l.customer_id, s.stands_on AS through
FROM ledger_latechange l
JOIN credit_standing s ON s.slot = l.customer_id %% 1024
WHERE l.bundle_id > %(known)s AND l.bundle_id > s.through_bundle AND l.bundle_id <= %(pinned)s
  AND s.slot BETWEEN %(first_slot)s AND %(last_slot)s
