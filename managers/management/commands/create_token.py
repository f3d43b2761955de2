"""create_token --user U --scopes a,b [--days N] [--name TEXT]: a new API token, shown this once."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from managers.models import User
from managers.services import tokens


class Command(BaseCommand):
    """Issue a token. Only the token goes to stdout, so that a script can catch it; the rest to stderr."""

    help = __doc__

    def add_arguments(self, parser: Any) -> None:
        """Whose token, what it may read, and for how long."""
        parser.add_argument("--user", required=True, metavar="USERNAME")
        parser.add_argument("--scopes", required=True, metavar="SCOPE,SCOPE")
        parser.add_argument("--days", type=int, default=tokens.DAYS)
        parser.add_argument("--name", default="create_token", metavar="TEXT")
        parser.add_argument("--json", action="store_true", help="print one JSON object instead of the token")

    def handle(self, *args: Any, **options: Any) -> None:
        """Issue, say what it is, and print it."""
        issued = self._issue(options)
        token = issued.token
        facts = {
            "id": token.pk,
            "user": token.user.username,
            "name": token.name,
            "scopes": token.scopes,
            "expires_at": token.expires_at.isoformat(),
        }
        self.stderr.write(
            _("令牌 %(id)s 已签发给 %(user)s（%(scopes)s），%(expires)s 到期。它只显示这一次，请妥善保管。")
            % {
                "id": token.pk,
                "user": token.user.username,
                "scopes": "、".join(token.scopes),
                "expires": f"{timezone.localtime(token.expires_at):%Y-%m-%d %H:%M}",
            }
        )
        as_json = json.dumps(facts | {"token": issued.text}, ensure_ascii=False)
        self.stdout.write(as_json if options["json"] else issued.text)

    def _issue(self, options: dict[str, Any]) -> tokens.Issued:
        user = User.objects.filter(username=options["user"]).first()
        if user is None:
            raise CommandError(_("没有账号 %(user)s；请核对用户名。") % options, returncode=2)
        scopes = [scope.strip() for scope in options["scopes"].split(",") if scope.strip()]
        try:
            return tokens.issue(
                user=user, scopes=scopes, at=timezone.now(), name=options["name"], days=options["days"]
            )
        except tokens.TokenRefused as refusal:
            raise CommandError(str(refusal), returncode=2) from None
