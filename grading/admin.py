"""Rulebooks, verdicts and the history of grades in the admin: looked at, never edited."""

from typing import Any

from django.contrib import admin
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from grading import presenters, queries
from grading.models import GradeRecord, RulebookVersion, Verdict
from grading.rules import wording
from managers.backoffice import LookedAt, ManagerBranchFilter
from managers.session import signed_in

PEOPLE = ("manager__employee_no", "manager__name", "manager__pinyin")
FIND_PEOPLE = _("按工号、姓名或拼音查找")


@admin.register(RulebookVersion)
class RulebookVersionAdmin(LookedAt):
    """The texts of the regulations: every version adopted, and drafts for those whose work they are."""

    seen_with = ("view_people", "open_cycle", "view_appraisals")
    list_display = (
        "title",
        "code",
        "number",
        "state",
        "origin",
        "effective_on",
        "made_by",
        "adopted_by",
        "page",
    )
    list_select_related = queries.RELATED
    list_filter = ("code", "state", "origin")
    search_fields = ("title", "code")
    fields = (
        "title",
        "code",
        "number",
        "state",
        "origin",
        "effective_on",
        "lines",
        "branches",
        "based_on",
        "made_by",
        "made_at",
        "adopted_by",
        "adopted_at",
        "superseded_by",
        "reissue_reason",
        "sha256",
        "content",
    )

    def get_queryset(self, request: Any) -> Any:
        """Only what the reader may read."""
        found = queries.readable(signed_in(request), timezone.localdate()).values("pk")
        return super().get_queryset(request).filter(pk__in=found)

    @admin.display(description=_("数值表"))
    def page(self, row: RulebookVersion) -> str:
        """The way to the clauses, numbers and readings."""
        return format_html('<a href="{}">{}</a>', reverse("rulebook_version", args=[row.pk]), _("查看"))


class OutcomeFilter(admin.SimpleListFilter):
    """The outcomes a rulebook knows, in words."""

    title = _("结论")
    parameter_name = "outcome"

    def lookups(self, request: Any, model_admin: Any) -> list[tuple[str, str]]:
        """Every outcome there is."""
        return [(code, presenters.outcome_word(code)) for code in wording.OUTCOMES]

    def queryset(self, request: Any, queryset: Any) -> Any:
        """Verdicts that came out so."""
        return queryset.filter(outcome=self.value()) if self.value() else queryset


@admin.register(Verdict)
class VerdictAdmin(LookedAt):
    """What the rulebook said of whom, with the evidence it rests on."""

    seen_with = ("view_appraisals",)
    list_display = ("manager", "period", "on", "grade", "proposed", "conclusion", "scheme", "created_at")
    list_select_related = ("manager", "rulebook")
    list_filter = (ManagerBranchFilter, "period", OutcomeFilter)
    search_fields = PEOPLE
    search_help_text = FIND_PEOPLE
    fields = (
        "manager",
        "period",
        "on",
        "grade",
        "proposed",
        "conclusion",
        "why",
        "scheme",
        "run",
        "created_at",
    )

    @admin.display(description=_("现等级"), ordering="grade_code")
    def grade(self, row: Verdict) -> str:
        """The grade held."""
        return presenters.grade_short(queries.rulebook(row.rulebook), row.grade_code)

    @admin.display(description=_("建议等级"), ordering="proposed_grade")
    def proposed(self, row: Verdict) -> str:
        """The grade proposed."""
        return presenters.grade_short(queries.rulebook(row.rulebook), row.proposed_grade)

    @admin.display(description=_("管理办法"), ordering="rulebook")
    def scheme(self, row: Verdict) -> str:
        """The rulebook by its name in the reader's language, and its version."""
        book = queries.rulebook(row.rulebook)
        return f"{presenters.titled(book.scheme)} v{row.rulebook.number}"

    @admin.display(description=_("结论"), ordering="outcome")
    def conclusion(self, row: Verdict) -> str:
        """The outcome in words."""
        return presenters.outcome_word(row.outcome)

    @admin.display(description=_("理由"))
    def why(self, row: Verdict) -> str:
        """Why the rulebook says so."""
        return str(row.result["why_en" if presenters.english() else "why"])


@admin.register(GradeRecord)
class GradeRecordAdmin(LookedAt):
    """The history of grades: appended to, never changed."""

    seen_with = ("view_people",)
    list_select_related = ("manager", "recorded_by")
    list_filter = (ManagerBranchFilter,)
    search_fields = PEOPLE
    search_help_text = FIND_PEOPLE
    fields = ("manager", "grade", "effective_on", "ground", "recorded_by", "recorded_at")

    def get_list_display(self, request: Any) -> tuple[Any, ...]:
        """The columns; the names of the grades are read once for the whole list."""
        names = presenters.grade_names()

        @admin.display(description=_("等级"), ordering="grade_code")
        def grade(row: GradeRecord) -> str:
            return names.get(row.grade_code, row.grade_code)

        return ("manager", grade, "effective_on", "ground", "recorded_by", "recorded_at")

    @admin.display(description=_("等级"))
    def grade(self, row: GradeRecord) -> str:
        """The grade by its name in a scheme that has it."""
        return presenters.grade_names().get(row.grade_code, row.grade_code)

    @admin.display(description=_("依据"))
    def ground(self, row: GradeRecord) -> str:
        """What the record rests on: a bundle or an appraisal."""
        kind, _mark, number = row.basis.partition(":")
        words: dict[str, Any] = {"bundle": _("批次 %(number)s"), "appraisal": _("考核件 %(number)s")}
        return str(words[kind]) % {"number": number} if kind in words else row.basis
