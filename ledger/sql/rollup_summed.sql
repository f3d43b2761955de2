-- The same figures out of the sums that the parts of a night have kept per manager and share.
WITH deposits AS MATERIALIZED (
    SELECT manager_id, share,
           {entries}
    FROM ledger_partialsum
    WHERE run_id = %(run)s AND manager_id %% 1024 BETWEEN %(first_slot)s AND %(last_slot)s
    GROUP BY manager_id, share
), loans AS NOT MATERIALIZED (
    SELECT manager_id, share,
           {loan_sums}
    FROM deposits
), settled AS MATERIALIZED (
{settlements}
), {totals}
