"""The typesetter: whatever people write comes out as they wrote it, in a PDF/A that carries its own type."""

import io
import subprocess
import sys
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import Any

import pypdf
import pytest
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from managers.printing import Frame, typeset
from managers.printing.typesetting import without_glyph

PLAIN = Path(__file__).with_name("plain.typ")
FRAME = Frame(title="试印", number="试〔2026〕1号", on=date(2026, 10, 12), bank="甲银行", foot=("脚注",))
#: What stands on the page before and after the text, without spaces.
BEFORE, AFTER = "甲银行试印试〔2026〕1号2026年10月12日", "脚注第1页，共1页"


def made(text: str) -> pypdf.PdfReader:
    return pypdf.PdfReader(io.BytesIO(typeset(PLAIN, {"text": text}, frame=FRAME)))


def bare(text: str) -> str:
    """Without anything white, which a page may put anywhere."""
    return "".join(text.split())


def read(text: str) -> str:
    """What the pages say between their head and foot."""
    pages = [bare(page.extract_text()) for page in made(text).pages]
    assert (pages[0].startswith(BEFORE), pages[0].endswith(AFTER)) == (True, True)
    return pages[0].removeprefix(BEFORE).removesuffix(AFTER)


@pytest.mark.parametrize(
    "text",
    [
        "#panic()",
        '#import "/etc/passwd"; #read("/manage.py")',
        "*重* _斜_ $x^2$ `码` <标签> @引用 = 题 - 项 + 项 / 词: 义 ~ -- --- ... // /* */",
        "\"引\" '号' \\ \\u{41} \\#",
        "第一行\n第二行\r\n第三行",
        "<b>&amp;</b> %s {name} {{ x }} {page}",
        "Ünïcode Привет",
        "刘\U00020bb7龻",
    ],
)
def test_a_text_is_printed_as_it_was_written(text: str) -> None:
    assert read(text) == bare(text)


@settings(max_examples=40, deadline=None)
@given(st.text("#*_$@<>\"'`\\~=-+/[]{}()&%0123456789，。（）“”客户经理abcxyz\n", max_size=60))
def test_no_text_is_taken_for_a_program(text: str) -> None:
    assert read(text) == bare(text)


@settings(max_examples=40, deadline=None)
@given(st.text(st.characters(exclude_categories=[]), max_size=40))
def test_any_text_at_all_can_be_printed(text: str) -> None:
    assert len(made(text).pages) == 1


@pytest.mark.parametrize("text", ["שלום", "مرحبا"])
def test_writing_from_right_to_left_is_printed(text: str) -> None:
    """A reader gives back shaped letters in the order seen; they are the same letters."""
    found = unicodedata.normalize("NFKC", read(text))
    assert sorted(found) == sorted(text)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("张\ue000", "张〔U+E000〕"),
        ("张\U000310c4三", "张〔U+310C4〕三"),
        ("甲\u202e乙", "甲〔U+202E〕乙"),
        ("甲\x07乙", "甲〔U+0007〕乙"),
        ("甲\ud800乙", "甲〔U+D800〕乙"),
        ("😀", "〔U+1F600〕"),
    ],
)
def test_what_no_type_carries_or_nobody_sees_is_told_by_its_code(text: str, shown: str) -> None:
    assert read(text) == shown


def test_the_typesetter_names_what_is_missing() -> None:
    words = "could not be displayed with font"
    said = f'error: PDF/A-2u error: the text `"\\u{{301}}"` {words} `"N"`\nthe text `"𱃄"` {words} `"N"`'
    assert without_glyph(said) == {"\u0301", "\U000310c4"}


@pytest.mark.parametrize("text", ["长" * 300, "x" * 300, "8" * 300])
def test_a_name_longer_than_a_line_stays_on_the_page(text: str) -> None:
    places: list[float] = []
    page = made(text).pages[0]
    page.extract_text(visitor_text=lambda _text, _cm, matrix, *_rest: places.append(matrix[4]))
    assert read(text) == text
    assert max(places) < float(page.mediabox.width) - 50


def test_the_paper_is_pdf_a_with_its_own_type() -> None:
    found = made("客户经理 abc שלום")
    xmp = found.xmp_metadata
    assert xmp is not None
    text = xmp.stream.get_data().decode()
    assert ("<pdfaid:part>2</pdfaid:part>" in text, "<pdfaid:conformance>U</pdfaid:conformance>" in text) == (
        True,
        True,
    )
    assert found.metadata is not None
    assert (found.metadata.title, found.metadata.author) == ("试印", "甲银行")
    fonts = [each.get_object() for each in found.pages[0]["/Resources"]["/Font"].values()]
    assert fonts
    assert [name for name in map(unembedded, fonts) if name] == []


def unembedded(font: Any) -> str:
    """The name of a font whose type is not in the file, or is there whole rather than as a subset."""
    inner = font["/DescendantFonts"][0].get_object()
    descriptor = inner["/FontDescriptor"].get_object()
    inside = any(name in descriptor for name in ("/FontFile2", "/FontFile3"))
    return "" if inside and "+" in inner["/BaseFont"] else str(inner["/BaseFont"])


def test_the_same_input_gives_the_same_bytes_in_any_process() -> None:
    here = typeset(PLAIN, {"text": "客户"}, frame=FRAME)
    program = (
        "import sys, django; django.setup()\n"
        "from tests.managers.test_printing import FRAME, PLAIN, typeset\n"
        "sys.stdout.buffer.write(typeset(PLAIN, {'text': '客户'}, frame=FRAME))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=PLAIN.parents[2], capture_output=True, check=True
    )
    assert done.stdout == here
    assert typeset(PLAIN, {"text": "客户"}, frame=FRAME) == here


def test_threads_print_side_by_side() -> None:
    texts = [f"第{number}件" for number in range(24)]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(read_in_chinese, texts)) == texts


def read_in_chinese(text: str) -> str:
    with translation.override("zh-hans"):
        return read(text)


def test_the_english_paper_says_its_date_and_page_in_english() -> None:
    with translation.override("en"):
        text = made("x").pages[0].extract_text()
    assert ("2026-10-12" in text, "Page 1 of 1" in text, "第" in text) == (True, True, False)
