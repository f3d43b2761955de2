-- Customers held anew since a bundle whose shares exceed 1 on some day: shares come and go, and are summed up.
WITH event AS (
    SELECT a.customer_id, d.day, d.share
    FROM managers_assignment a
    CROSS JOIN LATERAL (VALUES (a.starts_on, a.share), (a.ends_on + 1, -a.share)) AS d (day, share)
    WHERE a.superseded_by IS NULL AND d.day IS NOT NULL
      AND a.customer_id IN (SELECT customer_id FROM managers_assignment WHERE source_bundle > %(after)s)
), held AS (
    SELECT customer_id, day, sum(sum(share)) OVER (PARTITION BY customer_id ORDER BY day) AS share
    FROM event
    GROUP BY customer_id, day
)
SELECT c.customer_no, h.day, h.share
FROM held h
JOIN managers_customer c ON c.id = h.customer_id
WHERE h.share > 1
LIMIT 1
