"""Training: plans, sessions, who came, results of exams by the sheet; and certificates."""

from typing import Any, ClassVar

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from managers import history
from managers.models.organisation import Branch
from managers.models.people import ClientManager
from managers.models.scope import PermittedQuerySet, ScopedQuerySet, around, scope_for


def _person(name: Any, *, null: bool = False) -> models.ForeignKey:
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=null, related_name="+", verbose_name=name
    )


class TrainingPlanQuerySet(ScopedQuerySet):
    """Plans of one's branches, and those of the branches above, which hold for one's own as well."""

    def visible_to(self, user: Any, on: Any) -> "TrainingPlanQuerySet":
        """Whoever looks after training there; managers find what concerns them in their own record."""
        return self.filter(around(scope_for(user, "view_training", on), "branch__path"))


class SessionQuerySet(ScopedQuerySet):
    """Sessions of the plans one sees."""

    def visible_to(self, user: Any, on: Any) -> "SessionQuerySet":
        """As their plans are."""
        return self.filter(around(scope_for(user, "view_training", on), "plan__branch__path"))


class OfTraining(PermittedQuerySet):
    """Rows of a manager for whoever looks after training there, and one's own."""

    action = "view_training"


@history.kept(subject="training:{pk}")
class TrainingPlan(models.Model):
    """A course for the managers of a branch and all below it: when, for which lines and grades, how long.

    No lines or no grades named means all of them. `pass_mark` empty means there is no exam; whoever has not
    passed is to sit it again within `retake_days` of the day of the exam.
    """

    class Rhythm(models.TextChoices):
        ONCE = "once", _("一次")
        WEEKLY = "weekly", _("每周")

    title = models.CharField(_("课程"), max_length=120)
    content = models.CharField(_("内容"), max_length=500, blank=True)
    branch = models.ForeignKey(Branch, models.PROTECT, related_name="training", verbose_name=_("机构"))
    lines = models.JSONField(_("条线"), default=list, blank=True)
    grades = models.JSONField(_("等级"), default=list, blank=True)
    rhythm = models.CharField(_("频次"), max_length=8, choices=Rhythm, default=Rhythm.ONCE)
    starts_on = models.DateField(_("起"))
    ends_on = models.DateField(_("止"))
    hours = models.DecimalField(_("每次学时"), max_digits=5, decimal_places=1)
    pass_mark = models.DecimalField(_("合格线"), max_digits=6, decimal_places=2, null=True, blank=True)
    retake_days = models.PositiveSmallIntegerField(_("补考期限（天）"), default=14)
    made_by = _person(_("制定人"))
    made_at = models.DateTimeField(_("制定时间"), auto_now_add=True)
    cancelled_on = models.DateField(_("取消日期"), null=True, blank=True)
    cancelled_by = _person(_("取消人"), null=True)

    objects = TrainingPlanQuerySet.as_manager()

    class Meta:
        verbose_name = _("培训计划")
        verbose_name_plural = _("培训计划")
        ordering = ["-starts_on", "-id"]
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(name="training_dates", condition=Q(ends_on__gte=F("starts_on"))),
            models.CheckConstraint(name="training_hours", condition=Q(hours__gt=0)),
            models.CheckConstraint(name="training_title", condition=~Q(title="")),
            models.CheckConstraint(
                name="training_pass_mark",
                condition=Q(pass_mark__isnull=True) | Q(pass_mark__gt=0, pass_mark__lte=1000),
            ),
            models.CheckConstraint(
                name="training_cancelled_by_somebody",
                condition=Q(cancelled_on__isnull=True, cancelled_by__isnull=True)
                | Q(cancelled_on__isnull=False, cancelled_by__isnull=False),
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="keep", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(name="made_once", exclude=["cancelled_on", "cancelled_by"]),
        ]

    def __str__(self) -> str:
        return self.title


@history.kept(subject="training_session:{pk}")
class TrainingSession(models.Model):
    """One day of a plan. `called_on` is when the roll was first called: from then on it lists who was due."""

    plan = models.ForeignKey(
        TrainingPlan, models.PROTECT, related_name="sessions", verbose_name=_("培训计划")
    )
    held_on = models.DateField(_("日期"))
    place = models.CharField(_("地点"), max_length=120, blank=True)
    called_on = models.DateField(_("点名日期"), null=True, blank=True)

    objects = SessionQuerySet.as_manager()

    class Meta:
        verbose_name = _("培训场次")
        verbose_name_plural = _("培训场次")
        ordering = ["held_on", "id"]
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(name="training_session_a_day", fields=["plan", "held_on"]),
            models.CheckConstraint(
                name="training_called_after",
                condition=Q(called_on__isnull=True) | Q(called_on__gte=F("held_on")),
            ),
        ]
        triggers = [pgtrigger.Protect(name="keep", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.plan} {self.held_on}"


@history.kept()
class Attendance(models.Model):
    """Whether a manager who was due at a session came; `excused` also spares the exam."""

    class Status(models.TextChoices):
        DUE = "due", _("未登记")
        PRESENT = "present", _("出席")
        ABSENT = "absent", _("缺席")
        EXCUSED = "excused", _("免训")

    session = models.ForeignKey(
        TrainingSession, models.PROTECT, related_name="roll", verbose_name=_("培训场次")
    )
    manager = models.ForeignKey(
        ClientManager, models.PROTECT, related_name="attendances", verbose_name=_("客户经理")
    )
    status = models.CharField(_("出席"), max_length=8, choices=Status, default=Status.DUE)
    recorded_by = _person(_("登记人"), null=True)

    objects = OfTraining.as_manager()

    class Meta:
        verbose_name = _("培训出席")
        verbose_name_plural = _("培训出席")
        ordering = ["session", "manager"]
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(name="attendance_once", fields=["session", "manager"]),
            models.CheckConstraint(
                name="attendance_recorded", condition=Q(status="due") | Q(recorded_by__isnull=False)
            ),
        ]
        triggers = [pgtrigger.Protect(name="keep", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.session} · {self.manager}"


@history.kept(subject="training_sheet:{pk}")
class ResultSheet(models.Model):
    """A sheet of results of one session: read and shown first, entered as a whole or not at all, once."""

    session = models.ForeignKey(
        TrainingSession, models.PROTECT, related_name="sheets", verbose_name=_("培训场次")
    )
    exam_on = models.DateField(_("考试日期"))
    file_name = models.CharField(_("文件"), max_length=160)
    rows = models.JSONField(_("成绩行"))
    uploaded_by = _person(_("上传人"))
    uploaded_at = models.DateTimeField(_("上传时间"), auto_now_add=True)
    applied_at = models.DateTimeField(_("登记时间"), null=True)

    class Meta:
        verbose_name = _("培训成绩单")
        verbose_name_plural = _("培训成绩单")
        ordering = ["-id"]
        triggers = [
            pgtrigger.Protect(name="keep", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="once",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__applied_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.session} {self.exam_on}"


@history.kept()
class TrainingResult(models.Model):
    """A manager's result of one exam of a session; a retake is a row of its own. Append-only."""

    session = models.ForeignKey(
        TrainingSession, models.PROTECT, related_name="results", verbose_name=_("培训场次")
    )
    manager = models.ForeignKey(
        ClientManager, models.PROTECT, related_name="training_results", verbose_name=_("客户经理")
    )
    exam_on = models.DateField(_("考试日期"))
    score = models.DecimalField(_("成绩"), max_digits=6, decimal_places=2)
    pass_mark = models.DecimalField(_("合格线"), max_digits=6, decimal_places=2)
    passed = models.BooleanField(_("合格"))
    sheet = models.ForeignKey(ResultSheet, models.PROTECT, related_name="results", verbose_name=_("成绩单"))
    entered_by = _person(_("登记人"))
    entered_at = models.DateTimeField(_("登记时间"), auto_now_add=True)

    objects = OfTraining.as_manager()

    class Meta:
        verbose_name = _("培训成绩")
        verbose_name_plural = _("培训成绩")
        ordering = ["-exam_on", "-id"]
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(name="training_result_once", fields=["session", "manager", "exam_on"]),
            models.CheckConstraint(
                name="training_result_by_mark",
                condition=Q(passed=True, score__gte=F("pass_mark"))
                | Q(passed=False, score__lt=F("pass_mark")),
            ),
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.session} · {self.manager} · {self.score}"


@history.kept(subject="certificate:{pk}")
class Certificate(models.Model):
    """A certificate somebody in the bank has seen: kind, number, when issued, until when, where it is kept.

    It is entered once; all that still happens to it is that it is declared void.
    """

    class Kind(models.TextChoices):
        POST = "post", _("岗位资格证书")
        TRADE = "trade", _("银行业从业资格")
        FUNDS = "funds", _("基金从业资格")
        LAUNDERING = "laundering", _("反洗钱培训证书")
        TRAINER = "trainer", _("内训师证书")
        OTHER = "other", _("其他证书")

    manager = models.ForeignKey(
        ClientManager, models.PROTECT, related_name="certificates", verbose_name=_("客户经理")
    )
    kind = models.CharField(_("种类"), max_length=16, choices=Kind)
    number = models.CharField(_("证书编号"), max_length=60)
    issuer = models.CharField(_("发证机构"), max_length=120)
    issued_on = models.DateField(_("发证日期"))
    expires_on = models.DateField(_("到期日"), null=True, blank=True)
    evidence = models.CharField(_("证据"), max_length=200)
    recorded_by = _person(_("登记人"))
    recorded_at = models.DateTimeField(_("登记时间"), auto_now_add=True)
    voided_on = models.DateField(_("作废日期"), null=True, blank=True)
    voided_at = models.DateTimeField(_("作废登记时间"), null=True, blank=True)
    voided_by = _person(_("作废登记人"), null=True)

    objects = OfTraining.as_manager()

    class Meta:
        verbose_name = _("证书")
        verbose_name_plural = _("证书")
        ordering = ["manager", "-issued_on", "-id"]
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(name="certificate_number", fields=["kind", "number"]),
            models.CheckConstraint(
                name="certificate_dates",
                condition=Q(expires_on__isnull=True) | Q(expires_on__gt=F("issued_on")),
            ),
            models.CheckConstraint(
                name="certificate_has_evidence", condition=~Q(number="") & ~Q(issuer="") & ~Q(evidence="")
            ),
            models.CheckConstraint(
                name="certificate_voided",
                condition=Q(voided_on__isnull=True, voided_at__isnull=True, voided_by__isnull=True)
                | Q(voided_on__gte=F("issued_on"), voided_at__isnull=False, voided_by__isnull=False),
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="keep", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(name="seen_once", exclude=["voided_on", "voided_at", "voided_by"]),
            pgtrigger.Protect(
                name="voided_once",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__voided_on__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.number}"
