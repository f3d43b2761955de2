"""Which appraisals were decided on figures that a handover into the past would move."""

from collections.abc import Iterable, Iterator
from datetime import date

from django.utils.translation import gettext as _

from appraisal import presenters
from appraisal.models import Appraisal, State
from ledger.services.handovers import Relied


def appraisals(managers: Iterable[int], since: date) -> Iterator[Relied]:
    """The appraisals of some managers that have left HR, of periods that end on a day or later."""
    begun = Appraisal.objects.exclude(state__in=[State.OPENED, State.UNDECIDED])
    rows = begun.filter(manager__in=list(managers), cycle__ends_on__gte=since)
    for each in rows.select_related("manager", "cycle").order_by("pk"):
        words = {"period": presenters.period_name(each.cycle.period), "state": each.get_state_display()}
        text = _("%(period)s 考核“%(state)s”") % words
        yield Relied(each.manager.employee_no, each.cycle.ends_on.isoformat(), text)
