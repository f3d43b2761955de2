"""Cells that leave the bank are never formulas; numbers stay numbers; the watermark stands at either end."""

import csv
import io
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from managers.rules import sheets


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("=1+1", "'=1+1"),
        ("+8613800138000", "'+8613800138000"),
        ("-2", "'-2"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("\r=1", "'\r=1"),
        ("  =1", "'  =1"),
        ("＝1", "'＝1"),
        ("王强", "王强"),
        ("", ""),
        (None, ""),
        (-2, "-2"),
        (Decimal("-12.50"), "-12.50"),
    ],
)
def test_a_cell(value: sheets.Cell, text: str) -> None:
    assert sheets.safe(value) == text


@given(st.text(max_size=12))
@settings(max_examples=100)
def test_no_text_begins_a_formula(text: str) -> None:
    assert not sheets.safe(text).lstrip().startswith(sheets.FORMULA)


def test_the_file_reads_back() -> None:
    text = "".join(sheets.lines("内部资料", ["名称", "数"], [["甲,\n乙", 1], ["=2", Decimal("3.50")]]))
    assert text[0] == sheets.MARK
    rows = list(csv.reader(io.StringIO(text[1:], newline="")))
    assert rows == [["内部资料"], ["名称", "数"], ["甲,\n乙", "1"], ["'=2", "3.50"], ["内部资料"]]
