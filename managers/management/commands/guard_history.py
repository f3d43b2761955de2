"""guard_history [--role R]: take from the programs' role what would alter logs, history and decisions."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from managers.services import guarding


class Command(BaseCommand):
    """Every `migrate` does the same; this is for a role made afterwards."""

    help = __doc__

    def add_arguments(self, parser: Any) -> None:
        """The role, if it is not the configured one."""
        parser.add_argument("--role", default=settings.DB_APP_ROLE)

    def handle(self, *args: Any, **options: Any) -> None:
        """Take the privileges away and say of how many tables."""
        count = guarding.guard(options["role"])
        self.stdout.write(
            _("%(count)s 张只增不改的表已对数据库角色 %(role)s 收回修改与删除权限。")
            % {"count": count, "role": options["role"]}
        )
