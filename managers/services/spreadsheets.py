"""Lists that people keep in a spreadsheet, as rows of text: an Excel workbook's first sheet, or CSV."""

import csv
import io
import zipfile
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook

from managers.rules.exam_sheets import Unreadable

#: How .xlsx files begin.
MAGIC = b"PK\x03\x04"
#: A workbook unpacks to so many bytes at most; a few kilobytes may claim to hold gigabytes.
MOST_UNPACKED = 20_000_000
#: Digits Excel calculates with: what it shows as 85.1 it may keep as 85.10000000000001.
_SHOWN = ".15g"


def rows(raw: bytes) -> list[list[str]]:
    """The cells of the sheet as text, empty ones as ""; Unreadable: `encoding` or `workbook`."""
    if raw.startswith(MAGIC):
        return _workbook(raw)
    return list(csv.reader(io.StringIO(decoded(raw), newline="")))


def decoded(raw: bytes) -> str:
    """The text of a file saved by Excel as CSV: UTF-8 with or without a mark, or GB18030.

    >>> decoded("工号".encode("gb18030")) == decoded("工号".encode("utf-8-sig"))
    True
    """
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Unreadable("encoding")


def _workbook(raw: bytes) -> list[list[str]]:
    """Broken, locked or too large unpacked, it is Unreadable."""
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(_unpacked(raw)))
        lines = book.get_sheet_by_index(0).to_python(skip_empty_area=False)
    except (CalamineError, zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError):
        raise Unreadable("workbook") from None
    return [[_text(cell) for cell in line] for line in lines]


def _unpacked(raw: bytes) -> bytes:
    """The same workbook without compression, every part read only as far as it says it goes."""
    plain = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as packed, zipfile.ZipFile(plain, "w") as out:
        parts = packed.infolist()
        if sum(part.file_size for part in parts) > MOST_UNPACKED:
            raise Unreadable("workbook")
        for part in parts:
            out.writestr(part.filename, packed.read(part))
    return plain.getvalue()


def _text(cell: Any) -> str:
    """A cell as its reader sees it: numbers without an exponent or a trailing zero, days as ISO dates."""
    return next((write(cell) for kind, write in _KINDS if isinstance(cell, kind)), str(cell))


def _number(cell: float) -> str:
    return format(Decimal(format(cell, _SHOWN)).normalize(), "f")


_KINDS: tuple[tuple[type, Callable[[Any], str]], ...] = ((bool, str), (float, _number))
