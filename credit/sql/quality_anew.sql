    SELECT p.manager_id, {i} AS place
    FROM own o
    JOIN exposed e ON e.customer_id = o.customer_id AND (e.until IS NULL OR e.until >= %(start_{i})s)
    JOIN piece p ON p.customer_id = o.customer_id
    WHERE o.class_{i} <> o.earlier_{i} AND %(prev)s IS NOT NULL
