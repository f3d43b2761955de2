-- Add and update personnel files; remember whose delivered grade is new or differs (delivered_grade).
WITH known AS (
    SELECT employee_no, grade_code FROM managers_clientmanager
), written AS (
    INSERT INTO managers_clientmanager AS m
        (employee_no, name, pinyin, branch_id, line, hired_on, post_started_on, grade_code, education,
         title_level, status)
    SELECT s.employee_no, s.name, '', b.id, s.line, s.hired_on, s.post_started_on, s.grade_code,
           coalesce(s.education, ''), coalesce(s.title_level, ''), 'on_post'
    FROM row_managers s
    JOIN managers_branch b ON b.code = s.branch_code
    ON CONFLICT (employee_no) DO UPDATE SET
        name = excluded.name,
        pinyin = CASE WHEN m.name = excluded.name THEN m.pinyin ELSE '' END,
        branch_id = excluded.branch_id, line = excluded.line, hired_on = excluded.hired_on,
        post_started_on = excluded.post_started_on, grade_code = excluded.grade_code,
        education = excluded.education, title_level = excluded.title_level
    RETURNING m.id, m.employee_no, m.grade_code, m.post_started_on
)
INSERT INTO delivered_grade (manager_id, grade_code, effective_on)
SELECT w.id, w.grade_code,
       CASE WHEN k.employee_no IS NULL THEN w.post_started_on ELSE %(from)s END
FROM written w
LEFT JOIN known k USING (employee_no)
WHERE k.grade_code IS DISTINCT FROM w.grade_code
