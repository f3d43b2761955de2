-- Every version of one manager's targets of a code, as known to a bundle; `replaced` by a later one.
SELECT starts_on, ends_on, value, bundle_id, line,
       bundle_id <> max(bundle_id) OVER (PARTITION BY starts_on) AS replaced
FROM ledger_target
WHERE manager_id = %(manager)s AND metric = %(code)s AND bundle_id <= %(bundle)s
ORDER BY starts_on DESC, bundle_id DESC
