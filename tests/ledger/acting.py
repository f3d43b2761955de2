"""People with roles for tests of the ledger, and small banks whose nights can be stopped."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path

from ledger.models import Run
from ledger.rules.windows import Window
from ledger.services import runs
from ledger.services.checks import NotTied
from managers.models import Branch, Grant, User
from tests.ledger.bank import REGISTER, Files, Rows, loaded, write

SINCE = date(1990, 1, 1)
AT = datetime(1994, 1, 20, 1, 30, tzinfo=UTC)
WHY = "上游文件确认损坏，先放行其后各日"


def person(username: str, role: str = "", branch: str = "HO") -> User:
    """A login with one role."""
    user = User.objects.create(username=username, display_name=username)
    if role:
        at = Branch.objects.get(code=branch)
        Grant.objects.create(user=user, role=role, branch=at, starts_on=SINCE)
    return user


def day(number: int) -> date:
    """A day of January 1994."""
    return date(1994, 1, number)


def load_days(folder: Path, first: int, last: int, **files: Rows) -> None:
    """A bundle that covers days of January 1994; without files it says that nothing changed.

    Files are given without their `.csv`.
    """
    rows: Files = {f"{name}.csv": content for name, content in files.items()}
    loaded(write(folder / f"days-{first}-{last}", rows, Window("span", day(first), day(last))))


def load_register(folder: Path, last: int = 5) -> None:
    """The small bank from 1 January on, with what is dated up to `last`."""
    limit = day(last).isoformat()
    dated = {"balances.csv", "fx_rates.csv", "loan_classes.csv", "settlements.csv"}
    files = {
        name: [row for row in rows if name not in dated or row[1] <= limit] for name, rows in REGISTER.items()
    }
    loaded(write(folder / "register", files, Window("span", day(1), day(last))))


@contextmanager
def stopped(on: date) -> Iterator[None]:
    """The night of one date does not tie as long as this lasts."""

    def check(run: Run) -> None:
        if run.business_date == on:
            raise NotTied("差 0.01 元")

    runs.add_check(check)
    try:
        yield
    finally:
        runs._CHECKS.remove(check)


def versions(on: date) -> list[tuple[int, str]]:
    """Every version of a date with its status."""
    found = Run.objects.filter(business_date=on).order_by("version")
    return list(found.values_list("version", "status"))
