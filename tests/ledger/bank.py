"""Small bundles for tests, written from Python rows, and a digest of everything the database holds."""

import csv
import hashlib
import io
import json
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection

from ledger.rules.windows import Window
from ledger.services.extracts import Loaded, load_bundle
from ledger.services.refusals import BadRow, Refused

APPS = ("managers", "ledger", "credit", "grading", "appraisal")
COLUMNS = {
    "branches.csv": ("code", "name", "kind", "parent_code"),
    "managers.csv": (
        "employee_no",
        "name",
        "branch_code",
        "line",
        "hired_on",
        "post_started_on",
        "grade_code",
        "education",
        "title_level",
    ),
    "customers.csv": ("customer_no", "name", "kind", "branch_code"),
    "accounts.csv": ("account_no", "customer_no", "kind", "product", "currency", "opened_on", "closed_on"),
    "assignments.csv": ("customer_no", "employee_no", "share", "starts_on", "ends_on"),
    "balances.csv": ("account_no", "business_date", "balance"),
    "fx_rates.csv": ("currency", "business_date", "rate"),
    "loan_classes.csv": ("account_no", "business_date", "loan_class", "interest_arrears"),
    "settlements.csv": ("customer_no", "business_date", "usd_amount"),
}
#: The files that the bank of the tests always delivers; the others some banks have.
FILES = tuple(COLUMNS)
COLUMNS |= {
    "events.csv": ("employee_no", "business_date", "code", "quantity", "note"),
    "targets.csv": ("employee_no", "metric", "from", "to", "value"),
    "loans.csv": ("account_no", "amount", "issued_on", "matures_on", "security", "rate", "employee_no"),
    "schedules.csv": ("account_no", "due_on", "principal", "interest"),
    "repayments.csv": ("account_no", "business_date", "reference", "principal", "interest"),
}
Rows = Sequence[Sequence[Any]]
Files = dict[str, Rows]

#: One head office with two branches, two managers, three customers: enough for every rule of loading.
REGISTER: Files = {
    "branches.csv": [
        ("HO", "总行", "head_office", ""),
        ("B01", "一支行", "branch", "HO"),
        ("B02", "二支行", "branch", "HO"),
    ],
    "managers.csv": [
        ("E1", "陈嘉怡", "B01", "corporate", "1990-01-01", "1992-01-01", "first", "bachelor", "senior"),
        ("E2", "王强", "B02", "corporate", "1990-01-01", "1992-01-01", "second", "", ""),
    ],
    "customers.csv": [
        ("C1", "甲公司", "corporate", "B01"),
        ("C2", "乙公司", "corporate", "B02"),
        ("C3", "丙", "personal", "B02"),
    ],
    "accounts.csv": [
        ("A1", "C1", "deposit", "demand", "CNY", "1994-01-01", ""),
        ("A2", "C2", "deposit", "agreement", "CNY", "1994-01-01", ""),
        ("A3", "C3", "deposit", "demand", "USD", "1994-01-01", ""),
        ("L1", "C1", "loan", "loan", "CNY", "1994-01-01", ""),
    ],
    "assignments.csv": [
        ("C1", "E1", "0.7", "1994-01-01", ""),
        ("C1", "E2", "0.3", "1994-01-01", ""),
        ("C2", "E2", "1", "1994-01-01", ""),
        ("C3", "E2", "1", "1994-01-01", "1994-01-03"),
    ],
    "balances.csv": [
        ("A1", "1994-01-01", "1000.00"),
        ("A1", "1994-01-04", "-250.50"),
        ("A2", "1994-01-02", "500000"),
        ("A3", "1994-01-02", "10.01"),
        ("L1", "1994-01-02", "300.00"),
    ],
    "fx_rates.csv": [("USD", "1994-01-01", "5.77"), ("USD", "1994-01-03", "5.7855")],
    "loan_classes.csv": [("L1", "1994-01-02", "normal", ""), ("L1", "1994-01-05", "substandard", "12.34")],
    "settlements.csv": [("C1", "1994-01-02", "100.00"), ("C1", "1994-01-02", "100.00")],
}
SPAN = Window("span", date(1994, 1, 1), date(1994, 1, 5))


def csv_bytes(
    name: str, rows: Rows, *, columns: Sequence[str] = (), encoding: str = "utf-8", newline: str = "\n"
) -> bytes:
    """The rows under the file's header, as one file."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator=newline)
    writer.writerow(columns or COLUMNS[name])
    writer.writerows(rows)
    return text.getvalue().encode(encoding)


def write(folder: Path, files: Mapping[str, Rows | bytes], span: Window = SPAN, **style: Any) -> Path:
    """A bundle directory with its manifest; a file given as bytes is written as it stands."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in files.items():
        data = rows if isinstance(rows, bytes) else csv_bytes(name, rows, **style)
        (folder / name).write_bytes(data)
    return seal(folder, span)


def seal(folder: Path, span: Window = SPAN) -> Path:
    """Write the manifest that fits the files as they are now."""
    entries = {path.name: _entry(path) for path in sorted(folder.glob("*.csv"))}
    content = {"from": span.start.isoformat(), "to": span.end.isoformat(), "files": entries}
    (folder / "manifest.json").write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    return folder


def _entry(path: Path) -> dict[str, Any]:
    data = path.read_bytes()
    lines = data.count(b"\n") + (not data.endswith(b"\n") and bool(data))
    return {"rows": max(lines - 1, 0), "sha256": hashlib.sha256(data).hexdigest()}


def edit_manifest(folder: Path, change: Callable[[dict[str, Any]], Any]) -> Path:
    """Let `change` alter the manifest's content in place."""
    path = folder / "manifest.json"
    content = json.loads(path.read_text(encoding="utf-8"))
    change(content)
    path.write_text(json.dumps(content), encoding="utf-8")
    return folder


def zipped(folder: Path, target: Path, *, inside: str = "") -> Path:
    """The bundle as a zip, its files below the folder `inside`."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.iterdir()):
            archive.write(path, f"{inside}{path.name}")
    return target


def loaded(path: Path, **options: Any) -> Loaded:
    """Load it; a refusal says everything that was wrong."""
    try:
        return load_bundle(path, **options)
    except Refused as refusal:
        raise AssertionError(
            [(b.file, b.line, b.column, b.value, b.code) for b in refusal.shown]
        ) from refusal


def refused(path: Path, **options: Any) -> list[tuple[str, int, str, str, str]]:
    """Load what must be refused without a trace: file, line, column, value and code of every error."""
    before = digest_of_tables()
    try:
        load_bundle(path, **options)
    except Refused as refusal:
        assert digest_of_tables() == before
        assert refusal.count == len(refusal.shown)
        return [place(bad) for bad in refusal.shown]
    raise AssertionError(f"{path} was loaded")


def place(bad: BadRow) -> tuple[str, int, str, str, str]:
    """Where and what, without the words, which a person must get all the same."""
    assert bad.text and "%(" not in bad.text
    return bad.file, bad.line, bad.column, bad.value, bad.code


def digest_of_tables(leave_out: Iterable[str] = ()) -> dict[str, str]:
    """Per table of the five apps a digest of all its rows."""
    tables = {
        model._meta.db_table
        for label in APPS
        for model in apps.get_app_config(label).get_models(include_auto_created=True)
    } - set(leave_out)
    with connection.cursor() as cursor:
        return {table: _digest(cursor, table) for table in sorted(tables)}


def _digest(cursor: Any, table: str) -> str:
    cursor.execute(
        f"SELECT count(*) || ':' || coalesce(md5(string_agg(md5(t::text), '' ORDER BY md5(t::text))), '')"
        f' FROM "{table}" t'
    )
    return cursor.fetchone()[0]


def exported(capsys: pytest.CaptureFixture[str], on: date, *options: str) -> dict[tuple[str, ...], str]:
    """export_metrics by key, as acceptance reads it."""
    capsys.readouterr()
    call_command("export_metrics", "--date", on.isoformat(), *options)
    rows = list(csv.reader(io.StringIO(capsys.readouterr().out)))
    assert rows[0] == ["employee_no", "metric", "window", "floor", "value"]
    found = {tuple(row[:4]): row[4] for row in rows[1:]}
    assert len(found) == len(rows) - 1
    return found


def expected_figures(bundle: Path) -> dict[tuple[str, ...], str]:
    """What a naive program made of the Berka bundle, beside which it lies."""
    path = bundle.parent / "expected-1993-09-30.csv"
    if not path.exists():
        pytest.skip(f"no {path.name} beside the bundle")
    with path.open(encoding="utf-8", newline="") as file:
        return {tuple(row[:4]): row[4] for row in list(csv.reader(file))[1:]}
