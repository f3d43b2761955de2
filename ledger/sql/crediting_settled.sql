-- Hundredths of US dollars settled on the days of each assignment, for the windows to date.
SELECT a.customer_id, a.manager_id, (a.share * 1000000)::integer,
       {sums}
FROM ledger_settlement s
JOIN managers_assignment a ON a.customer_id = s.customer_id AND a.superseded_by IS NULL
 AND s.business_date >= a.starts_on AND s.business_date <= coalesce(a.ends_on, 'infinity')
WHERE s.business_date BETWEEN %(first_start)s AND %(end)s
  AND s.customer_id %% 1024 BETWEEN %(first_slot)s AND %(last_slot)s
GROUP BY 1, 2, 3
