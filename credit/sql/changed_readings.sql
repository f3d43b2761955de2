-- How many rows of one version are not in another.
SELECT count(*)
FROM credit_qualityreading n
LEFT JOIN credit_qualityreading o ON (o.run_id, o.manager_id, o."window") = (%(before)s, n.manager_id, n."window")
WHERE n.run_id = %(run)s
  AND (o.normal_balance, o.loan_balance, o.unclassified, o.base_normal_balance, o.base_loan_balance,
       o.base_unclassified, o.non_performing, o.interest_arrears, o.advances)
      IS DISTINCT FROM
      (n.normal_balance, n.loan_balance, n.unclassified, n.base_normal_balance, n.base_loan_balance,
       n.base_unclassified, n.non_performing, n.interest_arrears, n.advances)
