"""The bank that is measured: how large it is, which days its nights are, and how a bundle is closed."""

import hashlib
import json
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

#: Month, quarter and year to date have different lengths here, and no measured night is the first of a month.
FIRST_NIGHT = date(2025, 12, 15)
LAST_NIGHT = date(2025, 12, 31)
#: Own daily averages of deposits, in yuan, from which a customer counts.
FLOORS = (0, 500_000, 1_000_000, 3_000_000, 5_000_000)
#: Millionths of all accounts whose balance changes on a day.
NORMAL, HALF, DOUBLE = 80_000, 40_000, 160_000


@dataclass(frozen=True)
class Night:
    """One measured business date, and how many millionths of all balances change on it."""

    day: date
    changed: int
    kind: str


@dataclass(frozen=True)
class Bank:
    """How large: accounts, days of history before the first night, and repeats of everything measured."""

    accounts: int
    days: int
    repeats: int

    @property
    def customers(self) -> int:
        """0.43 customers an account."""
        return max(self.accounts * 43 // 100, 1)

    @property
    def managers(self) -> int:
        """About 200 accounts each."""
        return max(self.accounts // 200, 2)

    @property
    def first(self) -> date:
        """The first day of the history: every account has a balance from here on."""
        return FIRST_NIGHT - timedelta(days=self.days)

    @property
    def eve(self) -> date:
        """The last day of the history."""
        return FIRST_NIGHT - timedelta(days=1)

    @property
    def nights(self) -> tuple[Night, ...]:
        """One to warm up, then as many as there are repeats at the usual, half and double rate of changes."""
        kinds = [("normal", NORMAL), ("half", HALF), ("double", DOUBLE)]
        plan = [("warm-up", NORMAL)] + [kind for kind in kinds for _ in range(self.repeats)]
        days = (FIRST_NIGHT + timedelta(days=offset) for offset in range(len(plan)))
        return tuple(Night(day, changed, kind) for day, (kind, changed) in zip(days, plan, strict=False))

    @property
    def compared(self) -> date:
        """The night whose figures everybody computes: the last one at the usual rate of changes."""
        return max(night.day for night in self.nights if night.kind == "normal")


def windows(on: date) -> dict[str, tuple[date, int]]:
    """Month, quarter and year to `on`: their first day and their length in days.

    Worked out here and not by the product, so that a wrong window would show as a difference.
    """
    starts = {
        "month": date(on.year, on.month, 1),
        "quarter": date(on.year, on.month - (on.month - 1) % 3, 1),
        "year": date(on.year, 1, 1),
    }
    return {name: (start, (on - start).days + 1) for name, start in starts.items()}


def close_bundle(folder: Path, start: date, end: date) -> Path:
    """Write the manifest of the CSV files in `folder`, none of which has line breaks in its fields."""
    files = {path.name: _entry(path) for path in sorted(folder.glob("*.csv"))}
    content = {"from": start.isoformat(), "to": end.isoformat(), "files": files}
    (folder / "manifest.json").write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    return folder


def _entry(path: Path) -> dict[str, int | str]:
    """Rows (the header is none) and digest of one file, read once."""
    digest, lines = hashlib.sha256(), 0
    with path.open("rb") as file:
        while chunk := file.read(1 << 20):
            digest.update(chunk)
            lines += chunk.count(b"\n")
    return {"rows": lines - 1, "sha256": digest.hexdigest()}
