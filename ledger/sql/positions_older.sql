-- Which of some accounts are older than the history: their past is unknown before their first balance.
SELECT id FROM ledger_account WHERE id = ANY (%(accounts)s) AND opened_on < %(history_start)s ORDER BY id
