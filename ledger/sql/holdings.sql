-- What managers hold on the last day of a span, question by question: of the customers that reach the question's
-- floor and, where it names a bucket, its mark by their own whole products over the span, how many there are and
-- what their balances of that day come to at the shares held. Products are fen-days, amounts leave as yuan.
WITH asked AS (
    SELECT * FROM unnest(%(floors)s::bigint[], %(buckets)s::text[], %(marks)s::bigint[])
        WITH ORDINALITY AS a (floor, bucket, mark, place)
), held AS MATERIALIZED (
    SELECT a.manager_id, a.customer_id, a.share
    FROM managers_assignment a
    WHERE a.superseded_by IS NULL AND a.share > 0 AND a.starts_on <= %(end)s
      AND (a.ends_on IS NULL OR a.ends_on >= %(end)s) AND a.manager_id = ANY (%(managers)s)
), own AS MATERIALIZED (
    SELECT c.customer_id, coalesce(z.deposit, 0) - coalesce(y.deposit, 0) AS deposit,
           coalesce(z.loan, 0) - coalesce(y.loan, 0) AS loan,
           coalesce(z.deposit_balance, 0) AS deposit_balance, coalesce(z.loan_balance, 0) AS loan_balance
    FROM (SELECT DISTINCT customer_id FROM held) AS c
    LEFT JOIN LATERAL ledger_product_before(c.customer_id, %(end)s + 1) AS z ON true
    LEFT JOIN LATERAL ledger_product_before(c.customer_id, %(start)s) AS y ON true
)
SELECT q.place, h.manager_id, count(*), sum(h.share * o.deposit_balance) * 0.01, sum(h.share * o.loan_balance) * 0.01
FROM held h
JOIN own o USING (customer_id)
JOIN asked q ON o.deposit >= q.floor
 AND CASE q.bucket WHEN 'deposit' THEN o.deposit >= q.mark WHEN 'loan' THEN o.loan >= q.mark ELSE true END
GROUP BY q.place, h.manager_id
