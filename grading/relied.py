"""Which frozen verdicts rest on figures that a handover into the past would move."""

from collections.abc import Iterable, Iterator
from datetime import date

from django.utils.translation import gettext as _

from grading import presenters
from grading.models import Verdict
from ledger.rules.windows import period
from ledger.services.handovers import Relied


def verdicts(managers: Iterable[int], since: date) -> Iterator[Relied]:
    """The verdicts of some managers on a day or later, each period once: the latest one."""
    rows = Verdict.objects.filter(manager__in=list(managers), on__gte=since).select_related("manager")
    for each in rows.order_by("manager_id", "period", "-id").distinct("manager_id", "period"):
        text = _("%(period)s 考核结论已留存（第 %(number)s 号）") % {
            "period": presenters.period_name(period(each.period)),
            "number": each.pk,
        }
        yield Relied(each.manager.employee_no, each.on.isoformat(), text)
