"""Rows as files that leave the bank: no cell is taken for a formula, and every file says whose it is."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

#: What a spreadsheet takes a cell for a formula by, the wide forms it reads the same way included.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
#: Excel takes a file for UTF-8 by this mark alone.
MARK = "\ufeff"

Cell = str | int | Decimal | None


def safe(value: Cell) -> str:
    """A cell as text that no spreadsheet works out: a number stays one, text that begins a formula is quoted.

    Spaces before the sign do not hide it.
    """
    if value is None:
        return ""
    if isinstance(value, str):
        return f"'{value}" if value.startswith(FORMULA) or value.lstrip().startswith(FORMULA) else value
    return str(value)


def lines(watermark: str, header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[str]:
    """The file line by line: the watermark first and last, the header, the rows."""
    yield MARK + _line([watermark])
    yield _line(header)
    for row in rows:
        yield _line(row)
    yield _line([watermark])


def _line(cells: Sequence[Cell]) -> str:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerow([safe(cell) for cell in cells])
    return text.getvalue()
