"""Makes loan quality a stage of its own, which runs in the middle of their work get too."""

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def add_to_open_runs(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """What of the readings is not done yet has no loan quality either."""
    chunks = apps.get_model("ledger", "Chunk").objects.using(editor.connection.alias)
    waiting = chunks.filter(run__status__in=["pending", "running"], stage="readings", done_at=None)
    for chunk in waiting:
        chunk.pk, chunk.stage = None, "quality"
        chunk.save(force_insert=True)


class Migration(migrations.Migration):
    dependencies = [("ledger", "0005_sums_in_blocks")]
    operations = [
        migrations.AlterField(
            model_name="chunk",
            name="stage",
            field=models.CharField(
                choices=[("products", "积数"), ("readings", "读数"), ("quality", "贷款质量")],
                max_length=16,
                verbose_name="阶段",
            ),
        ),
        migrations.RunPython(add_to_open_runs, migrations.RunPython.noop),
    ]
