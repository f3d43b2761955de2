"""The line on everything that leaves the bank: internal, for whom and when, and how long it may be kept."""

from datetime import datetime, timedelta
from enum import Enum

from django.utils import timezone
from django.utils.translation import gettext as _

#: How long whoever fetched a copy may keep it.
KEPT_FOR = timedelta(days=30)


class Keeping(Enum):
    """What becomes of a copy: destroyed, destroyed unless filed, or its reader's to keep."""

    DESTROYED = "destroyed"
    FILED = "filed"
    KEPT = "kept"


def watermark(what: str, *, at: datetime, keeping: Keeping) -> str:
    """The line for a copy made at a moment; `what` says what was made for whom."""
    words = {"what": what, "until": timezone.localdate(at + KEPT_FOR).isoformat()}
    if keeping is Keeping.DESTROYED:
        return _("内部资料 · %(what)s · 请于 %(until)s 前销毁") % words
    if keeping is Keeping.FILED:
        return _("内部资料 · %(what)s · 未归档的请于 %(until)s 前销毁") % words
    return _("内部资料 · %(what)s") % words
