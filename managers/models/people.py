"""ClientManager: the personnel file of one client manager, as the register delivers it."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, transition

from managers import history
from managers.models.organisation import Branch
from managers.models.scope import ScopedQuerySet
from managers.models.sealed import SealedText


@history.kept(
    subject="manager:{employee_no}",
    left_out=("pinyin", "identity_index"),
    sealed=("identity_no", "phone", "address", "family"),
)
class ClientManager(models.Model):
    """A bank employee who serves customers. The grade on a day is kept by `grading.GradeRecord`.

    A register delivers people who are on post; from then on only `managers.services.careers` moves `status`.
    """

    class Line(models.TextChoices):
        CORPORATE = "corporate", _("公司")
        PERSONAL = "personal", _("个人")
        INTEGRATED = "integrated", _("综合")
        MICRO = "micro", _("小额")

    class Status(models.TextChoices):
        CANDIDATE = "candidate", _("候选")
        TRAINEE = "trainee", _("见习")
        ON_POST = "on_post", _("在岗")
        SUSPENDED = "suspended", _("停职")
        BACK_OFFICE = "back_office", _("转内勤")
        LEFT = "left", _("离职")

    employee_no = models.CharField(_("工号"), max_length=32, unique=True)
    name = models.CharField(_("姓名"), max_length=80)
    pinyin = models.CharField(_("拼音"), max_length=200, blank=True, editable=False, db_index=True)
    branch = models.ForeignKey(Branch, models.PROTECT, related_name="managers", verbose_name=_("机构"))
    line = models.CharField(_("条线"), max_length=16, choices=Line)
    hired_on = models.DateField(_("入行日期"))
    post_started_on = models.DateField(_("任现职日期"))
    grade_code = models.CharField(_("名册等级"), max_length=32, help_text=_("名册随批次送达的等级"))
    education = models.CharField(_("学历"), max_length=32, blank=True)
    title_level = models.CharField(_("职称"), max_length=32, blank=True)
    status = FSMField(
        _("状态"), max_length=16, choices=Status.choices, default=Status.ON_POST, protected=True
    )
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="client_manager",
        verbose_name=_("登录账号"),
    )

    identity_no = SealedText(_("身份证号"))
    identity_index = models.CharField(max_length=64, blank=True, editable=False, default="", db_default="")
    phone = SealedText(_("手机"))
    address = SealedText(_("住址"))
    family = SealedText(_("家庭成员"))

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("客户经理")
        verbose_name_plural = _("客户经理")
        ordering = ["employee_no"]
        indexes = [
            models.Index(
                fields=["identity_index"], name="manager_identity", condition=models.Q(identity_index__gt="")
            )
        ]
        constraints = [
            models.CheckConstraint(
                name="manager_line_known",
                condition=models.Q(line__in=["corporate", "personal", "integrated", "micro"]),
            ),
            models.CheckConstraint(
                name="manager_status_known",
                condition=models.Q(
                    status__in=["candidate", "trainee", "on_post", "suspended", "back_office", "left"]
                ),
            ),
        ]
        triggers = [
            pgtrigger.FSM(
                name="career",
                field="status",
                transitions=[
                    ("candidate", "trainee"),
                    ("trainee", "on_post"),
                    ("on_post", "suspended"),
                    ("suspended", "on_post"),
                    ("trainee", "back_office"),
                    ("on_post", "back_office"),
                    ("suspended", "back_office"),
                    ("back_office", "on_post"),
                    ("candidate", "left"),
                    ("trainee", "left"),
                    ("on_post", "left"),
                    ("suspended", "left"),
                    ("back_office", "left"),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.employee_no}"

    @transition(field=status, source=Status.CANDIDATE, target=Status.TRAINEE)
    def take_up(self) -> None:
        """A candidate found fit begins the traineeship."""

    @transition(field=status, source=Status.TRAINEE, target=Status.ON_POST)
    def confirm(self) -> None:
        """The traineeship is over, a grade above it is held."""

    @transition(field=status, source=Status.ON_POST, target=Status.SUSPENDED)
    def suspend(self) -> None:
        """Off the post for the time being; entry to the system ends at once."""

    @transition(field=status, source=Status.SUSPENDED, target=Status.ON_POST)
    def reinstate(self) -> None:
        """Back on the post."""

    @transition(
        field=status,
        source=[Status.TRAINEE, Status.ON_POST, Status.SUSPENDED],
        target=Status.BACK_OFFICE,
    )
    def move_inside(self) -> None:
        """To back-office work; the grade and its treatment end."""

    @transition(field=status, source=Status.BACK_OFFICE, target=Status.ON_POST)
    def restore(self) -> None:
        """A removal is put right, by an appeal or a correction: back on the post as if it had not been."""

    @transition(
        field=status,
        source=[Status.CANDIDATE, Status.TRAINEE, Status.ON_POST, Status.SUSPENDED, Status.BACK_OFFICE],
        target=Status.LEFT,
    )
    def leave(self) -> None:
        """Out of the bank; the portfolio is empty by then, the pay ledger stays."""
