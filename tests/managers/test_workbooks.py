"""Excel workbooks as sheets of results: read as they look, refused where they are broken, locked or bombs."""

import io
import zipfile
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from managers.rules import exam_sheets
from managers.services import spreadsheets

TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="xml" ContentType="application/xml"/>'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Override PartName="/xl/workbook.xml" ContentType='
    '"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>'
)
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
RELS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{}</Relationships>'
)
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def workbook(*lines: tuple[object, ...], name: str = "成绩") -> bytes:
    """A workbook of one sheet: text inline, numbers as Excel writes them."""
    body = "".join(f"<row>{''.join(_cell(cell) for cell in line)}</row>" for line in lines)
    parts = {
        "[Content_Types].xml": TYPES,
        "_rels/.rels": RELS.format(
            f'<Relationship Id="r1" Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/>'
        ),
        "xl/_rels/workbook.xml.rels": RELS.format(
            f'<Relationship Id="r1" Type="{OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
        ),
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>'
        f'<sheet name="{name}" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{MAIN}"><sheetData>{body}</sheetData></worksheet>',
    }
    return packed(parts)


def _cell(value: object) -> str:
    if isinstance(value, str):
        return f'<c t="inlineStr"><is><t>{value}</t></is></c>'
    return "<c/>" if value is None else f"<c><v>{value!r}</v></c>"


def read(raw: bytes) -> list[exam_sheets.Row]:
    return exam_sheets.read(spreadsheets.rows(raw))


def packed(parts: dict[str, str]) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as out:
        for name, text in parts.items():
            out.writestr(name, text)
    return held.getvalue()


def test_a_workbook_is_read_as_it_looks() -> None:
    raw = workbook(
        ("姓名", "工号", "成绩"), ("王强", "M001", 85.10000000000001), ("李敏", 1002, 90), (None, None, None)
    )
    assert read(raw) == [
        exam_sheets.Row(2, "M001", Decimal("85.1")),
        exam_sheets.Row(3, "1002", Decimal("90")),
    ]


def test_line_numbers_are_those_of_the_sheet_with_empty_lines_between() -> None:
    raw = workbook(("工号", "成绩"), (None, None), ("M001", "缺考"))
    assert read(raw) == [exam_sheets.Row(3, "M001", None, "no_score")]


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (workbook(("工号", "分")), "columns"),
        (workbook(("工号", "成绩")), "empty"),
        (workbook(), "empty"),
        (spreadsheets.MAGIC + b"nonsense", "workbook"),
        (packed({"word/document.xml": "<document/>"}), "workbook"),
        (workbook(("工号", "成绩"), ("M001", 1))[:-40], "workbook"),
    ],
)
def test_what_is_no_sheet_of_results_is_refused(raw: bytes, code: str) -> None:
    with pytest.raises(exam_sheets.Unreadable) as refused:
        read(raw)
    assert str(refused.value) == code


def test_a_bomb_is_not_unpacked() -> None:
    raw = packed({"xl/worksheets/sheet1.xml": " " * (spreadsheets.MOST_UNPACKED + 1)})
    assert len(raw) < 100_000
    with pytest.raises(exam_sheets.Unreadable, match="workbook"):
        spreadsheets.rows(raw)


@given(st.decimals(0, 1000, places=2))
def test_every_score_comes_back_as_it_was_typed(score: Decimal) -> None:
    (row,) = read(workbook(("工号", "成绩"), ("M001", float(score))))
    assert row.score == score


@given(st.binary(max_size=400))
def test_no_bytes_make_it_fall_over(tail: bytes) -> None:
    with pytest.raises(exam_sheets.Unreadable):
        read(spreadsheets.MAGIC + tail)
