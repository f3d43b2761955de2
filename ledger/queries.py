"""Reads of the ledger: what is due, what is published, readings stored or worked out on the spot."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Exists, Min, OuterRef, QuerySet, Sum

from ledger.models import Bundle, LedgerState, Reading, Run
from ledger.rules import windows
from ledger.rules.windows import Window
from ledger.sql import set_wise, statement
from managers.models import ClientManager

FLOORS = tuple(Decimal(amount) for amount in (0, 500_000, 1_000_000, 3_000_000, 5_000_000))
READING_COLUMNS = (
    'run_id, manager_id, "window", floor, days, deposit_product, loan_product, settlement_usd,'
    " largest_deposit_product, largest_deposit_customer_id, largest_loan_product, largest_loan_customer_id,"
    " base_product, base_days, base_gap"
)


class ReadingRow(NamedTuple):
    """One reading, stored or not; the columns of `ledger.models.Reading`."""

    run_id: int
    manager_id: int
    window: str
    floor: Decimal
    days: int
    deposit_product: Decimal
    loan_product: Decimal
    settlement_usd: Decimal
    largest_deposit_product: Decimal
    largest_deposit_customer_id: int | None
    largest_loan_product: Decimal
    largest_loan_customer_id: int | None
    base_product: Decimal | None
    base_days: int
    base_gap: str


class Contribution(NamedTuple):
    """What one customer brings a manager from a first day to `day`: products (CNY-days), balances (CNY).

    `own_…` and `…_balance` are the whole customer's; `deposit` and `loan` are credited at the shares of the
    days. `share` is the one held on `day`, None for a customer handed over before it.
    """

    day: date
    customer_id: int
    customer_no: str
    name: str
    own_deposit: Decimal
    own_loan: Decimal
    deposit: Decimal
    loan: Decimal
    deposit_balance: Decimal
    loan_balance: Decimal
    share: Decimal | None


class NotPublished(LookupError):
    """No figures are published for the date asked for."""

    def __init__(self, on: date) -> None:
        self.on = on
        super().__init__(str(on))


def history_start() -> date:
    """The first day any bundle covers. LookupError where nothing was ever loaded."""
    first = Bundle.objects.aggregate(first=Min("from_on"))["first"]
    if first is None:
        raise LookupError("no bundle")
    return first


def covered_through() -> date:
    """The last day reached from the first one without a gap in the delivered spans."""
    spans = Bundle.objects.order_by("from_on").values_list("from_on", "to_on")
    reached = history_start() - timedelta(days=1)
    for start, end in spans:
        if start > reached + timedelta(days=1):
            break
        reached = max(reached, end)
    return reached


def due_dates(to: date) -> tuple[list[date], date | None]:
    """Business dates up to `to` that must be worked, oldest first, and the first one that lacks data.

    A date once published stays looked after, and leaves no gap behind it, whatever first night was chosen
    later.
    """
    if not Bundle.objects.exists():
        return [], None
    last = min(to, covered_through())
    published = Run.objects.filter(is_current=True, business_date__lte=last)
    earliest = published.aggregate(day=Min("business_date"))["day"]
    first = min(first_night(), earliest or date.max)
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    fresh = set(fresh_dates())
    return [day for day in days if day not in fresh], last + timedelta(days=1) if last < to else None


def first_night() -> date:
    """The first date that is published.

    A first night chosen for data that a gap separates from the earliest ones says nothing about those.
    """
    start = history_start()
    state = LedgerState.objects.filter(id=1).first()
    chosen = max(state.first_night, start) if state and state.first_night else start
    elsewhere = Bundle.objects.filter(from_on__lte=chosen, to_on__gte=chosen)
    return start if chosen > covered_through() and elsewhere.exists() else chosen


def fresh_dates() -> QuerySet[Run, date]:
    """Published dates that no bundle loaded since has changed."""
    changing = Bundle.objects.filter(
        id__gt=OuterRef("through_bundle"), affects_from__lte=OuterRef("business_date")
    )
    return (
        Run.objects.filter(is_current=True).exclude(Exists(changing)).values_list("business_date", flat=True)
    )


def rerun_reason(day: date) -> str:
    """Which bundles make a published date due again; the first of them where they are many."""
    current = Run.objects.filter(business_date=day, is_current=True).first()
    if current is None:
        return ""
    later = Bundle.objects.filter(id__gt=current.through_bundle_id, affects_from__lte=day)
    numbers = list(later.order_by("id").values_list("id", flat=True))
    named = ", ".join(str(number) for number in numbers[:10])
    return f"bundle {named}" + (", …" if len(numbers) > 10 else "")


def first_day_of(run: Run) -> date:
    """The first day a run answers for: its own, or all before it where none is published before."""
    earlier = Run.objects.filter(is_current=True, business_date=run.business_date - timedelta(days=1))
    return run.business_date if earlier.exists() else history_start()


def current_run(on: date) -> Run:
    """The published run of a business date, or NotPublished."""
    run = Run.objects.filter(business_date=on, is_current=True).select_related("through_bundle").first()
    if run is None:
        raise NotPublished(on)
    return run


def latest_run() -> Run | None:
    """The published run of the latest business date."""
    return Run.objects.filter(is_current=True).order_by("-business_date").first()


def stored_floors() -> tuple[Decimal, ...]:
    """The floors that nightly readings are stored for; others are worked out on the spot."""
    return FLOORS


def rollup_parameters(
    spans: Sequence[Window],
    floors: Iterable[Decimal],
    *,
    run: int,
    managers: list[int] | None = None,
) -> dict[str, Any]:
    """Parameters of `rollup.sql`; the base of a span is the calendar year before the one it ends in."""
    bases = [windows.base_year(span.end) for span in spans]
    return {
        "names": [span.name for span in spans],
        "starts": [span.start for span in spans],
        "ends": [span.end for span in spans],
        "base_starts": [base.start for base in bases],
        "base_ends": [base.end for base in bases],
        "floors": list(floors),
        "managers": managers,
        "history_start": history_start(),
        "run": run,
    }


def readings(
    run: Run, names: Iterable[str], floors: Iterable[Decimal], managers: Iterable[int] | None = None
) -> dict[tuple[int, str, Decimal], ReadingRow]:
    """Readings by (manager, window, floor): as published where stored, worked out now where not."""
    names, floors = set(names), {Decimal(floor) for floor in floors}
    wanted = None if managers is None else list(managers)
    found = _stored(run, names, floors, wanted)
    people = wanted if wanted is not None else everyone()
    lacking = [m for m in people if any((m, name, floor) not in found for name in names for floor in floors)]
    if lacking:
        spans = [windows.window(name, run.business_date) for name in sorted(names)]
        found = _live(run, spans, floors, lacking) | found
    return found


def base_readings(
    run: Run, names: Iterable[str], floors: Iterable[Decimal], managers: Iterable[int]
) -> dict[tuple[int, str, Decimal], ReadingRow]:
    """Readings over the base year of each named window, under the window's own name."""
    ends = {name: windows.window(name, run.business_date).end for name in sorted(set(names))}
    bases = {name: windows.base_year(end) for name, end in ends.items()}
    spans = [Window(name, base.start, base.end) for name, base in bases.items()]
    return _live(run, spans, {Decimal(floor) for floor in floors}, list(managers))


def _stored(
    run: Run, names: set[str], floors: set[Decimal], managers: list[int] | None
) -> dict[tuple[int, str, Decimal], ReadingRow]:
    rows = Reading.objects.filter(run=run, window__in=names, floor__in=floors)
    if managers is not None:
        rows = rows.filter(manager__in=managers)
    return _keyed(ReadingRow(*row) for row in rows.values_list(*ReadingRow._fields))


def _live(
    run: Run, spans: Sequence[Window], floors: Iterable[Decimal], managers: list[int]
) -> dict[tuple[int, str, Decimal], ReadingRow]:
    given = rollup_parameters(spans, floors, run=run.pk, managers=managers)
    with set_wise() as cursor:
        cursor.execute(statement("rollup"), given)
        return _keyed(ReadingRow(*row) for row in cursor.fetchall())


def contributions(manager: int, *, start: date, days: Sequence[date]) -> dict[date, list[Contribution]]:
    """Per day of `days` every customer held on some day from `start` to it, the largest deposits first."""
    found: dict[date, list[Contribution]] = {day: [] for day in days}
    with connection.cursor() as cursor:
        cursor.execute(statement("contributions"), {"manager": manager, "start": start, "days": list(days)})
        for row in cursor.fetchall():
            found[row[0]].append(Contribution(*row))
    return found


def _keyed(rows: Iterable[ReadingRow]) -> dict[tuple[int, str, Decimal], ReadingRow]:
    return {(row.manager_id, row.window, Decimal(row.floor)): row for row in rows}


def expected_readings() -> int:
    """How many readings a night must write: managers × windows × floors."""
    return ClientManager.objects.count() * len(windows.TO_DATE) * len(stored_floors())


def credited_totals(run: Run, name: str) -> dict[str, Decimal]:
    """Products credited to all managers together, per bucket."""
    sums = run.readings.filter(window=name, floor=0).aggregate(
        deposit=Sum("deposit_product", default=Decimal(0)), loan=Sum("loan_product", default=Decimal(0))
    )
    return {"deposit": sums["deposit"], "loan": sums["loan"]}


def everyone() -> list[int]:
    """All managers of the register."""
    return list(ClientManager.objects.order_by("employee_no").values_list("id", flat=True))
