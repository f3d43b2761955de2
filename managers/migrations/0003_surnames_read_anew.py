"""Has names with a surname that is read in a way of its own found and sorted by it."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

READ_ANEW = "曾单仇解区查翟覃盖朴种缪员折秘繁召佴薄祭都卜阚乜"


def read_anew(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    from managers.services.people import pinyin  # the words are loaded where somebody is named

    managers = apps.get_model("managers", "ClientManager").objects.using(editor.connection.alias)
    for manager in managers.filter(name__regex=f"^[{READ_ANEW}]"):
        manager.pinyin = pinyin(manager.name)
        manager.save(update_fields=["pinyin"])


class Migration(migrations.Migration):
    dependencies = [("managers", "0002_preservation_role")]
    operations = [migrations.RunPython(read_anew, migrations.RunPython.noop)]
