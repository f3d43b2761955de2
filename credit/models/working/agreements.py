"""Agreement, Commitment and StatedFigure: what bank and customer promise, and what was reported."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, transition

from credit.models.working.separation import APPEND_ONLY, KEEP, OfWorking, apart
from managers import history
from managers.models import ClientManager, Customer

STEPS = {
    "draft": _("起草"),
    "approve": _("批准"),
    "sign": _("签署生效"),
    "end": _("终止"),
    "withdraw": _("撤回"),
}
#: Steps that must be taken by other people than the earlier ones named.
SEATS = {"approve": ("draft",)}


@history.kept(subject="agreement:{pk}")
class Agreement(models.Model):
    """A bank–enterprise cooperation agreement (RXD7200-01) with one customer, looked after by one manager."""

    class State(models.TextChoices):
        DRAFTED = "drafted", _("待批准")
        APPROVED = "approved", _("已批准，待签署")
        IN_FORCE = "in_force", _("有效")
        ENDED = "ended", _("已终止")
        WITHDRAWN = "withdrawn", _("已撤回")

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="agreements", verbose_name=_("客户"))
    manager = models.ForeignKey(
        ClientManager, models.PROTECT, related_name="agreements", verbose_name=_("客户经理")
    )
    number = models.CharField(_("合同编号"), max_length=60, unique=True)
    address = models.CharField(_("客户住所"), max_length=200, blank=True)
    signatory = models.CharField(_("客户法定代表人（负责人）"), max_length=80)
    bank_signatory = models.CharField(_("本行负责人"), max_length=80)
    starts_on = models.DateField(_("起"))
    ends_on = models.DateField(_("止"))
    state = FSMField(_("状态"), default=State.DRAFTED, choices=State.choices, protected=True)
    state_since = models.DateTimeField(_("进入状态时间"), auto_now=True)
    drafted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("起草人")
    )
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("批准人")
    )
    signed_on = models.DateField(_("签署日"), null=True)
    ended_on = models.DateField(_("终止日"), null=True)

    objects = OfWorking.as_manager()

    class Meta:
        verbose_name = _("银企合作协议")
        verbose_name_plural = _("银企合作协议")
        ordering = ["-starts_on", "-id"]
        indexes = [models.Index(fields=["state", "ends_on"], name="agreement_ends")]
        constraints = [
            models.CheckConstraint(name="agreement_dates", condition=Q(ends_on__gte=F("starts_on"))),
            models.CheckConstraint(name="agreement_number", condition=~Q(number="")),
            models.CheckConstraint(name="agreement_two_people", condition=~Q(approved_by=F("drafted_by"))),
            models.CheckConstraint(
                name="agreement_state",
                condition=Q(state="drafted", approved_by=None, signed_on=None, ended_on=None)
                | Q(state="withdrawn", signed_on=None, ended_on=None)
                | Q(state="approved", approved_by__isnull=False, signed_on=None, ended_on=None)
                | Q(state="in_force", approved_by__isnull=False, signed_on__isnull=False, ended_on=None)
                | Q(
                    state="ended",
                    approved_by__isnull=False,
                    signed_on__isnull=False,
                    ended_on__isnull=False,
                ),
            ),
        ]
        triggers = [
            KEEP,
            pgtrigger.FSM(
                name="state_machine",
                field="state",
                transitions=[
                    ("drafted", "approved"),
                    ("approved", "in_force"),
                    ("in_force", "ended"),
                    ("drafted", "withdrawn"),
                    ("approved", "withdrawn"),
                ],
            ),
            pgtrigger.ReadOnly(
                name="drafted_once",
                exclude=["state", "state_since", "approved_by", "signed_on", "ended_on"],
            ),
            apart("not_tied", "approved_by_id"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.customer}"

    @transition(field=state, source=State.DRAFTED, target=State.APPROVED)
    def approve(self) -> None:
        """The head agrees to its terms."""

    @transition(field=state, source=State.APPROVED, target=State.IN_FORCE)
    def sign(self) -> None:
        """Both sides have signed."""

    @transition(field=state, source=State.IN_FORCE, target=State.ENDED)
    def end(self) -> None:
        """It has run out, or one side has ended it."""

    @transition(field=state, source=[State.DRAFTED, State.APPROVED], target=State.WITHDRAWN)
    def withdraw(self) -> None:
        """It comes to nothing."""


class Commitment(models.Model):
    """One promise of an agreement; `threshold` in percent or CNY as its kind says, empty for words alone."""

    class Kind(models.TextChoices):
        DEPOSIT_SHARE = "deposit_share", _("存款占比不低于（%）")
        DEPOSIT_AVERAGE = "deposit_average", _("存款日均不低于（元）")
        DEPOSIT_FOLLOWS_LOANS = "deposit_follows_loans", _("存款占比不低于我行贷款占比")
        SETTLEMENT_SHARE = "settlement_share", _("国际结算占比不低于（%）")
        CURRENT_RATIO = "current_ratio", _("流动比率不低于（%）")
        DEBT_RATIO = "debt_ratio", _("资产负债率不高于（%）")
        PAYROLL = "payroll", _("每月代发工资不低于（元）")
        LOAN_LIMIT = "loan_limit", _("我行授信额度（元）")
        OTHER = "other", _("其他约定")

    #: Kinds without a threshold.
    IN_WORDS = (Kind.DEPOSIT_FOLLOWS_LOANS, Kind.OTHER)

    agreement = models.ForeignKey(
        Agreement, models.PROTECT, related_name="commitments", verbose_name=_("协议")
    )
    kind = models.CharField(_("约定"), max_length=24, choices=Kind)
    threshold = models.DecimalField(_("数值"), max_digits=18, decimal_places=2, null=True, blank=True)
    text = models.CharField(_("说明"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("协议约定")
        verbose_name_plural = _("协议约定")
        ordering = ["agreement", "id"]
        constraints = [
            models.UniqueConstraint(
                name="commitment_once", fields=["agreement", "kind"], condition=~Q(kind="other")
            ),
            models.CheckConstraint(
                name="commitment_threshold",
                condition=Q(kind="other", threshold__isnull=True, text__gt="")
                | Q(kind="deposit_follows_loans", threshold__isnull=True)
                | (
                    Q(
                        kind__in=[
                            "deposit_share",
                            "deposit_average",
                            "settlement_share",
                            "current_ratio",
                            "debt_ratio",
                            "payroll",
                            "loan_limit",
                        ]
                    )
                    & Q(threshold__gt=0)
                ),
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
            pgtrigger.Trigger(
                name="only_while_drafted",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func="""
                    IF NOT EXISTS (
                        SELECT FROM credit_agreement WHERE id = NEW.agreement_id AND state = 'drafted'
                    ) THEN
                        RAISE EXCEPTION 'the terms of an agreement are fixed once it is approved'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'commitment_drafted';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return str(self.get_kind_display())


class StatedFigure(models.Model):
    """What the customer says of itself as of a day, over all its banks, and where that was read.

    Of several for one agreement, day and kind the last entered holds; rows are never changed.
    """

    class Kind(models.TextChoices):
        DEPOSITS = "deposits", _("全部银行存款日均（元）")
        LOANS = "loans", _("全部银行借款余额（元）")
        SETTLEMENTS = "settlements", _("本年全部国际结算（美元）")
        CURRENT_RATIO = "current_ratio", _("流动比率（%）")
        DEBT_RATIO = "debt_ratio", _("资产负债率（%）")
        PAYROLL = "payroll", _("本月由我行代发工资（元）")

    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="stated", verbose_name=_("协议"))
    as_of = models.DateField(_("截至"))
    kind = models.CharField(_("项目"), max_length=16, choices=Kind)
    value = models.DecimalField(_("数值"), max_digits=18, decimal_places=2)
    source = models.CharField(_("来源"), max_length=200)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("登记人")
    )
    entered_at = models.DateTimeField(_("登记时间"), auto_now_add=True)

    class Meta:
        verbose_name = _("客户报送数字")
        verbose_name_plural = _("客户报送数字")
        ordering = ["agreement", "-as_of", "kind", "id"]
        constraints = [
            models.CheckConstraint(name="stated_value", condition=Q(value__gte=0)),
            models.CheckConstraint(name="stated_source", condition=~Q(source="")),
            models.CheckConstraint(
                name="stated_kind",
                condition=Q(
                    kind__in=[
                        "deposits",
                        "loans",
                        "settlements",
                        "current_ratio",
                        "debt_ratio",
                        "payroll",
                    ]
                ),
            ),
        ]
        triggers = [APPEND_ONLY]

    def __str__(self) -> str:
        return f"{self.as_of} {self.kind}"
