"""Which expected files lack in the windows of a run, by what was known to it."""

from collections.abc import Iterable, Mapping
from datetime import date

from ledger.models import FeedExpectation, Run
from ledger.queries.asof import closing_of, known_through
from ledger.queries.expectations import missing_to
from ledger.rules import windows


def missing_for(run: Run, names: Iterable[str]) -> Mapping[tuple[str, str], date]:
    """By window and file the first date of the window that lacks the file, as the run's figures take it.

    A later bundle that changes nothing on the run's date counts as known to the version that readers see.
    """
    spans = [windows.window(name, run.business_date) for name in set(names)]
    if not spans or not FeedExpectation.objects.exists():
        return {}
    found = missing_to(
        min(span.start for span in spans),
        max(span.end for span in spans),
        through=known_through(run),
        later=run.is_current and not run.as_published and closing_of(run) is None,
        day=run.business_date,
    )
    firsts = {
        (span.name, file): next((day for day in days if span.start <= day <= span.end), None)
        for span in spans
        for file, days in found.items()
    }
    return {key: day for key, day in firsts.items() if day is not None}
