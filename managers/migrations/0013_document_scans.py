"""Scans of papers are files handed in, checked and kept as those; no page ever filled the column before."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("managers", "0012_stored_files")]

    operations = [
        migrations.RemoveField(model_name="documentcheck", name="file"),
        migrations.AddField(
            model_name="documentcheck",
            name="file",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="managers.storedfile",
                verbose_name="扫描件",
            ),
        ),
    ]
