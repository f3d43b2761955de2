"""Keeps which floors borrowers reach instead of their positions; a night in the middle works its parts again."""

import django.db.models.deletion
from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models.functions import Now

OF_CUSTOMER = models.F("customer") % models.Value(1024)


def work_again(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Parts of open runs fill the new table; working one again changes nothing else."""
    chunks = apps.get_model("ledger", "Chunk").objects.using(editor.connection.alias)
    apps.get_model("ledger", "PartialSum").objects.using(editor.connection.alias).all().delete()
    begun = chunks.filter(run__status__in=["pending", "running"], stage="products")
    begun.update(done_at=None, rows=None)
    # Hints that are on their way already are of no more use.
    runs = apps.get_model("ledger", "Run").objects.using(editor.connection.alias)
    runs.filter(status="running").update(fence=models.F("fence") + 1, lease_until=Now())


def forget_blocks(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """The code before writes all rows of borrowers only where it has no blocks."""
    for name in ("RegisterBlock", "PositionBlock", "AssignmentBlock"):
        apps.get_model("ledger", name).objects.using(editor.connection.alias).all().delete()


class Migration(migrations.Migration):
    dependencies = [("ledger", "0006_quality_beside_readings"), ("managers", "0003_surnames_read_anew")]
    operations = [
        migrations.DeleteModel(name="BorrowerPosition"),
        migrations.CreateModel(
            name="BorrowerClass",
            fields=[
                (
                    "customer",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="managers.customer",
                    ),
                ),
                ("overdraft", models.BigIntegerField()),
                ("ever_overdrawn", models.BooleanField()),
                ("class_month", models.SmallIntegerField()),
                ("class_quarter", models.SmallIntegerField()),
                ("class_year", models.SmallIntegerField()),
                ("was_month", models.SmallIntegerField()),
                ("was_quarter", models.SmallIntegerField()),
                ("was_year", models.SmallIntegerField()),
            ],
            options={
                "verbose_name": "借款客户档次",
                "verbose_name_plural": "借款客户档次",
                "indexes": [
                    models.Index(
                        condition=models.Q(("overdraft__gt", 0)),
                        fields=["customer"],
                        name="borrower_overdrawn",
                    )
                ],
            },
        ),
        migrations.AddIndex(
            model_name="borrowerclass", index=models.Index(OF_CUSTOMER, name="borrower_slot")
        ),
        migrations.AddIndex(model_name="loanposition", index=models.Index(OF_CUSTOMER, name="loan_slot")),
        migrations.RunPython(work_again, forget_blocks),
    ]
