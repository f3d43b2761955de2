"""Refused: a delivery that changed nothing, with every error and its place."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ledger.messages import reason


@dataclass(frozen=True)
class BadRow:
    """One reason for a refusal. `line` is the physical line of the file, 0 for the file as a whole."""

    file: str
    line: int
    column: str
    value: str
    code: str
    detail: str = ""

    @property
    def text(self) -> str:
        """What is wrong and what to do, in the active language."""
        return reason(self.code, self.detail)

    def as_row(self) -> tuple[int, str, str, str, str]:
        """The row of the error report: line, file, column, value, reason."""
        return (self.line, self.file, self.column, self.value, self.text)


REPORT_HEADER = ("line", "file", "column", "value", "reason")


class Refused(Exception):
    """The bundle was refused and nothing changed. `shown` holds the first errors of `count`.

    Errors go to `report` as they come, for there may be more than memory holds; without one all are kept.
    """

    SHOWN = 100

    def __init__(self, errors: Iterable[BadRow], report: "Report | None" = None) -> None:
        self.shown: list[BadRow] = []
        self.kept: list[BadRow] = []
        self.count = 0
        for error in self._written(errors, report):
            self.count += 1
            if len(self.shown) < self.SHOWN:
                self.shown.append(error)
            if report is None:
                self.kept.append(error)
        super().__init__(self.shown[0].text if self.shown else "")

    def tell(self, report: "Report") -> None:
        """Write to the report what was found before there was one to write to."""
        for error in self.kept:
            report.writerow(error.as_row())

    @staticmethod
    def _written(errors: Iterable[BadRow], report: "Report | None") -> Iterator[BadRow]:
        for error in errors:
            if report is not None:
                report.writerow(error.as_row())
            yield error


class Report:
    """Where the complete error report goes: anything with `writerow`, such as a csv.writer."""

    def writerow(self, row: tuple[object, ...]) -> object:
        """Write one row."""
        raise NotImplementedError
