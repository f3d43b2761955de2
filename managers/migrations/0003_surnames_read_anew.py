"""Has names with a surname that is read in a way of its own given their pinyin anew, at the next load."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

READ_ANEW = "曾单仇解区查翟覃盖朴种缪员折秘繁召佴薄祭都卜阚乜"


def forget(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    managers = apps.get_model("managers", "ClientManager").objects.using(editor.connection.alias)
    managers.filter(name__regex=f"^[{READ_ANEW}]").update(pinyin="")


class Migration(migrations.Migration):
    dependencies = [("managers", "0002_preservation_role")]
    operations = [migrations.RunPython(forget, migrations.RunPython.noop)]
