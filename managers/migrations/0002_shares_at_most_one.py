"""The shares of a customer never sum to more than 1, whoever writes them at the same time."""

from django.db import migrations

GUARD = """
-- Whoever changes a customer's shares holds the customer first, so that two who do so see each other. A load
-- holds its customers and looks at their shares itself, to name the line of the file; it says so by a setting.
CREATE FUNCTION managers_shares_at_most_one() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
    excess record;
BEGIN
    IF current_setting('cmbank.shares_checked', true) = 'on' THEN
        RETURN NULL;
    END IF;
    PERFORM FROM managers_customer WHERE id IN (SELECT customer_id FROM changed) ORDER BY id FOR NO KEY UPDATE;
    SELECT h.customer_id, h.day, h.share INTO excess
    FROM (
        SELECT a.customer_id, d.day,
               sum(sum(d.share)) OVER (PARTITION BY a.customer_id ORDER BY d.day) AS share
        FROM managers_assignment a
        CROSS JOIN LATERAL (VALUES (a.starts_on, a.share), (a.ends_on + 1, -a.share)) AS d (day, share)
        WHERE a.customer_id IN (SELECT customer_id FROM changed) AND a.superseded_by IS NULL AND d.day IS NOT NULL
        GROUP BY a.customer_id, d.day
    ) AS h
    WHERE h.share > 1
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'shares of customer % sum to % on %', excess.customer_id, excess.share, excess.day
            USING ERRCODE = 'check_violation', CONSTRAINT = 'assignment_shares_at_most_one';
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER assignment_shares_added AFTER INSERT ON managers_assignment
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION managers_shares_at_most_one();
CREATE TRIGGER assignment_shares_changed AFTER UPDATE ON managers_assignment
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION managers_shares_at_most_one();
"""


class Migration(migrations.Migration):
    dependencies = [("managers", "0001_initial")]

    operations = [
        migrations.RunSQL(
            GUARD,
            """
            DROP TRIGGER assignment_shares_added ON managers_assignment;
            DROP TRIGGER assignment_shares_changed ON managers_assignment;
            DROP FUNCTION managers_shares_at_most_one();
            """,
        )
    ]
