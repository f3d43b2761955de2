"""A rulebook version as PDF: the same as its page, on A4, in the language that is active."""

from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from managers.printing import Frame, typeset

TEMPLATE = Path(__file__).with_suffix(".typ")


def document(page: dict[str, Any]) -> bytes:
    """The PDF of what `books.page` gives; a version printed again gives the same bytes."""
    version = page["version"]
    frame = Frame(
        title=page["title"],
        number=_("第 %(number)s 版") % {"number": version.number},
        on=version.effective_on,
        foot=(f"{version.code} v{version.number}", f"SHA-256 {version.sha256}"),
    )
    return typeset(TEMPLATE, _data(page), frame=frame)


def _data(page: dict[str, Any]) -> dict[str, Any]:
    """The page as rows of texts."""
    return {
        "words": _words(page),
        "facts": [[word, str(value)] for word, value in page["facts"]],
        "clauses": [
            {"title": clause["title"], "rows": [_clause(row) for row in clause["rows"]]}
            for clause in page["clauses"]
        ],
        "numbers": [
            {
                "title": number["title"],
                "unit": number["unit"],
                "rows": [_number(row) for row in number["rows"]],
            }
            for number in page["numbers"]
        ],
        "transitions": [
            {
                "title": part["title"],
                "rows": [[row["outcome"], row["why"], row["cites"]] for row in part["rows"]],
            }
            for part in page["transitions"]
        ],
        "flaws": [[str(flaw["line"]), flaw["what"], flaw["write"]] for flaw in page["findings"]],
        "changes": _changes(page["changes"]),
    }


def _clause(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "text": row["text"],
        "note": row["note"] or "",
        "cites": row["cites"] or "",
        "depth": row["depth"],
    }


def _number(row: dict[str, Any]) -> list[str]:
    cites = " ".join(filter(None, (row["cites"], row["flaw"])))
    return [row["grade"], row["starts_on"].isoformat(), row["value"], cites]


def _changes(changes: dict[str, Any] | None) -> dict[str, Any] | None:
    if changes is None:
        return None
    return {
        "title": _("与第 %(number)s 版的不同") % {"number": changes["last"].number},
        "rows": [
            [row["title"], row["grade"], row["starts_on"].isoformat(), row["old"], row["new"], row["cites"]]
            for row in changes["numbers"]
        ],
    }


def _words(page: dict[str, Any]) -> dict[str, str]:
    """Headings and the heads of columns."""
    return {
        "article": _("条款"),
        "clauses": _("条款（数值按 %(day)s）") % {"day": page["on"].isoformat()},
        "numbers": _("数值"),
        "grade": _("等级"),
        "start": _("起"),
        "value": _("数值"),
        "transitions": _("结论规则（依次适用第一条符合的）"),
        "flaws": _("原文的疏漏与所取读法"),
        "none": _("没有。"),
        "line": _("行"),
        "flaw": _("疏漏"),
        "reading": _("读法"),
        "same": _("数值没有不同。"),
        "standard": _("标准"),
        "old": _("原"),
        "new": _("新"),
    }
