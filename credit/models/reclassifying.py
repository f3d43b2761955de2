"""Reclassification: a loan's class by three people; LoanWatch: what its days overdue allow."""

from typing import Any

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, transition

from credit.models.quality import LoanClass
from credit.models.scoped import LoanScoped
from credit.rules.reclassifying import ABOVE, CLASSES
from ledger.models import Account
from managers import history
from managers.models import ClientManager, Responsibility, StoredFile

#: What people call the steps; `classification` is how the log names the rows.
STEPS = {
    "propose": _("提出分类"),
    "confirm": _("确认"),
    "approve": _("批准"),
    "send_back": _("退回"),
    "propose_again": _("重新提出"),
    "withdraw": _("撤回"),
    "refuse": _("驳回"),
}
#: Steps that must be taken by other people than the earlier ones named.
SEATS = {
    "confirm": ("propose", "propose_again"),
    "approve": ("propose", "propose_again", "confirm"),
    "send_back": ("propose", "propose_again"),
    "refuse": ("propose", "propose_again"),
}


def better(one: str, other: str) -> Q:
    """Where the class in one column is better than that in another; an empty one is neither."""
    return Q(*(Q(**{one: high, other: low}) for high, low in ABOVE), _connector=Q.OR)


class LoanWatchQuerySet(LoanScoped):
    """Loans watched; whoever handles a customer's loans without holding the customer sees them as well."""

    def _in_charge(self, people: Any) -> Q:
        charged = Responsibility.objects.filter(
            manager__in=people, kind=Responsibility.Kind.CREDIT, superseded_by=None
        )
        return Q(account__customer__in=charged.values("customer"))


class LoanWatch(models.Model):
    """How overdue a loan is on the last day known, and the best class its days allow ("": any).

    Worked out anew every day from what was delivered; `basis` says what the days are counted by.
    """

    class Basis(models.TextChoices):
        SCHEDULE = "schedule", _("还款计划逾期")
        MATURED = "matured", _("到期未收回")
        ARREARS = "arrears", _("欠息")

    account = models.OneToOneField(
        Account, models.CASCADE, primary_key=True, related_name="watch", db_constraint=False
    )
    as_of = models.DateField(_("截至"))
    loan_class = models.CharField(_("五级分类"), max_length=16, choices=LoanClass, blank=True)
    balance = models.DecimalField(_("余额"), max_digits=20, decimal_places=2, null=True)
    matures_on = models.DateField(_("到期日"), null=True)
    days = models.PositiveIntegerField(_("逾期天数"), default=0)
    since = models.DateField(_("逾期起"), null=True)
    basis = models.CharField(_("依据"), max_length=12, choices=Basis, blank=True)
    principal = models.DecimalField(_("逾期本金"), max_digits=20, decimal_places=2, null=True)
    interest = models.DecimalField(_("逾期利息"), max_digits=20, decimal_places=2, null=True)
    floor = models.CharField(_("系统下限"), max_length=16, choices=LoanClass, blank=True)
    cites = models.CharField(_("条款"), max_length=200, blank=True)
    broken = models.BooleanField(_("低于系统下限"), default=False)
    broken_since = models.DateField(_("低于下限起"), null=True)

    objects = LoanWatchQuerySet.as_manager()

    class Meta:
        verbose_name = _("贷款监测")
        verbose_name_plural = _("贷款监测")
        indexes = [
            models.Index(fields=["account"], name="loan_watch_broken", condition=Q(broken=True)),
            models.Index(fields=["loan_class"], name="loan_watch_class"),
        ]
        constraints = [
            models.CheckConstraint(
                name="loan_watch_overdue_since",
                condition=Q(days=0, since=None, basis="") | Q(days__gt=0, since__isnull=False, basis__gt=""),
            ),
            models.CheckConstraint(
                name="loan_watch_broken_since",
                condition=Q(broken=False, broken_since=None)
                | Q(broken=True, broken_since__isnull=False, floor__gt=""),
            ),
        ]


@history.kept(subject="classification:{pk}")
class Reclassification(models.Model):
    """The class proposed for a loan and what became of it; three people: proposer, confirmer, approver.

    Only `credit.services.afterloan.classes` moves it. What was known of the loan when it was proposed, and
    anew when it was approved, stands beside it: `present`, `floor` and why, `amount` outstanding in CNY.
    On approval a bundle `classification:N` carries the class into the figures from `business_date` on.
    """

    class State(models.TextChoices):
        PROPOSED = "proposed", _("待确认")
        CONFIRMED = "confirmed", _("待批准")
        APPROVED = "approved", _("已批准")
        RETURNED = "returned", _("已退回")
        WITHDRAWN = "withdrawn", _("已撤回")
        REFUSED = "refused", _("已驳回")

    #: The states in which a loan has a proposal under way.
    OPEN = (State.PROPOSED, State.CONFIRMED, State.RETURNED)

    account = models.ForeignKey(
        Account, models.PROTECT, related_name="reclassifications", verbose_name=_("贷款账户")
    )
    manager = models.ForeignKey(
        ClientManager, models.PROTECT, related_name="reclassifications", verbose_name=_("客户经理")
    )
    present = models.CharField(_("现分类"), max_length=16, choices=LoanClass, blank=True)
    proposed = models.CharField(_("拟分类"), max_length=16, choices=LoanClass)
    reason = models.CharField(_("理由"), max_length=1000)
    evidence = models.ForeignKey(
        StoredFile, models.PROTECT, null=True, related_name="+", verbose_name=_("依据文件")
    )
    amount = models.DecimalField(_("金额（元）"), max_digits=20, decimal_places=2, null=True)
    level = models.CharField(_("批准层级"), max_length=32)
    floor = models.CharField(_("系统下限"), max_length=16, choices=LoanClass, blank=True)
    floor_days = models.PositiveIntegerField(_("逾期天数"), default=0)
    floor_cites = models.CharField(_("条款"), max_length=200, blank=True)
    business_date = models.DateField(_("业务日期"), null=True)
    state = FSMField(_("状态"), default=State.PROPOSED, choices=State.choices, protected=True)
    state_since = models.DateTimeField(_("进入状态时间"), auto_now=True)
    proposed_on = models.DateField(_("提出日"))
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("提出人")
    )
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("确认人")
    )
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("批准人")
    )

    objects = LoanScoped.as_manager()

    class Meta:
        verbose_name = _("五级分类认定")
        verbose_name_plural = _("五级分类认定")
        ordering = ["-id"]
        indexes = [models.Index(fields=["state"], name="reclassification_state")]
        constraints = [
            models.UniqueConstraint(
                name="reclassification_one_open",
                fields=["account"],
                condition=Q(state__in=["proposed", "confirmed", "returned"]),
            ),
            models.CheckConstraint(name="reclassification_class", condition=Q(proposed__in=CLASSES)),
            models.CheckConstraint(name="reclassification_has_reason", condition=~Q(reason="")),
            models.CheckConstraint(
                name="reclassification_above_floor", condition=~better("proposed", "floor")
            ),
            models.CheckConstraint(
                name="reclassification_upgrade_evidence",
                condition=~better("proposed", "present") | Q(evidence__isnull=False),
            ),
            models.CheckConstraint(
                name="reclassification_three_people",
                condition=(Q(confirmed_by__isnull=True) | ~Q(confirmed_by=F("proposed_by")))
                & (Q(approved_by__isnull=True) | ~Q(approved_by=F("proposed_by")))
                & (Q(approved_by__isnull=True) | ~Q(approved_by=F("confirmed_by"))),
            ),
            models.CheckConstraint(
                name="reclassification_state_people",
                condition=Q(
                    state__in=["proposed", "returned", "withdrawn"], confirmed_by=None, approved_by=None
                )
                | Q(state__in=["confirmed", "withdrawn"], confirmed_by__isnull=False, approved_by=None)
                | Q(state="refused", approved_by=None)
                | Q(
                    state="approved",
                    confirmed_by__isnull=False,
                    approved_by__isnull=False,
                    business_date__isnull=False,
                ),
            ),
        ]
        triggers = [
            pgtrigger.FSM(
                name="state_machine",
                field="state",
                transitions=[
                    ("proposed", "confirmed"),
                    ("confirmed", "approved"),
                    ("proposed", "returned"),
                    ("confirmed", "returned"),
                    ("returned", "proposed"),
                    *((state, "withdrawn") for state in ("proposed", "confirmed", "returned")),
                    *((state, "refused") for state in ("proposed", "confirmed")),
                ],
            ),
            pgtrigger.Protect(name="keep", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(
                name="proposed_once", fields=["account", "manager", "proposed_on", "proposed_by"]
            ),
            pgtrigger.Protect(
                name="approved_for_good",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__state__in=["approved", "withdrawn", "refused"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account} · {self.get_proposed_display()}"

    @transition(field=state, source=State.PROPOSED, target=State.CONFIRMED)
    def confirm(self) -> None:
        """Risk agrees."""

    @transition(field=state, source=State.CONFIRMED, target=State.APPROVED)
    def approve(self) -> None:
        """Whoever owns the amount lets it count."""

    @transition(field=state, source=[State.PROPOSED, State.CONFIRMED], target=State.RETURNED)
    def send_back(self) -> None:
        """Whoever's turn it is asks the proposer for more."""

    @transition(field=state, source=State.RETURNED, target=State.PROPOSED)
    def propose_again(self) -> None:
        """The proposer has put it right."""

    @transition(field=state, source=list(OPEN), target=State.WITHDRAWN)
    def withdraw(self) -> None:
        """The proposer does not go on."""

    @transition(field=state, source=[State.PROPOSED, State.CONFIRMED], target=State.REFUSED)
    def refuse(self) -> None:
        """Whoever's turn it is says no."""
