"""Keep quality readings beside while their table takes a new shape."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("credit", "0002_quality_readings")]

    operations = [
        migrations.RunSQL(
            "CREATE TABLE credit_old_reading AS SELECT * FROM credit_qualityreading", migrations.RunSQL.noop
        ),
        migrations.DeleteModel("QualityReading"),
    ]
