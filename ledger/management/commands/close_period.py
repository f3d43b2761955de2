"""close_period --period 1993Q3 --by U --second U2 --reason R: fix a period's figures; exit 2 if refused."""

from typing import Any

from django.core.management.base import CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from ledger.edge import ReportingCommand
from ledger.rules.windows import Period, period
from ledger.services import closings
from managers.models import User


class Command(ReportingCommand):
    """Close a period by one person, confirmed by another."""

    help = __doc__

    def add_arguments(self, parser: Any) -> None:
        """The period, the two people and why."""
        super().add_arguments(parser)
        parser.add_argument("--period", required=True, metavar="1993Q3")
        parser.add_argument("--by", required=True, metavar="USER")
        parser.add_argument("--second", required=True, metavar="USER")
        parser.add_argument("--reason", required=True)

    def handle(self, *args: Any, **options: Any) -> None:
        """Close, or say what stands in the way."""
        by, second = _person(options["by"]), _person(options["second"])
        try:
            closing = closings.close_period(
                _period(options["period"]),
                by=by,
                second=second,
                reason=options["reason"],
                on=timezone.localdate(),
            )
        except closings.ClosingRefused as refusal:
            raise CommandError(str(refusal), returncode=2) from None
        text = _("%(period)s 已关账：%(run)s，截至批次 %(bundle)s，校验和 %(checksum)s。") % {
            "period": closing.period,
            "run": closing.run,
            "bundle": closing.through_bundle_id,
            "checksum": closing.checksum,
        }
        facts = {
            "status": "closed",
            "period": closing.period,
            "date": closing.run.business_date,
            "version": closing.run.version,
            "bundle": closing.through_bundle_id,
            "checksum": closing.checksum,
        }
        self.report(text, facts, as_json=options["json"])


def _period(code: str) -> Period:
    try:
        return period(code)
    except ValueError:
        raise CommandError(
            _("%(text)s 不是有效期间；请写成 1993M09、1993Q3、1993H2 或 1993") % {"text": code[:40]},
            returncode=2,
        ) from None


def _person(username: str) -> User:
    """Somebody who exists; a closing names two people."""
    user = User.objects.filter(username=username).first()
    if user is None:
        raise CommandError(
            _("没有登录名为“%(name)s”的用户；请核对登录名。") % {"name": username}, returncode=2
        )
    return user
