"""What pages show of qualifications and grade changes: tags, steps, evidence, consequences, in words."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from grading import books, presenters, queries, standings
from grading.models import GradeChange
from grading.rules import careers
from grading.rules.schema import Rulebook
from grading.services import changes
from grading.services.authorities import authority_name
from managers.models import LogEntry, Qualification, User
from managers.permissions import may
from managers.services.stepping import Procedure, objection, subject

QUALIFICATION_TAGS = {
    "applied": "info",
    "screened": "info",
    "examined": "info",
    "recognised": "met",
    "appointed": "ok",
    "failed": "not_met",
    "rejected": "not_met",
    "withdrawn": "quiet",
    "expired": "attention",
    "revoked": "veto",
}
CHANGE_TAGS = {
    "proposed": "info",
    "approved": "info",
    "scheduled": "info",
    "effective": "ok",
    "stayed": "attention",
    "cancelled": "quiet",
}
#: The states in which a change has a letter, and those in which the person concerned has it.
LETTER_STATES = ("approved", "scheduled", "effective")
OWN_LETTER_STATES = LETTER_STATES[1:]
CHECK_TAGS = {"met": "met", "seen": "met", "later": "quiet", "not_met": "not_met", "undecided": "missing"}
CHECK_WORDS = {
    "met": gettext_lazy("达到"),
    "seen": gettext_lazy("已核验材料"),
    "later": gettext_lazy("由后续步骤确认"),
    "not_met": gettext_lazy("未达到"),
    "undecided": gettext_lazy("没有证据"),
}
PAPER_WORDS = {
    "education": gettext_lazy("学历或职称证书"),
    "conduct": gettext_lazy("无违规违纪证明"),
}
ACTIVITIES = {"credit": gettext_lazy("信贷业务")}


class Names:
    """What the reader calls grades and schemes; the rulebooks in force are read once for a whole page."""

    def __init__(self, on: date) -> None:
        self.books: dict[str, Rulebook] = {
            version.code: queries.rulebook(version) for version in standings.schemes(on)
        }

    def scheme(self, code: str) -> str:
        """A scheme by its code."""
        book = self.books.get(code)
        return presenters.titled(book.scheme) if book is not None else code

    def grade(self, scheme: str, code: str) -> str:
        """A grade of a scheme; "—" for none, its code where the scheme has no such rung."""
        book = self.books.get(scheme)
        if not code:
            return "—"
        return presenters.grade_short(book, code) if book is not None else self.anywhere(code)

    def anywhere(self, code: str) -> str:
        """A grade of whichever scheme has it."""
        found = (presenters.grade_short(book, code) for book in self.books.values() if _has(book, code))
        return next(found, code) if code else "—"


def _has(book: Rulebook, code: str) -> bool:
    return any(each.code == code for each in book.grades)


def qualification_row(row: Qualification, names: Names) -> dict[str, Any]:
    """One qualification in a list or at the head of its page."""
    return {
        "row": row,
        "url": reverse("qualification", args=[row.pk]),
        "manager": row.manager,
        "grade": names.grade(row.scheme, row.grade_code),
        "scheme": names.scheme(row.scheme),
        "tone": QUALIFICATION_TAGS[row.state],
        "state_word": row.get_state_display(),
        "authority": authority_name(row.approver, "recognise"),
    }


def change_rows(rows: Iterable[GradeChange], names: Names) -> list[dict[str, Any]]:
    """Changes of grade in a list; what they rest on is read once for all of them."""
    found = list(rows)
    bases = basis_words(row.basis for row in found)
    return [_change(row, names) | {"basis": bases[row.basis]} for row in found]


def change_row(row: GradeChange, names: Names) -> dict[str, Any]:
    """One change of grade at the head of its page."""
    return change_rows([row], names)[0]


def _change(row: GradeChange, names: Names) -> dict[str, Any]:
    return {
        "row": row,
        "url": reverse("grade_change", args=[row.pk]),
        "manager": row.manager,
        "from": names.grade(row.scheme, row.from_grade),
        "to": names.grade(row.scheme, row.to_grade),
        "tone": CHANGE_TAGS[row.state],
        "state_word": row.get_state_display(),
        "kind": row.get_kind_display(),
        "authority": authority_name(row.authority, "approve"),
    }


def has_letter(row: GradeChange, *, own: bool) -> bool:
    """Whether there is a letter of a change for a reader."""
    return row.state in (OWN_LETTER_STATES if own else LETTER_STATES)


Namer = Callable[[Collection[str]], Mapping[str, str]]
#: What the numbers of a kind of basis are called, by the apps that know.
_NAMERS: dict[str, Namer] = {}


def name_bases(kind: str, namer: Namer) -> None:
    """Another app says what its numbers are called; asked for many at once."""
    _NAMERS[kind] = namer


def basis_words(bases: Iterable[str]) -> dict[str, str]:
    """What records and changes rest on, in words, by basis."""
    wanted = set(bases)
    numbers: dict[str, set[str]] = {}
    for kind, _colon, number in (basis.partition(":") for basis in wanted):
        numbers.setdefault(kind, set()).add(number)
    named = {
        f"{kind}:{number}": text
        for kind, namer in _NAMERS.items()
        if kind in numbers
        for number, text in namer(numbers[kind]).items()
    }
    return {basis: named.get(basis) or _basis_word(basis) for basis in wanted}


def _basis_word(basis: str) -> str:
    kind, _colon, number = basis.partition(":")
    words = {
        "bundle": _("名册批次 %(no)s"),
        "appraisal": _("考核 %(no)s"),
        "qualification": _("资格认定 %(no)s"),
        "grade_change": _("等级变动 %(no)s"),
        "proposal": _("人力提议"),
    }
    return words[kind] % {"no": number} if kind in words else basis


def checks(rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The lines of a screening: what is asked, how it stands, the figure, the article."""
    return [
        {
            "code": row["code"],
            "title": _check_title(row),
            "tone": CHECK_TAGS[row["outcome"]],
            "word": str(CHECK_WORDS[row["outcome"]]),
            "figure": _figure(row),
            "cites": row.get("cites", ""),
            "open": row["outcome"] == "undecided" and not row.get("paper"),
        }
        for row in rows
    ]


def _check_title(row: Mapping[str, Any]) -> str:
    if row.get("paper"):
        return str(PAPER_WORDS[row["code"]])
    title = row["title_en"] if presenters.english() and row["title_en"] else row["title"]
    return title or presenters.metric_title(row["metric"])


def _figure(row: Mapping[str, Any]) -> str:
    """The value held against what is asked, where both are numbers one can read."""
    if row.get("paper") or row["value"] is None or row["threshold"] is None:
        return ""
    if row["unit"] in ("flag", "number"):
        return ""
    return f"{row['value']} / {row['threshold']} {books.unit_word(row['unit'])}"


def trail(procedure: Procedure, row: Any, *, named: bool) -> list[dict[str, Any]]:
    """What happened to a row, out of the log; unless `named`, without the people."""
    found = LogEntry.objects.filter(subject=subject(procedure, row)).exclude(action__startswith="print_")
    found = found.select_related("by", "on_behalf_of")
    return [_told(procedure, entry, named=named) for entry in found.order_by("id")]


def _told(procedure: Procedure, entry: LogEntry, *, named: bool) -> dict[str, Any]:
    name = entry.action.removesuffix(f"_{procedure.kind}")
    failed = name in ("reject", "fail_exam", "revoke", "cancel")
    return {
        "label": str(procedure.words.get(name, name)),
        "state": "failed" if failed else "done",
        "at": entry.at,
        "by": _who(entry) if named else "",
        "note": entry.reason,
    }


def _who(entry: LogEntry) -> str:
    if entry.by is None:
        return _("系统")
    if entry.on_behalf_of is None:
        return str(entry.by)
    return _("%(who)s（代 %(holder)s）") % {"who": entry.by, "holder": entry.on_behalf_of}


def consequences(change: GradeChange) -> list[str]:
    """What follows from a change, in sentences; from the rulebook in force on its day."""
    book = changes.book_of(change)
    if book is None:
        return []
    found = careers.follows(book, change.from_grade, change.to_grade, change.effective_on)
    return [*_term(change), *(_sentence(each, change.effective_on) for each in found)]


def _term(change: GradeChange) -> Iterator[str]:
    if change.term_ends_on is not None:
        words = {"from": change.effective_on, "to": change.term_ends_on}
        yield _("聘期：%(from)s 至 %(to)s") % words


def _sentence(each: careers.Follows, on: date) -> str:
    words = {
        "day": on,
        "before": amount_word(each.before),
        "after": amount_word(each.after),
        "what": activity_words(each.words),
    }
    return _SENTENCES[each.code] % words


def activity_words(codes: Iterable[str]) -> str:
    """Activities by their codes, as one text."""
    return (", " if presenters.english() else "、").join(str(ACTIVITIES.get(code, code)) for code in codes)


def amount_word(value: Any) -> str:
    """Whole yuan of an allowance or authority; 无 for none."""
    return _("无") if value is None else f"{value:,.0f}"


_SENTENCES: Mapping[str, Any] = {
    "allowance": gettext_lazy("业务费用包干：自 %(day)s 起每月 %(before)s → %(after)s 元"),
    "lending": gettext_lazy("单户贷款受理权限：%(before)s → %(after)s 元，须同步调整授权"),
    "forbidden": gettext_lazy("自 %(day)s 起不得独立办理%(what)s；名下相关业务须移交"),
    "allowed": gettext_lazy("自 %(day)s 起可以办理%(what)s"),
    "handover": gettext_lazy("名下客户须全部移交；转内勤岗位"),
    "training": gettext_lazy("安排新等级的岗位培训"),
}


def forms(procedure: Procedure, row: Any, steps: Mapping[str, str], *, by: User, on: date) -> dict[str, Any]:
    """The steps the state allows, each with what stands against this person taking it ("" for nothing).

    `theirs` says whether a role of the person takes such steps here at all.
    """
    available = {each.name for each in getattr(row, f"get_available_{procedure.column}_transitions")()}
    return {
        name: {
            "word": str(procedure.words[name]),
            "why": objection(procedure, name, row, by=by, on=on, action=action),
            "theirs": may(by, action, on=on, about=row.manager),
        }
        for name, action in steps.items()
        if name in available
    }


def refusals(steps: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Why a person may not take what would be theirs to take; others need not read it."""
    return sorted({each["why"] for each in steps.values() if each["why"] and each["theirs"]})
