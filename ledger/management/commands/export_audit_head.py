"""export_audit_head: seal every finished day of the log, export the heads, and print the latest."""

import sys
from datetime import timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from ledger.edge import ReportingCommand
from ledger.services import sealed
from managers.models import AuditHead
from managers.services import sealing


class Command(ReportingCommand):
    """The same as the scheduled job, for where none runs; exit 1 where the export is not what is stored."""

    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        """Seal up to yesterday, export, and say what the last head is."""
        try:
            made = sealed.seal(timezone.localdate() - timedelta(days=1))
        except sealing.Tampered as error:
            self.stderr.write(
                _("导出文件 %(file)s 与库中封存记录不符，未作改动；请执行 verify。") % {"file": error}
            )
            sys.exit(1)
        last = AuditHead.objects.order_by("-day").first()
        text = _("还没有可封存的日志。")
        if last is not None:
            text = _("封存 %(count)s 日，最近 %(day)s：%(digest)s") % {
                "count": len(made),
                "day": last.day,
                "digest": last.digest,
            }
        facts = {"sealed": len(made), "head": sealing.told_of(last) if last else None}
        self.report(text, facts, as_json=options["json"])
