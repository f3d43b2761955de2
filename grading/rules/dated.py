"""Numbers that change with time: only starts are stored, the latest start on or before a day is in force."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

#: The key of a value that does not depend on the grade.
EVERY_GRADE = ""


@dataclass(frozen=True, slots=True)
class DatedValue:
    """One row of a parameter: from ``starts_on`` the value is ``amount``; a repeal is a row without one.

    ``cites`` names the article and travels with the value; ``printed_unit`` is set where the text prints
    another unit than the parameter has (a flaw that the checker shows).
    """

    starts_on: date
    amount: Decimal | None
    cites: str
    printed_unit: str = ""

    @property
    def repealed(self) -> bool:
        """Whether this row ends the value instead of setting one."""
        return self.amount is None


@dataclass(frozen=True, slots=True)
class Parameter:
    """A named number of the regulation, one series of dated values per grade (or one for every grade)."""

    name: str
    title: str
    title_en: str
    unit: str
    series: Mapping[str, tuple[DatedValue, ...]]

    def row_on(self, *, grade: str, on: date) -> DatedValue | None:
        """The row in force for the grade on the day (perhaps a repeal); None before the first start."""
        rows = self.series.get(grade) or self.series.get(EVERY_GRADE) or ()
        started = [row for row in rows if row.starts_on <= on]
        return max(started, key=lambda row: row.starts_on) if started else None

    def starts(self) -> list[date]:
        """Every day on which some value of the parameter begins, in order."""
        return sorted({row.starts_on for rows in self.series.values() for row in rows})
