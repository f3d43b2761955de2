-- Customers held anew since a bundle whose shares exceed 1 on some day; the sum can only rise where one begins.
SELECT c.customer_no, s.starts_on, sum(h.share)
FROM (
    SELECT DISTINCT n.customer_id, o.starts_on
    FROM managers_assignment n
    JOIN managers_assignment o ON o.customer_id = n.customer_id AND o.superseded_by IS NULL
    WHERE n.source_bundle > %(after)s AND n.superseded_by IS NULL
) AS s
JOIN managers_assignment h ON h.customer_id = s.customer_id AND h.superseded_by IS NULL
 AND h.starts_on <= s.starts_on AND (h.ends_on IS NULL OR h.ends_on >= s.starts_on)
JOIN managers_customer c ON c.id = s.customer_id
GROUP BY c.customer_no, s.starts_on
HAVING sum(h.share) > 1
LIMIT 1
