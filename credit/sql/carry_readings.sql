-- Quality readings that no bundle has changed, carried over from the version before.
INSERT INTO credit_qualityreading (run_id, manager_id, "window", normal_balance, loan_balance, unclassified, base_normal_balance, base_loan_balance,
    base_unclassified, non_performing, interest_arrears, advances)
SELECT %(run)s, manager_id, "window", normal_balance, loan_balance, unclassified, base_normal_balance, base_loan_balance,
    base_unclassified, non_performing, interest_arrears, advances
FROM credit_qualityreading
WHERE run_id = %(before)s AND manager_id <> ALL (%(affected)s)
  AND manager_id %% 1024 BETWEEN (%(slots)s)[1] AND (%(slots)s)[2]
