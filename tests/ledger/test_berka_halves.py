"""The Berka bundle in two deliveries, in either order and with nights between: the same figures."""

import csv
from datetime import date
from pathlib import Path

import pytest

from ledger.rules.windows import Window
from ledger.services.nights import run_nights
from tests.ledger import bank
from tests.ledger.bank import FILES, exported

ON = date(1993, 9, 30)
HALF, LATER = date(1993, 9, 26), date(1993, 9, 27)
MASTERS = FILES[:5]

pytestmark = pytest.mark.django_db


def halves(berka: Path, folder: Path) -> list[Path]:
    """Two bundles of the same rows: all master data and the days up to HALF, then the later days."""
    first: dict[str, list[list[str]]] = {}
    second: dict[str, list[list[str]]] = {}
    for name in FILES:
        with (berka / name).open(encoding="utf-8", newline="") as file:
            header, *rows = list(csv.reader(file))
        day = header.index("business_date") if "business_date" in header else None
        early = [row for row in rows if day is None or row[day] <= HALF.isoformat()]
        late = [row for row in rows if day is not None and row[day] > HALF.isoformat()]
        first[name], second[name] = [header, *early], [header, *late]
    spans = (Window("first", date(1993, 1, 1), HALF), Window("second", LATER, ON))
    return [
        bank.write(
            folder / span.name,
            {
                name: bank.csv_bytes(name, rows[1:], columns=rows[0])
                for name, rows in files.items()
                if len(rows) > 1
            },
            span,
        )
        for files, span in zip((first, second), spans, strict=True)
    ]


@pytest.mark.parametrize("order", ["as delivered", "a night in between", "second half first"])
def test_two_halves_give_the_same_figures(
    berka_bundle: Path, tmp_path: Path, order: str, capsys: pytest.CaptureFixture[str]
) -> None:
    first, second = halves(berka_bundle, tmp_path)
    if order == "second half first":
        masters = {path.name: path.read_bytes() for path in first.glob("*.csv") if path.name in MASTERS}
        rate = b"currency,business_date,rate\nUSD,1993-09-27,5.94\n"
        day = Window("one day", LATER, LATER)
        bank.loaded(bank.write(tmp_path / "masters", masters | {"fx_rates.csv": rate}, day))
        bank.loaded(second)
        run_nights(to=ON, start=ON)
        bank.loaded(first)
    else:
        bank.loaded(first)
        if order == "a night in between":
            run_nights(to=HALF, start=HALF)
        bank.loaded(second)
    # the nights between would show nothing more and take a minute
    run_nights(to=ON, start=None if order == "a night in between" else ON)
    expected, found = bank.expected_figures(berka_bundle), exported(capsys, ON)
    assert {key: found.get(key) for key in expected} == expected
