"""deactivate_user USERNAME [--reason TEXT]: switch a login off; its sessions and tokens end at once."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from managers.models import User
from managers.services import accounts


class Command(BaseCommand):
    """Whoever leaves is out the moment this returns."""

    help = __doc__

    def add_arguments(self, parser: Any) -> None:
        """Who, and why."""
        parser.add_argument("username", metavar="USERNAME")
        parser.add_argument("--reason", default="", metavar="TEXT")

    def handle(self, *args: Any, **options: Any) -> None:
        """Switch off, and say what happened."""
        user = User.objects.filter(username=options["username"]).first()
        if user is None:
            raise CommandError(
                _("没有账号 %(user)s；请核对用户名。") % {"user": options["username"]}, returncode=2
            )
        changed = accounts.deactivate(user, at=timezone.now(), reason=options["reason"])
        text = _("账号 %(user)s 已停用，会话与令牌已终止。") if changed else _("账号 %(user)s 早已停用。")
        self.stdout.write(text % {"user": user.username})
