-- A bundle from before all others moves the first known day, and with it what every published figure could
-- be compared with.
INSERT INTO effect (since)
SELECT %(from)s
WHERE %(from)s < (SELECT min(from_on) FROM ledger_bundle WHERE id <> %(bundle)s)
