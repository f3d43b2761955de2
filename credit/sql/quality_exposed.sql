    SELECT customer_id, since, until, non_performing, interest_arrears, advances FROM credit_exposure
    WHERE since <= %(end)s AND (until IS NULL OR until >= %(first_start)s)
