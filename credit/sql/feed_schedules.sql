-- Keep every delivered payment due; no published figure rests on what is due.
INSERT INTO credit_scheduledpayment (account_id, due_on, principal, interest, bundle_id, line)
SELECT account_id, due_on, principal, interest, %(bundle)s, line_no
FROM row_schedules
