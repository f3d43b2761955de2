"""revoke_token ID | --user U [--reason TEXT]: end one API token, or all of a user, at once."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from managers.models import ApiToken, User
from managers.services import tokens


class Command(BaseCommand):
    """Revoke by the number that create_token printed, or everything a user holds."""

    help = __doc__

    def add_arguments(self, parser: Any) -> None:
        """Which tokens, and why."""
        which = parser.add_mutually_exclusive_group(required=True)
        which.add_argument("id", type=int, nargs="?", help="the number create_token printed")
        which.add_argument("--user", metavar="USERNAME", help="all tokens of this user")
        parser.add_argument("--reason", default="", metavar="TEXT")
        parser.add_argument("--json", action="store_true", help="print one JSON object last")

    def handle(self, *args: Any, **options: Any) -> None:
        """Revoke, and say what ended."""
        ended = self._all(options) if options["user"] else self._one(options)
        self.stdout.write(
            _("已吊销 %(count)s 个令牌：%(ids)s。") % {"count": len(ended), "ids": ended}
            if ended
            else _("没有尚未吊销的令牌，无需处理。")
        )
        if options["json"]:
            self.stdout.write(json.dumps({"revoked": ended}))

    def _one(self, options: dict[str, Any]) -> list[int]:
        token = ApiToken.objects.select_related("user").filter(pk=options["id"]).first()
        if token is None:
            raise CommandError(_("没有编号为 %(id)s 的令牌；请核对编号。") % options, returncode=2)
        ended = tokens.revoke(token, at=timezone.now(), reason=options["reason"])
        return [token.pk] if ended else []

    def _all(self, options: dict[str, Any]) -> list[int]:
        user = User.objects.filter(username=options["user"]).first()
        if user is None:
            raise CommandError(_("没有账号 %(user)s；请核对用户名。") % options, returncode=2)
        ended = tokens.revoke_all(user, at=timezone.now(), reason=options["reason"])
        return [token.pk for token in ended]
