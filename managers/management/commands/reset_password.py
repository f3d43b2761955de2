"""reset_password USERNAME [--reason TEXT]: a new password, printed this once; sessions end."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from managers.models import User
from managers.services import passwords


class Command(BaseCommand):
    """Only the password goes to stdout; the person must change it at the first sign-in."""

    help = __doc__

    def add_arguments(self, parser: Any) -> None:
        """Whose, and why."""
        parser.add_argument("username", metavar="USERNAME")
        parser.add_argument("--reason", default="", metavar="TEXT")

    def handle(self, *args: Any, **options: Any) -> None:
        """Reset, and print it."""
        user = User.objects.filter(username=options["username"]).first()
        if user is None:
            raise CommandError(
                _("没有账号 %(user)s；请核对用户名。") % {"user": options["username"]}, returncode=2
            )
        new = passwords.reset(user, by=None, at=timezone.now(), reason=options["reason"])
        self.stderr.write(
            _("账号 %(user)s 的密码已重置，会话已终止。下面的密码只显示这一次，首次登录时须修改。")
            % {"user": user.username}
        )
        self.stdout.write(new)
