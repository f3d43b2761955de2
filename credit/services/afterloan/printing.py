"""Maturity notices printed: any number of them as one PDF, and a line in the log."""

from collections.abc import Sequence
from datetime import date, datetime

from django.utils.translation import gettext as _

from credit.models import MaturityNotice
from credit.papers import maturity
from managers.models import LogEntry, User
from managers.services.stepping import Refusal

#: Notices in one PDF at most.
MOST = 200


def print_notices(notices: Sequence[MaturityNotice], *, by: User, on: date, at: datetime) -> bytes:
    """The PDF of some notices, a page each; the caller has checked that `by` sees them."""
    if not notices:
        raise Refusal(_("请先勾选要打印的通知书。"))
    if len(notices) > MOST:
        raise Refusal(_("一次最多打印 %(most)s 份；请分批打印。") % {"most": MOST})
    content = maturity.document([row.pk for row in notices], reader=by, on=on, at=at)
    LogEntry.objects.create(
        by=by,
        action="print_maturity_notices",
        subject=f"maturity_notice:{notices[0].pk}",
        detail={"notices": [row.pk for row in notices]},
    )
    return content
