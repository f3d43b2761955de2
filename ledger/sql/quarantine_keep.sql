-- Keep the rows of one file that have errors: as delivered, with what is wrong and the branch they concern
-- where their codes lead to one. {cells} are the file's columns in its staging table {staged}.
INSERT INTO ledger_quarantinedrow
    (bundle_id, file, line, raw, field, value, code, detail, more, status, reason, branch_id)
SELECT %(bundle)s, %(file)s, r.line_no, r.raw, e.fields[1], e.cells[1], e.codes[1], e.details[1], e.errors - 0,
       'open', '', coalesce(
           (SELECT c.branch_id FROM ledger_account a JOIN managers_customer c ON c.id = a.customer_id
            WHERE a.account_no = r.raw ->> 'account_no'),
           (SELECT branch_id FROM managers_customer WHERE customer_no = r.raw ->> 'customer_no'),
           (SELECT id FROM managers_branch WHERE code = r.raw ->> 'branch_code'),
           (SELECT branch_id FROM managers_clientmanager WHERE employee_no = r.raw ->> 'employee_no'),
           (SELECT id FROM managers_branch WHERE code = r.raw ->> 'code'),
           (SELECT id FROM managers_branch WHERE code = r.raw ->> 'parent_code'))
FROM (
    SELECT line, array_agg(col ORDER BY col) AS fields, array_agg(left(value, 200) ORDER BY col) AS cells,
           array_agg(code ORDER BY col) AS codes, array_agg(detail ORDER BY col) AS details,
           jsonb_agg(jsonb_build_object('field', col, 'value', left(value, 200), 'code', code, 'detail', detail)
                     ORDER BY col) AS errors
    FROM (SELECT line, col, coalesce(value, '') AS value, code, coalesce(detail, '') AS detail
          FROM load_error WHERE file = %(file)s) AS one
    GROUP BY line
) AS e
JOIN (
    SELECT s.line_no, jsonb_object(%(names)s, ARRAY[{cells}]) AS raw FROM {staged} s
) AS r ON r.line_no = e.line
