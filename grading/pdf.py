"""A rulebook version as PDF: the same as its page, on A4, in the language that is active."""

import io
from collections.abc import Iterator, Sequence
from typing import Any
from xml.sax.saxutils import escape

from django.utils.translation import gettext as _
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from grading import presenters

#: Every reader of PDF brings this Chinese type along; nothing is embedded.
FONT = "STSong-Light"
INK, QUIET, LINE = (colors.HexColor(each) for each in ("#1b2430", "#5b6675", "#c5ccd6"))
WIDTH = A4[0] - 36 * mm

BODY = ParagraphStyle("body", fontName=FONT, fontSize=9.5, leading=14, textColor=INK, wordWrap="CJK")
SMALL = ParagraphStyle("small", parent=BODY, fontSize=8.5, leading=12, textColor=QUIET)
TITLE = ParagraphStyle("title", parent=BODY, fontSize=17, leading=25)
HEAD = ParagraphStyle(
    "head", parent=BODY, fontSize=12.5, leading=20, spaceBefore=12, spaceAfter=4, keepWithNext=1
)
SUB = ParagraphStyle(
    "sub", parent=BODY, fontSize=10.5, leading=16, spaceBefore=6, spaceAfter=2, keepWithNext=1
)


def document(page: dict[str, Any]) -> bytes:
    """The PDF of what `books.page` gives; the bytes differ from call to call only by their time stamp."""
    pdfmetrics.registerFont(UnicodeCIDFont(FONT))
    out = io.BytesIO()
    version = page["version"]
    foot = f"{version.code} v{version.number} · {version.sha256[:16]}"
    paper = SimpleDocTemplate(
        out,
        pagesize=A4,
        leftMargin=18 * mm,
        rightMargin=18 * mm,
        topMargin=16 * mm,
        bottomMargin=18 * mm,
        title=f"{page['title']} v{version.number}",
        author=_("客户经理管理"),
    )
    paper.build(list(_story(page)), canvasmaker=_numbered(foot))
    return out.getvalue()


def _story(page: dict[str, Any]) -> Iterator[Flowable]:
    version = page["version"]
    yield _paragraph(escape(page["title"]), TITLE)
    yield _paragraph(_("第 %(number)s 版") % {"number": version.number}, SMALL)
    yield Spacer(1, 3 * mm)
    yield _table([[word, value] for word, value in page["facts"]], (0.2, 0.8))
    yield from _clauses(page)
    yield from _numbers(page)
    yield from _transitions(page)
    yield from _flaws(page)
    yield from _changes(page)


def _paragraph(text: str, style: ParagraphStyle) -> Paragraph:
    """Chinese breaks between any two characters, English between words."""
    if presenters.english():
        style = ParagraphStyle(f"{style.name}-en", parent=style, wordWrap=None)
    return Paragraph(text, style)


def _clauses(page: dict[str, Any]) -> Iterator[Flowable]:
    yield _paragraph(_("条款（数值按 %(day)s）") % {"day": page["on"].isoformat()}, HEAD)
    for clause in page["clauses"]:
        yield _paragraph(escape(clause["title"]), SUB)
        yield _table([[_indented(row), row["cites"]] for row in clause["rows"]], (0.76, 0.24))


def _indented(row: dict[str, Any]) -> Paragraph:
    style = ParagraphStyle("indented", parent=BODY, leftIndent=row["depth"] * 12)
    note = f' <font size="8" color="#5b6675">{escape(row["note"])}</font>' if row["note"] else ""
    return _paragraph(escape(row["text"]) + note, style)


def _numbers(page: dict[str, Any]) -> Iterator[Flowable]:
    yield _paragraph(_("数值"), HEAD)
    for number in page["numbers"]:
        yield _paragraph(escape(f"{number['title']} · {number['unit']}"), SUB)
        head = [_("等级"), _("起"), _("数值"), _("条款")]
        body = [
            [row["grade"], row["starts_on"].isoformat(), row["value"], " ".join((row["cites"], row["flaw"]))]
            for row in number["rows"]
        ]
        yield _table([head, *body], (0.2, 0.18, 0.22, 0.4), headed=True)


def _transitions(page: dict[str, Any]) -> Iterator[Flowable]:
    yield _paragraph(_("结论规则（依次适用第一条符合的）"), HEAD)
    for part in page["transitions"]:
        yield _paragraph(escape(part["title"]), SUB)
        yield _table([[row["outcome"], row["why"], row["cites"]] for row in part["rows"]], (0.2, 0.6, 0.2))


def _flaws(page: dict[str, Any]) -> Iterator[Flowable]:
    yield _paragraph(_("原文的疏漏与所取读法"), HEAD)
    rows = [[str(flaw["line"]), flaw["what"], flaw["write"]] for flaw in page["findings"]]
    yield (
        _table([[_("行"), _("疏漏"), _("读法")], *rows], (0.08, 0.46, 0.46), headed=True)
        if rows
        else _paragraph(_("没有。"), BODY)
    )


def _changes(page: dict[str, Any]) -> Iterator[Flowable]:
    changes = page["changes"]
    if changes is None:
        return
    yield _paragraph(_("与第 %(number)s 版的不同") % {"number": changes["last"].number}, HEAD)
    head = [_("标准"), _("等级"), _("起"), _("原"), _("新"), _("条款")]
    rows = [
        [row["title"], row["grade"], row["starts_on"].isoformat(), row["old"], row["new"], row["cites"]]
        for row in changes["numbers"]
    ]
    yield (
        _table([head, *rows], (0.26, 0.12, 0.14, 0.14, 0.14, 0.2), headed=True)
        if rows
        else _paragraph(_("数值没有不同。"), BODY)
    )


def _table(rows: Sequence[Sequence[Any]], shares: Sequence[float], *, headed: bool = False) -> Table:
    """Rows of texts or paragraphs, each column its share of the width; a head is repeated on every page."""
    cells = [
        [
            cell if isinstance(cell, Flowable) else _paragraph(escape(str(cell)), _style(at, headed))
            for cell in row
        ]
        for at, row in enumerate(rows)
    ]
    style = [
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LINEBELOW", (0, 0), (-1, -1), 0.4, LINE),
        ("TOPPADDING", (0, 0), (-1, -1), 2),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 3),
        ("LEFTPADDING", (0, 0), (-1, -1), 0),
    ]
    widths = [share * WIDTH for share in shares]
    return Table(cells, colWidths=widths, style=TableStyle(style), repeatRows=int(headed), hAlign="LEFT")


def _style(row: int, headed: bool) -> ParagraphStyle:
    return SMALL if headed and row == 0 else BODY


def _numbered(foot: str) -> type[Canvas]:
    """A canvas that writes the version, its digest and "page of pages" at the foot of every page."""

    class Numbered(Canvas):
        """Keeps the pages until their number is known."""

        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            self._kept: list[dict[str, Any]] = []

        def showPage(self) -> None:
            """Keep the page."""
            self._kept.append(dict(self.__dict__))
            self._startPage()

        def save(self) -> None:
            """Write every page with its foot."""
            for number, state in enumerate(self._kept, start=1):
                self.__dict__.update(state)
                self.setFont(FONT, 8)
                self.setFillColor(QUIET)
                self.drawString(18 * mm, 10 * mm, foot)
                self.drawRightString(A4[0] - 18 * mm, 10 * mm, f"{number} / {len(self._kept)}")
                super().showPage()
            super().save()

    return Numbered
