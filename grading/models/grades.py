"""GradeRecord and GradeChange: the grade on every day, and how each change of it came about."""

from typing import Any, ClassVar

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, transition

from managers import history
from managers.models import ClientManager, Qualification
from managers.models.scope import ManagerScoped


@history.kept()
class GradeRecord(models.Model):
    """The grade of a manager from `effective_on` on. The latest record up to a day holds on that day.

    An empty code says that no grade is held from that day on: readers take it for having none.

    Records are written one transaction after the other, so that they show in the order of their ids: a
    reader of the stream of changes who goes on after the last id seen misses none.
    """

    manager = models.ForeignKey(
        ClientManager, models.PROTECT, related_name="grade_records", verbose_name=_("客户经理")
    )
    grade_code = models.CharField(_("等级"), max_length=32, blank=True)
    effective_on = models.DateField(_("生效日"))
    basis = models.CharField(_("依据"), max_length=200)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("登记人"),
    )
    recorded_at = models.DateTimeField(_("登记时间"), auto_now_add=True)

    objects = ManagerScoped.as_manager()

    class Meta:
        verbose_name = _("等级记录")
        verbose_name_plural = _("等级记录")
        ordering = ["manager", "effective_on", "id"]
        indexes = [models.Index(fields=["manager", "-effective_on", "-id"], name="grade_on_a_day")]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
            pgtrigger.Trigger(
                name="in_order",
                level=pgtrigger.Statement,
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                # Ids are drawn after this and the lock is held to the end of the transaction.
                func="PERFORM pg_advisory_xact_lock(hashtext('grading_graderecord')); RETURN NULL;",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.manager} · {self.effective_on}"


@history.kept(subject="grade_change:{pk}")
class GradeChange(models.Model):
    """One change of a manager's grade: proposed by one person, approved by another, effective on its day.

    Becoming effective writes the `record`; an empty `to_grade` is a removal. Only
    `grading.services.changes` moves it.
    """

    class Kind(models.TextChoices):
        APPOINT = "appoint", _("聘任")
        PROMOTE = "promote", _("晋升")
        DEMOTE = "demote", _("降级")
        REMOVE = "remove", _("解聘")
        EXTEND = "extend", _("续聘")
        CORRECT = "correct", _("更正")

    class State(models.TextChoices):
        PROPOSED = "proposed", _("已提议")
        APPROVED = "approved", _("已批准")
        SCHEDULED = "scheduled", _("待生效")
        EFFECTIVE = "effective", _("已生效")
        STAYED = "stayed", _("暂缓")
        CANCELLED = "cancelled", _("已取消")

    #: The states in which the change may still come about.
    OPEN = (State.PROPOSED, State.APPROVED, State.SCHEDULED, State.STAYED)

    manager = models.ForeignKey(
        ClientManager, models.PROTECT, related_name="grade_changes", verbose_name=_("客户经理")
    )
    kind = models.CharField(_("类别"), max_length=16, choices=Kind)
    scheme = models.CharField(_("管理办法"), max_length=60, blank=True)
    from_grade = models.CharField(_("原等级"), max_length=32, blank=True)
    to_grade = models.CharField(_("新等级"), max_length=32, blank=True)
    authority = models.CharField(_("批准机关"), max_length=32, blank=True)
    leapfrog = models.BooleanField(_("越级"), default=False)
    effective_on = models.DateField(_("生效日"))
    term_ends_on = models.DateField(_("聘期止"), null=True, blank=True)
    state = FSMField(_("状态"), default=State.PROPOSED, choices=State.choices, protected=True)
    state_since = models.DateTimeField(_("进入状态时间"), default=timezone.now)
    basis = models.CharField(_("依据"), max_length=200)
    reason = models.TextField(_("理由"), blank=True)
    qualification = models.ForeignKey(
        Qualification,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="grade_changes",
        verbose_name=_("资格认定"),
    )
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("提议人")
    )
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("批准人")
    )
    record = models.OneToOneField(
        GradeRecord,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="change",
        verbose_name=_("等级记录"),
    )
    made_at = models.DateTimeField(_("提议时间"), auto_now_add=True)

    objects = ManagerScoped.as_manager()

    class Meta:
        verbose_name = _("等级变动")
        verbose_name_plural = _("等级变动")
        ordering = ["-effective_on", "-id"]
        indexes = [models.Index(fields=["state", "effective_on"], name="grade_change_due")]
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(
                name="grade_change_kind_known",
                condition=Q(kind__in=["appoint", "promote", "demote", "remove", "extend", "correct"]),
            ),
            models.CheckConstraint(
                name="grade_change_two_people",
                condition=~Q(proposed_by=F("approved_by"))
                & (
                    Q(state__in=["proposed", "stayed", "cancelled"])
                    | Q(proposed_by__isnull=False, approved_by__isnull=False)
                ),
            ),
            models.CheckConstraint(
                name="grade_change_effective_has_record",
                condition=Q(state="effective", record__isnull=False)
                | (~Q(state="effective") & Q(record__isnull=True)),
            ),
            models.CheckConstraint(
                name="grade_change_removal_is_empty",
                condition=Q(kind="remove", to_grade="") | (~Q(kind="remove") & ~Q(to_grade="")),
            ),
            models.CheckConstraint(
                name="grade_change_leapfrog_has_reason", condition=Q(leapfrog=False) | ~Q(reason="")
            ),
            models.UniqueConstraint(
                name="grade_change_one_proposed", fields=["manager"], condition=Q(state="proposed")
            ),
        ]
        triggers = [
            pgtrigger.FSM(
                name="state_machine",
                field="state",
                transitions=[
                    ("proposed", "approved"),
                    ("approved", "scheduled"),
                    ("scheduled", "effective"),
                    ("approved", "stayed"),
                    ("scheduled", "stayed"),
                    ("stayed", "scheduled"),
                    ("proposed", "cancelled"),
                    ("approved", "cancelled"),
                    ("scheduled", "cancelled"),
                    ("stayed", "cancelled"),
                ],
            ),
            pgtrigger.Protect(name="keep", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="fixed_when_over",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__state__in=["effective", "cancelled"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.manager} · {self.get_kind_display()} · {self.effective_on}"

    @transition(field=state, source=State.PROPOSED, target=State.APPROVED)
    def approve(self) -> None:
        """The authority for the grade agrees."""

    @transition(field=state, source=State.APPROVED, target=State.SCHEDULED)
    def schedule(self) -> None:
        """It takes effect on its day."""

    @transition(field=state, source=State.SCHEDULED, target=State.EFFECTIVE)
    def take_effect(self) -> None:
        """Its day has come, the record is written."""

    @transition(field=state, source=[State.APPROVED, State.SCHEDULED], target=State.STAYED)
    def stay(self) -> None:
        """Held back, by an appeal or because the ground has moved."""

    @transition(field=state, source=State.STAYED, target=State.SCHEDULED)
    def resume(self) -> None:
        """No longer held back."""

    @transition(field=state, source=list(OPEN), target=State.CANCELLED)
    def cancel(self) -> None:
        """It will not come about."""
