"""聘任书 and 等级调整通知: what a change of grade says to the person, and what follows from it."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from appraisal.papers import numbers
from appraisal.papers.sheets import AppointmentLetter, Fact, Head
from grading import career_presenters as words
from grading import presenters
from grading.models import GradeChange
from grading.rules import careers
from grading.services import changes
from grading.services.authorities import authority_name
from managers.models import LogEntry

Kind = GradeChange.Kind
TITLES: Mapping[str, Any] = {
    Kind.APPOINT: gettext_lazy("聘任书"),
    Kind.EXTEND: gettext_lazy("续聘书"),
    Kind.PROMOTE: gettext_lazy("等级调整通知书"),
    Kind.DEMOTE: gettext_lazy("等级调整通知书"),
    Kind.CORRECT: gettext_lazy("等级更正通知书"),
    Kind.REMOVE: gettext_lazy("解聘通知书"),
}
OPENINGS: Mapping[str, Any] = {
    Kind.APPOINT: gettext_lazy("经资格认定和批准，兹聘任您为%(to)s，自 %(day)s 起任职。"),
    Kind.EXTEND: gettext_lazy("经批准，兹续聘您为%(to)s，自 %(day)s 起续任。"),
    Kind.PROMOTE: gettext_lazy("经批准，您的等级自 %(day)s 起由%(from)s晋升为%(to)s。"),
    Kind.DEMOTE: gettext_lazy("经批准，您的等级自 %(day)s 起由%(from)s调整为%(to)s。"),
    Kind.CORRECT: gettext_lazy("经核实，您的等级自 %(day)s 起由%(from)s更正为%(to)s。"),
    Kind.REMOVE: gettext_lazy("经批准，自 %(day)s 起解除您的%(from)s聘任。"),
}
#: What follows from a change: what it is called, and what it says.
FOLLOWS: Mapping[str, tuple[Any, Any]] = {
    "allowance": (
        gettext_lazy("业务费用包干"),
        gettext_lazy("自 %(day)s 起每月 %(before)s → %(after)s 元"),
    ),
    "lending": (
        gettext_lazy("单户贷款受理权限"),
        gettext_lazy("%(before)s → %(after)s 元，授权随之调整"),
    ),
    "forbidden": (
        gettext_lazy("业务限制"),
        gettext_lazy("自 %(day)s 起不得独立办理%(what)s；名下相关业务须移交"),
    ),
    "allowed": (gettext_lazy("业务权限"), gettext_lazy("自 %(day)s 起可以办理%(what)s")),
    "handover": (gettext_lazy("客户移交"), gettext_lazy("名下客户须全部移交；转内勤岗位")),
    "training": (gettext_lazy("培训"), gettext_lazy("参加新等级的岗位培训")),
}


def grade_letter(change: GradeChange) -> AppointmentLetter:
    """The letter of an approved change, dated on its approval, in the language that is active."""
    named = {
        "from": _grade(change, change.from_grade),
        "to": _grade(change, change.to_grade),
        "day": change.effective_on.isoformat(),
    }
    who = change.manager
    addressee = _("%(name)s（工号 %(number)s，%(branch)s）")
    return AppointmentLetter(
        head=_head(change),
        addressee=addressee % {"name": who.name, "number": who.employee_no, "branch": who.branch.name},
        opening=OPENINGS[change.kind] % named,
        facts=tuple(_facts(change)),
        follows=tuple(_follows(change)),
        closing=_closing(change),
        office=_("人力资源部"),
    )


def _head(change: GradeChange) -> Head:
    on = _approved_on(change)
    return Head(
        bank=str(settings.BANK_NAME),
        title=str(TITLES[change.kind]),
        number=numbers.appointment(change.pk, on),
        on=on,
        language="en" if presenters.english() else get_language() or "zh-hans",
    )


def _approved_on(change: GradeChange) -> date:
    """The day of its approval; the day it was entered where it came with a decision."""
    entries = LogEntry.objects.filter(subject=f"grade_change:{change.pk}", action="approve_grade_change")
    at = entries.order_by("-id").values_list("at", flat=True).first()
    return timezone.localtime(at or change.made_at).date()


def _grade(change: GradeChange, code: str) -> str:
    """The full title of a grade; — for none."""
    book = changes.book_of(change)
    rungs = book.grades if book is not None else ()
    return next((presenters.titled(each) for each in rungs if each.code == code), code) or "—"


def _facts(change: GradeChange) -> Iterator[Fact]:
    yield _("类别"), str(change.get_kind_display())
    yield _("条线"), str(change.manager.get_line_display())
    yield _("原等级"), _grade(change, change.from_grade)
    yield _("新等级"), _grade(change, change.to_grade)
    yield _("生效日"), change.effective_on.isoformat()
    if change.term_ends_on is not None:
        yield _("聘期至"), change.term_ends_on.isoformat()
    yield _("批准机关"), authority_name(change.authority, "approve")
    yield _("依据"), words.basis_words([change.basis])[change.basis]
    if change.reason:
        yield _("理由"), change.reason


def _follows(change: GradeChange) -> Iterator[Fact]:
    book = changes.book_of(change)
    if book is None:
        return
    for each in careers.follows(book, change.from_grade, change.to_grade, change.effective_on):
        item, sentence = FOLLOWS[each.code]
        said = {
            "day": change.effective_on.isoformat(),
            "before": words.amount_word(each.before),
            "after": words.amount_word(each.after),
            "what": words.activity_words(each.words),
        }
        yield str(item), sentence % said


def _closing(change: GradeChange) -> str:
    if change.kind in (Kind.APPOINT, Kind.EXTEND, Kind.PROMOTE):
        return _("望恪尽职守，合规展业。")
    return _("如有异议，可以向人力资源部书面提出；出自考核决定的，按决定通知书所载的期限申诉。")
