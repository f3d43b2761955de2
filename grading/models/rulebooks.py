"""RulebookVersion: a regulation from draft to adoption, read-only ever after."""

import functools
import operator
from typing import Any

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, transition

from managers import history

#: What a version says and who says so: changed while it is a draft, never afterwards.
TEXT = (
    "code",
    "number",
    "origin",
    "title",
    "content",
    "sha256",
    "lines",
    "branches",
    "based_on",
    "made_by",
    "made_at",
)
#: What is added on the way to the decision, and fixed with it.
DECISION = (
    "effective_on",
    "adopted_by",
    "adopted_at",
    "warnings",
    "simulation",
    "reissue_reason",
    "reissue_changes",
)


def _changed(*names: str) -> Any:
    """The condition of a trigger: one of these columns gets another value."""
    each = (pgtrigger.Q(**{f"old__{name}__df": pgtrigger.F(f"new__{name}")}) for name in names)
    return functools.reduce(operator.or_, each)


@history.kept(subject="rulebook:{pk}", left_out=("content", "simulation"))
class RulebookVersion(models.Model):
    """One text of a regulation: drafted, checked and simulated by its maker, adopted by a second person.

    It holds for business dates from `effective_on` until a later version of the same code takes over
    (`superseded_by`), in the lines and branches listed; none listed means all. A `shipped` version comes
    with the product and stands in until the bank adopts its own. Only `grading.services` moves it.
    """

    class Origin(models.TextChoices):
        SHIPPED = "shipped", _("随产品提供")
        PUBLISHED = "published", _("本行发布")

    class State(models.TextChoices):
        DRAFT = "draft", _("起草中")
        CHECKED = "checked", _("已核对")
        SIMULATED = "simulated", _("已试算")
        ADOPTED = "adopted", _("已通过")
        SUPERSEDED = "superseded", _("已被取代")
        WITHDRAWN = "withdrawn", _("已撤回")

    #: The states in which a version counts for some day; a superseded one until the day of its successor.
    COUNTING = (State.ADOPTED, State.SUPERSEDED)
    #: The states before anybody has decided on it.
    OPEN = (State.DRAFT, State.CHECKED, State.SIMULATED)

    code = models.CharField(_("办法代码"), max_length=60)
    number = models.PositiveIntegerField(_("版本"))
    origin = models.CharField(_("来源"), max_length=16, choices=Origin)
    state = FSMField(_("状态"), default=State.DRAFT, choices=State.choices, protected=True)
    state_since = models.DateTimeField(_("进入状态时间"), default=timezone.now)
    title = models.CharField(_("名称"), max_length=120)
    content = models.TextField(_("正文"))
    sha256 = models.CharField(_("摘要"), max_length=64)
    lines = ArrayField(models.CharField(max_length=64), verbose_name=_("适用条线"), default=list, blank=True)
    branches = ArrayField(
        models.CharField(max_length=64), verbose_name=_("适用机构"), default=list, blank=True
    )
    effective_on = models.DateField(_("生效日"))
    based_on = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="drafts", verbose_name=_("依据版本")
    )
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("起草人")
    )
    made_at = models.DateTimeField(_("起草时间"), auto_now_add=True)
    adopted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("通过人")
    )
    adopted_at = models.DateTimeField(_("通过时间"), null=True)
    superseded_by = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("取代版本")
    )
    warnings = models.JSONField(_("核对提示"), default=list)
    simulation = models.JSONField(_("试算摘要"), null=True)
    reissue_reason = models.TextField(_("追溯原因"), blank=True)
    reissue_changes = models.JSONField(_("追溯影响"), null=True)

    class Meta:
        verbose_name = _("管理办法版本")
        verbose_name_plural = _("管理办法版本")
        ordering = ["code", "-number"]
        indexes = [
            models.Index(fields=["code", "origin", "-effective_on", "-number"], name="rulebook_in_force")
        ]
        constraints = [
            models.UniqueConstraint(name="rulebook_version_key", fields=["code", "number"]),
            models.CheckConstraint(
                name="rulebook_two_people",
                condition=Q(
                    origin="shipped",
                    state__in=["adopted", "superseded"],
                    made_by__isnull=True,
                    adopted_by__isnull=True,
                )
                | Q(
                    origin="published",
                    state__in=["draft", "checked", "simulated", "withdrawn"],
                    made_by__isnull=False,
                    adopted_by__isnull=True,
                    adopted_at__isnull=True,
                )
                | (
                    Q(
                        origin="published",
                        state__in=["adopted", "superseded"],
                        made_by__isnull=False,
                        adopted_by__isnull=False,
                        adopted_at__isnull=False,
                    )
                    & ~Q(made_by=F("adopted_by"))
                ),
            ),
            models.CheckConstraint(
                name="rulebook_superseded_by_one",
                condition=Q(state="superseded", superseded_by__isnull=False)
                | (~Q(state="superseded") & Q(superseded_by__isnull=True)),
            ),
            models.CheckConstraint(
                name="rulebook_reissue_has_reason",
                condition=Q(reissue_changes__isnull=True) | Q(reissue_reason__gt=""),
            ),
        ]
        triggers = [
            pgtrigger.FSM(
                name="state_machine",
                field="state",
                transitions=[
                    ("draft", "checked"),
                    ("checked", "simulated"),
                    ("simulated", "adopted"),
                    ("adopted", "superseded"),
                    ("checked", "draft"),
                    ("simulated", "draft"),
                    ("draft", "withdrawn"),
                    ("checked", "withdrawn"),
                    ("simulated", "withdrawn"),
                ],
            ),
            pgtrigger.Protect(name="keep", operation=pgtrigger.Delete),
            # Being superseded is the one thing that still happens to what was adopted.
            pgtrigger.Protect(
                name="fixed_when_decided",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__state__in=["adopted", "superseded", "withdrawn"])
                & _changed(*TEXT, *DECISION),
            ),
            pgtrigger.Protect(
                name="text_only_while_draft",
                operation=pgtrigger.Update,
                condition=~pgtrigger.Q(old__state="draft") & _changed(*TEXT),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} v{self.number}"

    @transition(field=state, source=State.DRAFT, target=State.CHECKED)
    def mark_checked(self) -> None:
        """The text is free of errors; its flaws are listed."""

    @transition(field=state, source=State.CHECKED, target=State.SIMULATED)
    def mark_simulated(self) -> None:
        """Somebody has seen what it would have meant for past periods."""

    @transition(field=state, source=State.SIMULATED, target=State.ADOPTED)
    def adopt(self) -> None:
        """A second person puts it in force from a day on."""

    @transition(field=state, source=State.ADOPTED, target=State.SUPERSEDED)
    def supersede(self) -> None:
        """A later version takes over all it covers."""

    @transition(field=state, source=[State.CHECKED, State.SIMULATED], target=State.DRAFT)
    def revise(self) -> None:
        """Back to the draft, to be changed and then checked and simulated anew."""

    @transition(field=state, source=OPEN, target=State.WITHDRAWN)
    def withdraw(self) -> None:
        """Nobody goes on with it; it stays to be read."""
