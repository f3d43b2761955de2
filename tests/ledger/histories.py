"""Small generated histories of a bank: bundles and nights in any order, in the database and in the twin."""

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from ledger import metrics, queries
from ledger.models import Run
from ledger.rules.figures import MetricRef
from ledger.rules.windows import Window
from ledger.services import chunks
from ledger.services.extracts import load_bundle
from ledger.services.nights import run_nights
from ledger.services.refusals import Refused
from managers.models import ClientManager
from tests.ledger import bank, twin
from tests.ledger.twin import DAY, NEVER, Twin, days
from tests.ledger.twin_figures import FLOORS, View

AMOUNTS = (
    "0",
    "0.01",
    "100.00",
    "250.50",
    "499999.99",
    "500000",
    "1000000.05",
    "3000000",
    "5000001",
    "-0.01",
    "-777.77",
)
SHARES = ("1", "0.7", "0.5", "0.3", "0.333333")
CLASSES = ("normal", "normal", "special_mention", "substandard", "loss")
RATES = ("5.76", "5.7655", "6.0001", "7.00000001")
DEPOSITS, LOANS = ("A1", "A2", "A3", "A4"), ("L1", "L2")
CUSTOMERS, MANAGERS = ("C1", "C2", "C3"), ("E1", "E2", "E3")
DERIVED = ("assignmentblock", "partialsum", "positionblock", "registerblock")
PLACES: bank.Files = {
    "branches.csv": [("HO", "总行", "head_office", "")],
    "customers.csv": [(customer, customer, "corporate", "HO") for customer in CUSTOMERS],
}


@contextmanager
def rolled_back() -> Iterator[None]:
    """Forget whatever happens inside."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def lose_blocks() -> None:
    """Whatever is derived in columns is gone, as after somebody emptied the tables."""
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {', '.join(f'ledger_{name}' for name in DERIVED)}")


@contextmanager
def parts_of(changes: int) -> Iterator[None]:
    """Nights are cut into parts of so many changes."""
    usual, chunks.CHANGES_A_CHUNK = chunks.CHANGES_A_CHUNK, changes
    try:
        yield
    finally:
        chunks.CHANGES_A_CHUNK = usual


def manager_row(employee_no: str) -> tuple[str, ...]:
    return (employee_no, employee_no, "HO", "corporate", "1990-01-01", "1990-01-01", "first", "", "")


class History:
    """A bank growing step by step, in the database and in its twin; `number(low, high)` chooses."""

    def __init__(self, number: Callable[[int, int], int], folder: Path) -> None:
        self.number, self.folder = number, folder
        self.twin = Twin()
        self.steps: list[str] = []
        self.first_night: date | None = None
        # a long history reaches back over the base year; a short one begins inside it
        begins = self.one([date(1992, 12, 30), date(1993, 1, 1), date(1993, 12, 27)])
        edge = date(1993, 12, 29)
        self.spans = [(begins, edge), *self._split(edge + DAY, date(1994, 1, 5))]
        if self.chance(4):
            self.spans = [self.spans[1], self.spans[0], *self.spans[2:]]
        elif self.chance(4):
            self.spans[-2:] = reversed(self.spans[-2:])

    # --- choices ------------------------------------------------------------------------------------------

    def one(self, of: Any) -> Any:
        choices = list(of)
        return choices[self.number(0, len(choices) - 1)]

    def chance(self, of: int) -> bool:
        return self.number(0, of - 1) == of - 1

    def some(self, most: int) -> range:
        return range(self.number(0, most))

    def _split(self, start: date, end: date) -> list[tuple[date, date]]:
        """Neighbouring spans of one to four days."""
        spans = []
        while start <= end:
            last = min(end, start + timedelta(days=self.number(0, 3)))
            spans.append((start, last))
            start = last + DAY
        return spans

    def day(self, start: date, end: date) -> date:
        """A day of the span; of a long one, one that something might turn on."""
        if (end - start).days > 12:
            near = [
                start,
                start + DAY,
                date(1993, 1, 1),
                date(1993, 9, 30),
                date(1993, 10, 1),
                date(1993, 12, 1),
                end - DAY,
                end,
            ]
            return self.one(sorted({day for day in near if start <= day <= end}))
        return self.one(days(start, end))

    # --- steps --------------------------------------------------------------------------------------------

    def play(self) -> None:
        """Deliver every span, with nights and corrections in between."""
        for place, (start, end) in enumerate(self.spans):
            self.deliver(start, end, first=not self.twin.spans)
            if self.chance(2) and self.twin.spans:
                self.night(self.day(date(1993, 12, 28), date(1994, 1, 6)))
            while self.twin.spans and self.chance(3 if place else 6):
                self.correct()
                if self.chance(3):
                    self.night(self.day(date(1993, 12, 28), date(1994, 1, 6)))

    def correct(self) -> None:
        """A bundle about days delivered before."""
        known = [self.one(self.twin.spans), self.one(self.twin.spans)]
        start = self.day(min(s for s, _ in known), max(s for s, _ in known))
        self.deliver(start, self.day(start, max(e for _, e in known)), first=False)

    def night(self, to: date) -> None:
        start = self.one([None, date(1993, 12, 29), date(1993, 12, 31), date(1994, 1, 2)])
        if not Run.objects.exists():
            # publishing a whole year takes the test a minute and shows nothing more
            start = start or date(1993, 12, 31)
            start = min(start, to, self.twin.covered_through)
        if start is not None and start > to:
            start = None
        self.steps.append(f"run_nights(to={to}, start={start})")
        if (
            start is not None
            and (self.first_night or (NEVER if not Run.objects.exists() else date.min)) > start
        ):
            self.first_night = start
        if self.chance(4):
            self.steps.append("lose_blocks")
            lose_blocks()
        with parts_of(self.one((60_000, 60_000, 2))):
            run_nights(to=to, start=start)

    def deliver(self, start: date, end: date, *, first: bool) -> None:
        """Load a bundle; it is refused exactly where the twin says so."""
        files = self.bundle(start, end, first=first)
        known = self.twin.with_bundle(files, start, end)
        problems = known.problems(files)
        self.steps.append(f"deliver({start}, {end}, {files}) {problems or ''}")
        path = bank.write(self.folder / f"b{len(self.steps)}", files, Window("span", start, end))
        try:
            load_bundle(path)
        except Refused as refusal:
            found = {bad.code for bad in refusal.shown}
            assert found and found <= problems, f"refused for {found}, should be {problems}"
        else:
            assert not problems, "loaded, and should have been refused"
            self.twin = known

    # --- rows ---------------------------------------------------------------------------------------------

    def bundle(self, start: date, end: date, *, first: bool) -> dict[str, Any]:
        files: dict[str, Any] = {}
        if first:
            files |= PLACES | {"managers.csv": [manager_row(no) for no in MANAGERS[:2]]}
            files["fx_rates.csv"] = [("USD", start.isoformat(), self.one(RATES))]
        elif self.chance(6):
            files["managers.csv"] = [manager_row("E3")]
        accounts = self.accounts(start, end, first)
        if accounts:
            files["accounts.csv"] = accounts
        known = self.twin.with_bundle(files, start, end)
        if rows := self.assignments(known, start, end, first):
            files["assignments.csv"] = rows
        if rates := self.dated([(("USD",), RATES)], start, end, 2):
            files["fx_rates.csv"] = list(
                {row[:2]: row for row in [*files.get("fx_rates.csv", ()), *rates]}.values()
            )
        files |= self.facts(known, start, end)
        return files

    def facts(self, known: Twin, start: date, end: date) -> dict[str, Any]:
        files: dict[str, Any] = {}
        rows = self.dated([((no,), AMOUNTS) for no in known.accounts], start, end, 6)
        if not self.chance(12):
            rows = [row for row in rows if date.fromisoformat(row[1]) <= known.accounts[row[0]].closed_on]
        if rows:
            files["balances.csv"] = rows
        loans = [no for no, account in known.accounts.items() if account.kind == "loan"]
        classes = self.dated([((no,), CLASSES) for no in loans], start, end, 2)
        if classes:
            files["loan_classes.csv"] = [(*row, self.one(("", "0", "12.34"))) for row in classes]
        settled = [((customer,), ("10.00", "0.05", "7000")) for customer in CUSTOMERS]
        if self.chance(3):
            files["settlements.csv"] = self.dated(settled, start, end, 2)
        return files

    def dated(self, kinds: list[Any], start: date, end: date, most: int) -> list[tuple[str, ...]]:
        """Rows (code, day, value), one a code and day at most."""
        rows = {}
        for _ in self.some(most) if kinds else ():
            codes, values = self.one(kinds)
            row = (*codes, self.day(start, end).isoformat())
            rows[row] = (*row, self.one(values))
        return list(rows.values())

    def accounts(self, start: date, end: date, first: bool) -> list[tuple[str, ...]]:
        """New accounts and changes of known ones."""
        rows: dict[str, tuple[str, ...]] = {}
        if first:
            rows |= {no: self._new_account(no, start, end) for no in (DEPOSITS[0], DEPOSITS[1], LOANS[0])}
        for _ in self.some(2):
            no = self.one(DEPOSITS + LOANS)
            known = self.twin.accounts.get(no)
            rows[no] = self._changed(no, known, start, end) if known else self._new_account(no, start, end)
        return list(rows.values())

    def _new_account(self, no: str, start: date, end: date) -> tuple[str, ...]:
        loan = no in LOANS
        opened = self.one([date(1992, 6, 1), start])
        closed = self.day(start, end).isoformat() if self.chance(8) else ""
        product = "loan" if loan else self.one(("demand", "demand", "agreement"))
        return (
            no,
            self.one(CUSTOMERS),
            "loan" if loan else "deposit",
            product,
            self.one(("CNY", "CNY", "USD")),
            opened.isoformat(),
            closed,
        )

    def _changed(self, no: str, known: twin.Account, start: date, end: date) -> tuple[str, ...]:
        row = [
            no,
            known.customer,
            known.kind,
            known.product,
            known.currency,
            known.opened_on.isoformat(),
            "" if known.closed_on == NEVER else known.closed_on.isoformat(),
        ]
        column = self.one((1, 3, 4, 5, 6, 6, 6))
        day = max(self.day(start, end), known.opened_on).isoformat()
        closable = known.closed_on == NEVER and known.opened_on <= end
        row[column] = {
            1: self.one(CUSTOMERS),
            3: "loan" if known.kind == "loan" else self.one(("demand", "agreement")),
            4: self.one(("CNY", "USD")),
            5: self.one((date(1992, 6, 1), min(start, known.closed_on))).isoformat(),
            6: day if closable else "",
        }[column]
        return tuple(row)

    def assignments(self, known: Twin, start: date, end: date, first: bool) -> list[tuple[str, ...]]:
        """First holders, transfers, splits, new shares and ends, most of them consistent."""
        rows: dict[tuple[str, ...], tuple[str, ...]] = {}
        if first:
            held = [(customer, self.one(MANAGERS[:2])) for customer in CUSTOMERS if not self.chance(4)]
            since = self.one([date(1990, 1, 1), start, self.day(start, end)]).isoformat()
            rows = {(c, m, since): (c, m, self.one(SHARES), since, "") for c, m in held}
        for _ in self.some(1 if first else 2):
            for row in self._moved(known, start, end):
                rows[row[0], row[1], row[3]] = row
        return list(rows.values())

    def _moved(self, known: Twin, start: date, end: date) -> list[tuple[str, ...]]:
        open_ones = [(c, m, s, share, e) for (c, m, s), (share, e) in known.assignments.items()]
        day = self.day(start, end)
        to = self.one(known.managers)
        kind = self.one(("transfer", "share", "end", "new"))
        if kind == "new" or not open_ones:
            until = self.one(("", self.day(day, end).isoformat()))
            return [(self.one(CUSTOMERS), to, self.one(SHARES), day.isoformat(), until)]
        c, m, s, share, e = self.one(open_ones)
        until = "" if e == NEVER else e.isoformat()
        if kind == "share":
            return [(c, m, self.one(SHARES), s.isoformat(), until)]
        if kind == "end" or day <= s:
            return [(c, m, text(share), s.isoformat(), "" if until else max(day, s).isoformat())]
        return [
            (c, m, text(share), s.isoformat(), (day - DAY).isoformat()),
            (c, to, text(share), day.isoformat(), until if day <= e else ""),
        ]

    # --- the comparison -----------------------------------------------------------------------------------

    def check(self) -> None:
        """Run the last nights; every published figure equals the twin's, and nothing is left to do."""
        last = date(1994, 1, 5)
        if not Run.objects.exists() and self.first_night is None:
            self.first_night = min(date(1993, 12, 31), self.twin.covered_through)
        run_nights(to=last, start=self.first_night)
        through = min(last, self.twin.covered_through)
        assert run_nights(to=last).runs == []
        first = max(self.first_night or self.twin.history_start, self.twin.history_start)
        published = Run.objects.filter(is_current=True, business_date__lte=through).order_by("business_date")
        assert [run.business_date for run in published if run.business_date >= first] == list(
            days(first, through)
        )
        view = View(self.twin)
        dates = {run.business_date for run in published}
        for run in published:
            if run.business_date >= self.twin.history_start:
                compare(run, view, dates)


#: Windows whose figures are asked for with every parameter too.
WITH_PARAMS = ("quarter", "previous_month", "last_quarter_end")


def text(share: Fraction) -> str:
    return f"{share.numerator / share.denominator:.6f}"


def compare(run: Run, view: View, published: Collection[date] | None = None) -> None:
    """Every metric of every manager at every window and floor, state, reason and exact value.

    With the dates published it is also asked one window earlier, which today's versions answer.
    """
    expected = view.figures(run.business_date)
    if published is not None:
        expected |= view.ago(run.business_date, published)
    refs = {
        (code, window, floor, params): MetricRef(code, window, queries.FLOORS[FLOORS.index(floor)], params)
        for _, code, window, floor, params in expected
        if not params or params[0] == ("ago", "1") or (floor in (0, 1_000_000) and window in WITH_PARAMS)
    }
    names = dict(ClientManager.objects.values_list("employee_no", "id"))
    found = metrics.figures(run, refs.values())
    wrong = {}
    for key, answer in expected.items():
        if key[1:] in refs:
            figure = found[names[key[0]]][refs[key[1:]]]
            if (figure.state, figure.value, figure.reason) != answer:
                wrong[key] = f"SQL {figure.state, figure.value, figure.reason} twin {answer}"
    assert not wrong, f"{run}: {wrong}"
