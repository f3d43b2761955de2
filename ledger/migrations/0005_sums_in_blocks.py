"""Keeps blocks in the log, and what a part credits in blocks; a night in the middle makes it of the history."""

import django.db.models.deletion
from django.db import migrations, models

LOGGED = """
ALTER TABLE ledger_registerblock SET LOGGED;
ALTER TABLE ledger_positionblock SET LOGGED;
ALTER TABLE ledger_assignmentblock SET LOGGED;
"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0004_positions_in_blocks")]
    operations = [
        # After a kill -9 of the server the indexes of tables outside of its log were broken instead of empty.
        migrations.RunSQL(LOGGED, migrations.RunSQL.noop),
        migrations.DeleteModel(name="PartialSum"),
        migrations.CreateModel(
            name="PartialSum",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                ("part", models.PositiveSmallIntegerField()),
                ("first_slot", models.PositiveSmallIntegerField()),
                ("sums", models.BinaryField()),
                (
                    "run",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="ledger.run",
                    ),
                ),
            ],
            options={
                "verbose_name": "部分合计",
                "verbose_name_plural": "部分合计",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("run", "part", "first_slot"), name="one_sum_a_part_and_slice"
                    )
                ],
            },
        ),
        # As with the other blocks: numbers in columns do not shrink by compression, which takes long to find out.
        migrations.RunSQL(
            "ALTER TABLE ledger_partialsum ALTER sums SET STORAGE EXTERNAL", migrations.RunSQL.noop
        ),
    ]
