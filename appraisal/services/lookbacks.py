"""Look-back: told appraisals are held against what is known by now; what would differ is put to review."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy

from appraisal.deadlines import LOOK_BACKS
from appraisal.models import TOLD, Appraisal, Cycle, LookBack, State
from appraisal.queries import RELATED
from appraisal.queries.downgrades import Downgrade, downgrades
from appraisal.rules import lookback
from appraisal.services import moves
from appraisal.services.refusals import Refusal
from grading import queries as grading
from grading import services as grades
from grading.models import GradeRecord, RulebookVersion
from grading.rules.verdict import Verdict
from ledger.models import Run
from ledger.rules import windows
from managers.models import LogEntry, User
from managers.services import deadlines as kept
from managers.services import stepping

#: How long after a period a loan that goes bad still calls its decision into question.
HORIZON = timedelta(days=366)
STATES = [state for state in TOLD if state != State.REOPENED]
REVIEW = stepping.Procedure(
    LookBack,
    "lookback",
    {"reopen": gettext_lazy("重开考核"), "dismiss": gettext_lazy("维持原结论")},
    related=("appraisal__manager__branch", "appraisal__cycle"),
)


def look_back(on: date) -> list[LookBack]:
    """Open a review for every told appraisal that today's knowledge would turn out otherwise.

    A cycle is looked at once for every version of its last day; its loans on every call. Each finding is
    opened once, however often and by however many this runs.
    """
    found = []
    for pk in Cycle.objects.filter(appraisals__state__in=STATES).distinct().values_list("pk", flat=True):
        with transaction.atomic():
            cycle = Cycle.objects.select_for_update(of=("self",)).get(pk=pk)
            found += [*_by_figures(cycle), *_by_downgrades(cycle, on)]
    return found


def dismiss(review: LookBack, *, by: User, on: date, reason: str, key: str = "") -> LogEntry:
    """What was told stands; the reason is required."""
    return _end("dismiss", review, by=by, on=on, reason=reason, key=key)


def reopen(review: LookBack, *, by: User, on: date, reason: str, key: str = "") -> LogEntry:
    """The case is decided anew on what is known now; the decision told stands until then."""
    with transaction.atomic():
        entry = _end("reopen", review, by=by, on=on, reason=reason, key=key)
        row = Appraisal.objects.get(pk=review.appraisal_id)
        if row.state in (State.PUBLISHED, State.CLOSED):
            moves.reopen(row, by=by, on=on, reason=reason)
        elif row.state == State.APPEALED:
            raise Refusal("appeal_first", who=row.manager)
        return entry


def _end(name: str, review: LookBack, *, by: User, on: date, reason: str, key: str) -> LogEntry:
    if not reason.strip():
        raise Refusal("reason_needed")

    def move(row: LookBack) -> None:
        row.ended_by, row.ended_at, row.reason = by, timezone.now(), reason.strip()

    with transaction.atomic():
        entry = stepping.take(
            REVIEW,
            name,
            review.pk,
            by=by,
            on=on,
            action="reopen_appraisal",
            move=move,
            reason=reason,
            key=key,
        )
        kept.refresh(LOOK_BACKS.code, [review.pk], on=on)
        return entry


def _by_figures(cycle: Cycle) -> Iterator[LookBack]:
    """What the newest version of the period's last day would change; a closed period's figures stay."""
    run = Run.objects.filter(business_date=cycle.ends_on, is_current=True).first()
    if run is None or run.pk == cycle.looked_back_to_id:
        return
    for row, now in _judged_again(cycle, run):
        assert row.verdict is not None
        told = Verdict.from_dict(row.verdict.result)
        if lookback.changes(told, now):
            found = {
                "before": lookback.summary(told),
                "after": lookback.summary(now),
                "lines": lookback.lines(told, now),
                "version": run.version,
                "bundle": run.confirmed_through_id,
            }
            yield from _opened(row, LookBack.Kind.FIGURES, f"run:{run.pk}", found, run)
    cycle.looked_back_to = run
    cycle.save(update_fields=["looked_back_to"])


def _judged_again(cycle: Cycle, run: Run) -> Iterator[tuple[Appraisal, Verdict]]:
    """Told appraisals on other figures than `run`, each judged again by the text it was judged by."""
    by_version: dict[int, list[Appraisal]] = {}
    for row in _told(cycle).exclude(verdict__run=run):
        assert row.verdict is not None
        by_version.setdefault(row.verdict.rulebook_id, []).append(row)
    period = windows.period(cycle.period)
    for number, rows in by_version.items():
        version: RulebookVersion = grading.version(number)
        people = [row.manager for row in rows]
        judged = {
            each.manager.pk: each for each in grades.judge(people, version=version, run=run, period=period)
        }
        yield from ((row, judged[row.manager_id].verdict) for row in rows)


def _told(cycle: Cycle) -> Any:
    return cycle.appraisals.filter(state__in=STATES).select_related(*RELATED).order_by("pk")


def _by_downgrades(cycle: Cycle, on: date) -> Iterator[LookBack]:
    """Loans of the period that have become non-performing since, for whoever was not vetoed then."""
    if on > cycle.ends_on + HORIZON:
        return
    rows = {
        row.manager_id: row
        for row in _told(cycle)
        if row.verdict and not Verdict.from_dict(row.verdict.result).struck
    }
    loans: dict[int, list[dict[str, Any]]] = {}
    for each in downgrades(cycle, list(rows), on):
        loans.setdefault(each.manager, []).append(_fact(each))
    for manager, found in loans.items():
        yield from _reviewed(rows[manager], found)


def _reviewed(row: Appraisal, loans: list[dict[str, Any]]) -> Iterable[LookBack]:
    """One review of a case lists its loans; what comes later joins it while it is open."""
    earlier = list(row.look_backs.select_for_update().filter(kind=LookBack.Kind.DOWNGRADE).order_by("pk"))
    known = {_cause(loan) for review in earlier for loan in review.loans}
    fresh = [loan for loan in loans if _cause(loan) not in known]
    if not fresh:
        return ()
    for review in earlier:
        if review.state == LookBack.State.OPEN:
            _join(review, fresh)
            return ()
    return _opened(row, LookBack.Kind.DOWNGRADE, _cause(fresh[0]), {"loans": fresh}, None)


def _join(review: LookBack, loans: list[dict[str, Any]]) -> None:
    """Further loans of a review under way, and what has been built on the decision by now."""
    review.found, review.relied = {"loans": [*review.loans, *loans]}, _relied(review.appraisal)
    review.save(update_fields=["found", "relied"])
    LogEntry.objects.create(
        action="extend_lookback",
        subject=f"lookback:{review.pk}",
        to_state=str(review.state),
        detail={"appraisal": review.appraisal_id, "causes": [_cause(loan) for loan in loans]},
    )


def _cause(loan: dict[str, Any]) -> str:
    return f"loan:{loan['account']}:{loan['on']}"


def _fact(each: Downgrade) -> dict[str, Any]:
    return {
        "account": each.account_no,
        "customer": each.customer_no,
        "from": each.before,
        "to": each.loan_class,
        "on": each.on.isoformat(),
        "bundle": each.bundle,
    }


def _opened(
    row: Appraisal, kind: str, cause: str, found: dict[str, Any], run: Run | None
) -> Iterable[LookBack]:
    """The review, where there was none for this cause."""
    given = {"kind": kind, "run": run, "found": found, "relied": _relied(row)}
    review, new = LookBack.objects.get_or_create(appraisal=row, cause=cause, defaults=given)
    if not new:
        return ()
    LogEntry.objects.create(
        action="open_lookback",
        subject=f"lookback:{review.pk}",
        to_state=str(review.state),
        detail={"appraisal": row.pk, "cause": cause},
    )
    kept.refresh(LOOK_BACKS.code, [review.pk], on=timezone.localdate())
    return (review,)


def _relied(row: Appraisal) -> list[dict[str, Any]]:
    """What was built on the decision told: the decisions, the grades recorded by them, and pay."""
    decisions = row.decisions.order_by("number")
    records = GradeRecord.objects.filter(manager=row.manager_id, basis__startswith=f"appraisal:{row.pk}")
    later = Appraisal.objects.filter(
        manager=row.manager_id, cycle__ends_on__gt=row.cycle.ends_on, state__in=(State.DECIDED, *TOLD)
    ).select_related("cycle")
    return [
        *({"kind": "decision", "number": each.number, "outcome": each.outcome} for each in decisions),
        *(
            {"kind": "grade", "grade": each.grade_code, "on": each.effective_on.isoformat()}
            for each in records
            if each.basis.split("/")[0] == f"appraisal:{row.pk}"
        ),
        *({"kind": "pay", "item": each.item, "amount": str(each.amount)} for each in row.pay.order_by("id")),
        *({"kind": "appraisal", "period": each.cycle.period} for each in later),
    ]
