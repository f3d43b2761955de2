"""Qualification, DocumentCheck and ExamBatch: being found fit for a grade, and the evidence it rests on."""

from typing import Any, ClassVar

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, transition

from managers import history
from managers.models.people import ClientManager
from managers.models.scope import ManagerScoped


def _person(name: Any) -> models.ForeignKey:
    """Who took a step; empty until it is taken."""
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=name
    )


@history.kept(subject="qualification:{pk}")
class Qualification(models.Model):
    """One manager on the way to one grade of one scheme: applied, screened, examined, recognised, appointed.

    Only `grading.services.qualifying` moves it. `screening` lists every condition with its evidence as it
    stood when it was screened; `rulebook` names the text that was applied (code and number).
    """

    class State(models.TextChoices):
        APPLIED = "applied", _("已申请")
        SCREENED = "screened", _("资格已审查")
        EXAMINED = "examined", _("考试合格")
        RECOGNISED = "recognised", _("已认定")
        APPOINTED = "appointed", _("已聘任")
        FAILED = "failed", _("考试未合格")
        REJECTED = "rejected", _("未获认定")
        WITHDRAWN = "withdrawn", _("已撤回")
        EXPIRED = "expired", _("证书已到期")
        REVOKED = "revoked", _("已撤销")

    #: The states in which somebody still has a step to take.
    OPEN = (State.APPLIED, State.SCREENED, State.EXAMINED, State.RECOGNISED)
    #: The states in which the certificate holds.
    HELD = (State.RECOGNISED, State.APPOINTED)

    manager = models.ForeignKey(
        ClientManager, models.PROTECT, related_name="qualifications", verbose_name=_("客户经理")
    )
    scheme = models.CharField(_("管理办法"), max_length=60)
    rulebook = models.CharField(_("办法版本"), max_length=80)
    grade_code = models.CharField(_("申请等级"), max_length=32)
    approver = models.CharField(_("认定机关"), max_length=32)
    leapfrog = models.BooleanField(_("越级"), default=False)
    state = FSMField(_("状态"), default=State.APPLIED, choices=State.choices, protected=True)
    state_since = models.DateTimeField(_("进入状态时间"), default=timezone.now)
    applied_on = models.DateField(_("申请日期"))
    applied_by = _person(_("申请人"))
    reason = models.TextField(_("申请理由"), blank=True)
    screening = models.JSONField(_("审查清单"), default=list)
    screened_by = _person(_("审查人"))
    exam_name = models.CharField(_("考试"), max_length=120, blank=True)
    exam_on = models.DateField(_("考试日期"), null=True)
    score = models.DecimalField(_("成绩"), max_digits=6, decimal_places=2, null=True)
    pass_mark = models.DecimalField(_("合格线"), max_digits=6, decimal_places=2, null=True)
    examined_by = _person(_("登记成绩人"))
    certificate_no = models.CharField(_("证书编号"), max_length=60, unique=True, null=True)
    issued_on = models.DateField(_("发证日期"), null=True)
    expires_on = models.DateField(_("证书到期日"), null=True)
    recognised_by = _person(_("认定人"))
    appointed_by = _person(_("聘任人"))
    appointed_on = models.DateField(_("聘任日期"), null=True)
    term_ends_on = models.DateField(_("聘期止"), null=True)

    objects = ManagerScoped.as_manager()

    class Meta:
        verbose_name = _("资格认定")
        verbose_name_plural = _("资格认定")
        ordering = ["-applied_on", "-id"]
        indexes = [models.Index(fields=["state", "state_since"], name="qualification_queue")]
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                name="qualification_one_open",
                fields=["manager", "scheme"],
                condition=Q(state__in=["applied", "screened", "examined", "recognised"]),
            ),
            models.CheckConstraint(
                name="qualification_separate_people",
                condition=~Q(recognised_by=F("screened_by"))
                & ~Q(recognised_by=F("examined_by"))
                & ~Q(recognised_by=F("appointed_by"))
                & ~Q(recognised_by=F("applied_by")),
            ),
            models.CheckConstraint(
                name="qualification_certificate",
                condition=~Q(state__in=["recognised", "appointed", "expired", "revoked"])
                | Q(
                    certificate_no__gt="",
                    issued_on__isnull=False,
                    expires_on__gt=F("issued_on"),
                    recognised_by__isnull=False,
                ),
            ),
            models.CheckConstraint(
                name="qualification_passed",
                condition=~Q(state__in=["examined", "recognised", "appointed"])
                | Q(score__gte=F("pass_mark"), exam_on__isnull=False),
            ),
            models.CheckConstraint(
                name="qualification_leapfrog_has_reason", condition=Q(leapfrog=False) | ~Q(reason="")
            ),
        ]
        triggers = [
            pgtrigger.FSM(
                name="state_machine",
                field="state",
                transitions=[
                    ("applied", "screened"),
                    ("screened", "examined"),
                    ("screened", "failed"),
                    ("examined", "recognised"),
                    ("recognised", "appointed"),
                    ("applied", "rejected"),
                    ("screened", "rejected"),
                    ("examined", "rejected"),
                    ("applied", "withdrawn"),
                    ("screened", "withdrawn"),
                    ("examined", "withdrawn"),
                    ("recognised", "withdrawn"),
                    ("recognised", "expired"),
                    ("appointed", "expired"),
                    ("recognised", "revoked"),
                    ("appointed", "revoked"),
                ],
            ),
            pgtrigger.Protect(name="keep", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.manager} · {self.grade_code}"

    @transition(field=state, source=State.APPLIED, target=State.SCREENED)
    def screen(self) -> None:
        """Every condition of entry has been looked at with its evidence, and none stands against it."""

    @transition(field=state, source=State.SCREENED, target=State.EXAMINED)
    def pass_exam(self) -> None:
        """The score reaches the pass mark."""

    @transition(field=state, source=State.SCREENED, target=State.FAILED)
    def fail_exam(self) -> None:
        """Below the pass mark; a new application is possible after the rulebook's wait."""

    @transition(field=state, source=State.EXAMINED, target=State.RECOGNISED)
    def recognise(self) -> None:
        """The authority for the grade finds the manager fit and a certificate is issued."""

    @transition(field=state, source=State.RECOGNISED, target=State.APPOINTED)
    def appoint(self) -> None:
        """The grade is given, for a term."""

    @transition(field=state, source=[State.APPLIED, State.SCREENED, State.EXAMINED], target=State.REJECTED)
    def reject(self) -> None:
        """Not found fit; the reason is in the log."""

    @transition(field=state, source=list(OPEN), target=State.WITHDRAWN)
    def withdraw(self) -> None:
        """The manager takes the application back."""

    @transition(field=state, source=list(HELD), target=State.EXPIRED)
    def expire(self) -> None:
        """The certificate has run out."""

    @transition(field=state, source=list(HELD), target=State.REVOKED)
    def revoke(self) -> None:
        """The authority takes the certificate back."""


@history.kept()
class DocumentCheck(models.Model):
    """A paper somebody has seen for an application: what kind, its number, when issued. Append-only.

    `covers` is the code of the condition of entry it proves, where that cannot be read off the figures.
    """

    class Kind(models.TextChoices):
        EDUCATION = "education", _("学历证书")
        TITLE = "title", _("职称证书")
        CONDUCT = "conduct", _("无违规违纪证明")
        SERVICE = "service", _("营销服务年限证明")
        REPORT = "report", _("专题报告")
        OTHER = "other", _("其他材料")

    qualification = models.ForeignKey(
        Qualification, models.PROTECT, related_name="documents", verbose_name=_("资格认定")
    )
    kind = models.CharField(_("材料"), max_length=16, choices=Kind)
    covers = models.CharField(_("证明的条件"), max_length=160, blank=True)
    document_no = models.CharField(_("编号"), max_length=80)
    issued_on = models.DateField(_("签发日期"), null=True, blank=True)
    note = models.CharField(_("说明"), max_length=200, blank=True)
    file = models.ForeignKey(
        "managers.StoredFile",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("扫描件"),
    )
    seen_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("核验人")
    )
    seen_on = models.DateField(_("核验日期"))

    class Meta:
        verbose_name = _("材料核验")
        verbose_name_plural = _("材料核验")
        ordering = ["qualification", "id"]
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(
                name="document_kind_known",
                condition=Q(kind__in=["education", "title", "conduct", "service", "report", "other"]),
            ),
            models.CheckConstraint(name="document_has_number", condition=~Q(document_no="")),
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.document_no}"


@history.kept()
class ExamBatch(models.Model):
    """A sheet of exam results: read and shown first, applied by a second look, once."""

    name = models.CharField(_("考试"), max_length=120)
    exam_on = models.DateField(_("考试日期"))
    pass_mark = models.DecimalField(_("合格线"), max_digits=6, decimal_places=2, null=True)
    file_name = models.CharField(_("文件"), max_length=160)
    rows = models.JSONField(_("成绩行"))
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("上传人")
    )
    uploaded_at = models.DateTimeField(_("上传时间"), auto_now_add=True)
    applied_at = models.DateTimeField(_("登记时间"), null=True)
    applied = models.PositiveIntegerField(_("登记人数"), default=0)

    class Meta:
        verbose_name = _("考试成绩批次")
        verbose_name_plural = _("考试成绩批次")
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
        return f"{self.name} {self.exam_on}"
