"""Keep balances and readings beside while their tables take a new shape; products are derived and built anew."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("ledger", "0002_products_and_readings")]

    operations = [
        migrations.RunSQL(
            """
            CREATE TABLE ledger_old_balance AS
                SELECT account_id, business_date, bundle_id, line, balance FROM ledger_balancechange;
            CREATE TABLE ledger_old_reading AS SELECT * FROM ledger_reading;
            DELETE FROM ledger_latechange WHERE applied_at IS NULL;
            UPDATE ledger_ledgerstate SET applied_through = NULL;
            """,
            migrations.RunSQL.noop,
        ),
        migrations.DeleteModel("BalanceChange"),
        migrations.DeleteModel("Reading"),
        migrations.DeleteModel("CustomerProduct"),
    ]
