-- All customers of some slots that have a loan, or were ever overdrawn, or whose exposure was written before.
CREATE TEMP TABLE credit_anew ON COMMIT DROP AS
SELECT c.customer_id, %(goal)s::date AS through
FROM (
    SELECT customer_id FROM ledger_loanposition
  UNION SELECT customer_id FROM ledger_borrowerclass WHERE ever_overdrawn
  UNION SELECT customer_id FROM credit_exposure
) AS c
WHERE c.customer_id %% 1024 BETWEEN %(first_slot)s AND %(last_slot)s
