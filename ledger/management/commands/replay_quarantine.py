"""replay_quarantine BUNDLE: load the open quarantined rows of a bundle that are right by now."""

from typing import Any

from django.core.management.base import CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from ledger.edge import ReportingCommand
from ledger.models import Bundle
from ledger.services.extracts import Loaded
from ledger.services.replays import replay_bundle


class Command(ReportingCommand):
    """Replay all open rows of a bundle, as delivered: after what they lacked has arrived."""

    help = __doc__

    def add_arguments(self, parser: Any) -> None:
        """BUNDLE, and the reason that goes to the log."""
        super().add_arguments(parser)
        parser.add_argument("bundle", type=int)
        parser.add_argument("--reason", default="replay_quarantine", help="goes to the log")

    def handle(self, *args: Any, **options: Any) -> None:
        """Replay, and say what came of it."""
        bundle = Bundle.objects.filter(pk=options["bundle"]).first()
        if bundle is None:
            raise CommandError(
                _("没有批次 %(id)s；编号见数据批次页面。") % {"id": options["bundle"]}, returncode=2
            )
        loaded, left = replay_bundle(bundle, by=None, at=timezone.now(), reason=options["reason"])
        rows = loaded.rows if loaded else {}
        facts = {
            "status": "replayed" if loaded else "nothing_replayed",
            "bundle": loaded.bundle.id if loaded else None,
            "rows": rows,
            "open": left,
        }
        self.report(_text(loaded, left), facts, as_json=options["json"])


def _text(loaded: Loaded | None, left: int) -> str:
    if loaded is None:
        return _("没有可以重放的行，尚有 %(left)s 行待处理。") % {"left": left}
    return _("批次 %(id)s 已入库，重放 %(rows)s 行，尚有 %(left)s 行待处理。") % {
        "id": loaded.bundle.id,
        "rows": sum(loaded.rows.values()),
        "left": left,
    }
