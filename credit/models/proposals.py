"""LoanProposal: a loan asked for on a signed investigation, decided by the level that owns its amount."""

from datetime import date
from typing import Any, Self

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, transition

from credit.models.investigations import Investigation
from credit.models.loans import Security
from ledger.models import Account, Product
from managers import history
from managers.models import ClientManager, Customer
from managers.models.scope import ScopedQuerySet, scope_of

#: What people call the steps; `loan_proposal` is how the log names its rows.
STEPS = {
    "propose": _("提出"),
    "approve": _("批准"),
    "refuse": _("不予批准"),
    "withdraw": _("撤回"),
    "issue": _("放款"),
}
#: Nobody approves or refuses what they proposed.
SEATS = {"approve": ("propose",), "refuse": ("propose",)}


class LoanProposalQuerySet(ScopedQuerySet):
    """Proposals by their customer, and those of whoever proposes or investigated."""

    def visible_to(self, user: Any, on: date) -> Self:
        """Of customers in sight, and the own ones."""
        own = scope_of(user, on).manager
        wanted = Q(customer__in=Customer.objects.visible_to(user, on).values("pk"))
        if own is not None:
            wanted |= Q(proposer=own) | Q(investigation__first=own) | Q(investigation__second=own)
        return self.filter(wanted)


@history.kept(subject="loan_proposal:{pk}")
class LoanProposal(models.Model):
    """A loan proposed for a customer. Only `credit.services.proposals` moves it.

    `total` is what the customer would owe with it, everything open counted, in yuan; `level` the role that
    owns that total by the standard of the day; `escalated` with its clause in `beyond`, where it goes past
    what the proposer may lend. `account` is the loan it became.
    """

    class State(models.TextChoices):
        PROPOSED = "proposed", _("待审批")
        APPROVED = "approved", _("已批准，待放款")
        REFUSED = "refused", _("未批准")
        WITHDRAWN = "withdrawn", _("已撤回")
        ISSUED = "issued", _("已放款")

    #: The states in which the amount counts against what the customer may owe.
    OPEN = (State.PROPOSED, State.APPROVED)

    customer = models.ForeignKey(
        Customer, models.PROTECT, related_name="loan_proposals", verbose_name=_("客户")
    )
    investigation = models.ForeignKey(
        Investigation, models.PROTECT, related_name="proposals", verbose_name=_("调查")
    )
    proposer = models.ForeignKey(
        ClientManager, models.PROTECT, related_name="loan_proposals", verbose_name=_("申报客户经理")
    )
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("申报人")
    )
    proposed_on = models.DateField(_("申报日"))
    amount = models.DecimalField(_("金额（元）"), max_digits=20, decimal_places=2)
    product = models.ForeignKey(Product, models.PROTECT, related_name="+", verbose_name=_("贷款产品"))
    security = models.CharField(_("担保方式"), max_length=16, choices=Security)
    term_months = models.PositiveSmallIntegerField(_("期限（月）"))
    purpose = models.CharField(_("用途"), max_length=400)
    total = models.DecimalField(_("该户合计（元）"), max_digits=20, decimal_places=2)
    level = models.CharField(_("审批层级"), max_length=40)
    level_cites = models.CharField(_("审批依据"), max_length=400)
    escalated = models.BooleanField(_("超权限上报"), default=False)
    beyond = models.TextField(_("超出的权限"), blank=True)
    state = FSMField(_("状态"), default=State.PROPOSED, choices=State.choices, protected=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("审批人")
    )
    decided_on = models.DateField(_("审批日"), null=True)
    opinion = models.CharField(_("审批意见"), max_length=1000, blank=True)
    account = models.OneToOneField(
        Account, models.PROTECT, null=True, related_name="proposal", verbose_name=_("贷款账户")
    )

    objects = LoanProposalQuerySet.as_manager()

    class Meta:
        verbose_name = _("贷款申报")
        verbose_name_plural = _("贷款申报")
        ordering = ["-id"]
        indexes = [models.Index(fields=["state", "proposed_on"], name="loan_proposal_waiting")]
        constraints = [
            models.CheckConstraint(
                name="loan_proposal_amounts",
                condition=Q(amount__gt=0, amount__lt=10**15, total__gte=F("amount"), term_months__gt=0),
            ),
            models.CheckConstraint(
                name="loan_proposal_security_known",
                condition=Q(security__in=["credit", "guarantee", "mortgage", "pledge"]),
            ),
            models.CheckConstraint(
                name="loan_proposal_two_people",
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("proposed_by")),
            ),
            models.CheckConstraint(
                name="loan_proposal_escalated",
                condition=Q(escalated=True, beyond__gt="") | Q(escalated=False, beyond=""),
            ),
            models.CheckConstraint(
                name="loan_proposal_decided",
                condition=Q(state="proposed", decided_by=None, decided_on=None, account=None)
                | Q(state__in=["approved", "refused"], decided_by__isnull=False, account=None)
                | Q(state="withdrawn", account=None)
                | Q(state="issued", decided_by__isnull=False, account__isnull=False),
            ),
        ]
        triggers = [
            pgtrigger.FSM(
                name="state_machine",
                field="state",
                transitions=[
                    ("proposed", "approved"),
                    ("proposed", "refused"),
                    ("proposed", "withdrawn"),
                    ("approved", "withdrawn"),
                    ("approved", "issued"),
                ],
            ),
            pgtrigger.Protect(name="keep", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(
                name="proposed_once",
                exclude=["state", "decided_by", "decided_on", "opinion", "account"],
            ),
            pgtrigger.Trigger(
                name="signed_by_two",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func="""
                    IF NOT EXISTS (
                        SELECT FROM credit_investigation i
                        WHERE i.id = NEW.investigation_id AND i.state = 'signed'
                          AND i.customer_id = NEW.customer_id
                          AND NEW.proposer_id IN (i.first_id, i.second_id)
                    ) THEN
                        RAISE EXCEPTION 'a loan is proposed on an investigation of its customer signed by two'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'loan_proposal_investigated';
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Trigger(
                name="a_third_decides",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                func="""
                    IF NEW.decided_by_id IS NOT NULL AND EXISTS (
                        SELECT FROM credit_investigation i
                        JOIN managers_clientmanager m ON m.id IN (i.first_id, i.second_id)
                        WHERE i.id = NEW.investigation_id
                          AND NEW.decided_by_id IN (m.user_id, i.signed_first_by_id, i.signed_second_by_id)
                    ) AND (TG_OP = 'INSERT' OR OLD.decided_by_id IS DISTINCT FROM NEW.decided_by_id) THEN
                        RAISE EXCEPTION 'whoever investigated a loan does not decide on it'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'loan_proposal_third_decides';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.customer} · {self.amount}"

    @transition(field=state, source=State.PROPOSED, target=State.APPROVED)
    def approve(self) -> None:
        """Whoever owns the amount agrees; the loan may be issued."""

    @transition(field=state, source=State.PROPOSED, target=State.REFUSED)
    def refuse(self) -> None:
        """Whoever owns the amount does not agree."""

    @transition(field=state, source=[State.PROPOSED, State.APPROVED], target=State.WITHDRAWN)
    def withdraw(self) -> None:
        """The proposer does not go on with it; nothing was issued."""

    @transition(field=state, source=State.APPROVED, target=State.ISSUED)
    def issue(self) -> None:
        """The core system has the loan."""
