"""Writing extract bundles: each row goes to the bundle of its day; manifests at the end.

Rows stream straight into the files while their digests are worked out, so size costs no memory.
"""

import hashlib
import json
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from types import TracebackType

from cmbank.demo.days import DAYS, SPANS, number_of

COLUMNS = {
    "branches.csv": "code,name,kind,parent_code",
    "managers.csv": "employee_no,name,branch_code,line,hired_on,post_started_on,grade_code,education,"
    "title_level",
    "customers.csv": "customer_no,name,kind,branch_code",
    "accounts.csv": "account_no,customer_no,kind,product,currency,opened_on,closed_on",
    "assignments.csv": "customer_no,employee_no,share,starts_on,ends_on",
    "balances.csv": "account_no,business_date,balance",
    "fx_rates.csv": "currency,business_date,rate",
    "loan_classes.csv": "account_no,business_date,loan_class,interest_arrears",
    "settlements.csv": "customer_no,business_date,usd_amount",
    "loans.csv": "account_no,amount,issued_on,matures_on,security,rate,employee_no",
    "schedules.csv": "account_no,due_on,principal,interest",
    "repayments.csv": "account_no,business_date,reference,principal,interest",
}

_ENDS = [number_of(last) for _first, last in SPANS]
BUNDLE_OF = tuple(sum(end < day for end in _ENDS) for day in range(DAYS))
"""Per day number the bundle that delivers it."""


class _Sheet:
    """One CSV file being written, with its digest and its number of rows."""

    def __init__(self, path: Path, header: str) -> None:
        self._file = path.open("wb")
        self._digest = hashlib.sha256()
        self.rows = -1
        self.write(header)

    def write(self, *rows: str) -> None:
        data = "".join(f"{row}\n" for row in rows).encode()
        self._file.write(data)
        self._digest.update(data)
        self.rows += len(rows)

    def close(self) -> dict[str, int | str]:
        self._file.close()
        return {"rows": self.rows, "sha256": self._digest.hexdigest()}


class Delivery:
    """All bundles of the span under construction. Use as a context; leaving it writes the manifests."""

    def __init__(self, directory: Path) -> None:
        self.paths = tuple(directory / f"{first}_{last}" for first, last in SPANS)
        for path in self.paths:
            path.mkdir(parents=True, exist_ok=True)
        self._sheets = [
            {name: _Sheet(path / name, header) for name, header in COLUMNS.items()} for path in self.paths
        ]

    def __enter__(self) -> "Delivery":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        entries = [{name: sheet.close() for name, sheet in sheets.items()} for sheets in self._sheets]
        if error is None:
            for (first, last), path, files in zip(SPANS, self.paths, entries, strict=True):
                manifest = {"from": first.isoformat(), "to": last.isoformat(), "files": files}
                (path / "manifest.json").write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")

    def put(self, name: str, day: int, row: str) -> None:
        """Deliver a row of a file in the bundle of this day number."""
        self._sheets[BUNDLE_OF[day]][name].write(row)

    def put_dated(self, name: str, rows: Iterable[tuple[int, str]]) -> None:
        """Deliver many dated rows of a file, each in the bundle of its day number."""
        sorted_out: dict[int, list[str]] = {}
        for day, row in rows:
            sorted_out.setdefault(BUNDLE_OF[day], []).append(row)
        for bundle, found in sorted_out.items():
            self._sheets[bundle][name].write(*found)

    def put_master(self, name: str, row: str, *, since: int, until: date | None) -> None:
        """Deliver a master row that ends with the date `until`: open first, again when the end has come."""
        first = BUNDLE_OF[since]
        last = first if until is None else max(first, BUNDLE_OF[number_of(until)])
        if first != last:
            self._sheets[first][name].write(f"{row},")
        self._sheets[last][name].write(f"{row},{until or ''}")


def decimal(hundredths: int) -> str:
    """A whole number of hundredths as a plain decimal with two places."""
    sign = "-" if hundredths < 0 else ""
    return f"{sign}{abs(hundredths) // 100}.{abs(hundredths) % 100:02d}"
