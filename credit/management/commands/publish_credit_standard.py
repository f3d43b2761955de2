"""publish_credit_standard FILE --effective DATE --by USER --second USER: adopt a credit standard."""

from pathlib import Path
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.management.base import CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from credit.services import standards
from ledger.edge import ReportingCommand, business_date
from managers.models import User
from managers.services.stepping import Refusal


class Command(ReportingCommand):
    """Put a credit standard in force from a day on, made by one person and adopted by another."""

    help = __doc__

    def add_arguments(self, parser: Any) -> None:
        """The file, the day, and the two people."""
        super().add_arguments(parser)
        parser.add_argument("file", type=Path)
        parser.add_argument("--effective", type=business_date, required=True, metavar="DATE")
        parser.add_argument("--by", required=True, metavar="USER")
        parser.add_argument("--second", required=True, metavar="USER")

    def handle(self, *args: Any, **options: Any) -> None:
        """Publish, or say what stands in the way."""
        try:
            version = standards.publish(
                options["file"].read_text(encoding="utf-8-sig"),
                effective_on=options["effective"],
                by=_person(options["by"]),
                second=_person(options["second"]),
                on=timezone.localdate(),
            )
        except (Refusal, PermissionDenied, OSError, UnicodeDecodeError) as refusal:
            raise CommandError(str(refusal), returncode=2) from None
        said = _("《%(title)s》自 %(day)s 起生效。") % {"title": version.title, "day": version.effective_on}
        self.report(said, _facts(version), as_json=options["json"])


def _facts(version: Any) -> dict[str, Any]:
    return {"status": "published", "code": version.code, "effective_on": version.effective_on}


def _person(username: str) -> User:
    found = User.objects.filter(username=username, is_active=True).first()
    if found is None:
        raise CommandError(
            _("没有登录名为“%(name)s”的在用用户；请核对登录名。") % {"name": username}, returncode=2
        )
    return found
