"""reset_factor USERNAME [--reason TEXT]: forget a lost second factor; the next sign-in sets up a new one."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from managers.models import User
from managers.services import factors


class Command(BaseCommand):
    """For a lost phone whose recovery codes are lost as well."""

    help = __doc__

    def add_arguments(self, parser: Any) -> None:
        """Whose, and why."""
        parser.add_argument("username", metavar="USERNAME")
        parser.add_argument("--reason", default="", metavar="TEXT")

    def handle(self, *args: Any, **options: Any) -> None:
        """Reset, and say what happened."""
        user = User.objects.filter(username=options["username"]).first()
        if user is None:
            raise CommandError(
                _("没有账号 %(user)s；请核对用户名。") % {"user": options["username"]}, returncode=2
            )
        done = factors.reset(user, by=None, at=timezone.now(), reason=options["reason"])
        text = (
            _("账号 %(user)s 的两步验证已重置，会话已终止；下次登录时重新设置。")
            if done
            else _("账号 %(user)s 没有启用两步验证，无需处理。")
        )
        self.stdout.write(text % {"user": user.username})
