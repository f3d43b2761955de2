"""LoanEnding: what becomes of a loan that is due: recovered, extended, renewed, or handed to preservation."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, transition

from credit.models.scoped import LoanScoped
from ledger.models import Account
from managers import history
from managers.models import ClientManager, StoredFile

#: What people call the steps; `ending` is how the log names the rows.
STEPS = {
    "propose": _("提出"),
    "receive": _("接收"),
    "witness": _("监交"),
    "approve": _("批准"),
    "withdraw": _("撤回"),
    "refuse": _("驳回"),
}
SEATS = {
    "receive": ("propose",),
    "witness": ("propose", "receive"),
    "approve": ("propose", "receive", "witness"),
    "refuse": ("propose",),
}


@history.kept(subject="ending:{pk}")
class LoanEnding(models.Model):
    """How a loan ends, proposed by its manager and approved by another; the checklist is the standard's.

    A loan handed to preservation passes through two more hands, receiver and witness, before it is approved.
    Only `credit.services.afterloan.endings` moves it. `checklist` holds what was ticked, in the words of
    the day; an approved extension writes the new day of maturity as a bundle `ending:N`.
    """

    class Kind(models.TextChoices):
        RECOVERED = "recovered", _("收回")
        EXTENDED = "extended", _("展期")
        RENEWED = "renewed", _("续贷")
        PRESERVED = "preserved", _("移交资产保全")

    class State(models.TextChoices):
        PROPOSED = "proposed", _("已提出")
        RECEIVED = "received", _("待监交")
        WITNESSED = "witnessed", _("已监交，待批准")
        APPROVED = "approved", _("已批准")
        WITHDRAWN = "withdrawn", _("已撤回")
        REFUSED = "refused", _("已驳回")

    OPEN = (State.PROPOSED, State.RECEIVED, State.WITNESSED)

    account = models.ForeignKey(Account, models.PROTECT, related_name="endings", verbose_name=_("贷款账户"))
    manager = models.ForeignKey(
        ClientManager, models.PROTECT, related_name="loan_endings", verbose_name=_("客户经理")
    )
    kind = models.CharField(_("方式"), max_length=12, choices=Kind)
    reason = models.CharField(_("说明"), max_length=1000)
    checklist = models.JSONField(_("办理清单"), default=list)
    cites = models.CharField(_("条款"), max_length=200, blank=True)
    balance = models.DecimalField(_("余额"), max_digits=20, decimal_places=2, null=True)
    amount = models.DecimalField(_("金额（元）"), max_digits=20, decimal_places=2, null=True)
    level = models.CharField(_("批准层级"), max_length=32)
    matures_on = models.DateField(_("原到期日"), null=True)
    new_matures_on = models.DateField(_("展期至"), null=True)
    consent = models.ForeignKey(
        StoredFile, models.PROTECT, null=True, related_name="+", verbose_name=_("同意书")
    )
    new_account_no = models.CharField(_("新贷款账号"), max_length=40, blank=True)
    state = FSMField(_("状态"), default=State.PROPOSED, choices=State.choices, protected=True)
    state_since = models.DateTimeField(_("进入状态时间"), auto_now=True)
    proposed_on = models.DateField(_("提出日"))
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("提出人")
    )
    received_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("接收人")
    )
    witnessed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("监交人")
    )
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("批准人")
    )
    ended_on = models.DateField(_("批准日"), null=True)

    objects = LoanScoped.as_manager()

    class Meta:
        verbose_name = _("贷款终结")
        verbose_name_plural = _("贷款终结")
        ordering = ["-id"]
        indexes = [models.Index(fields=["state"], name="ending_state")]
        constraints = [
            models.UniqueConstraint(
                name="ending_one_open",
                fields=["account"],
                condition=Q(state__in=["proposed", "received", "witnessed"]),
            ),
            models.CheckConstraint(
                name="ending_kind_known",
                condition=Q(kind__in=["recovered", "extended", "renewed", "preserved"]),
            ),
            models.CheckConstraint(name="ending_has_reason", condition=~Q(reason="")),
            models.CheckConstraint(
                name="ending_recovered_nothing_left", condition=~Q(kind="recovered") | Q(balance=0)
            ),
            models.CheckConstraint(
                name="ending_extension_whole",
                condition=~Q(kind="extended")
                | Q(
                    matures_on__isnull=False,
                    new_matures_on__isnull=False,
                    new_matures_on__gt=F("matures_on"),
                    consent__isnull=False,
                ),
            ),
            models.CheckConstraint(
                name="ending_renewal_names_loan", condition=~Q(kind="renewed") | ~Q(new_account_no="")
            ),
            models.CheckConstraint(
                name="ending_different_people",
                condition=(Q(approved_by__isnull=True) | ~Q(approved_by=F("proposed_by")))
                & (Q(received_by__isnull=True) | ~Q(received_by=F("proposed_by")))
                & (Q(witnessed_by__isnull=True) | ~Q(witnessed_by=F("proposed_by")))
                & (Q(witnessed_by__isnull=True) | ~Q(witnessed_by=F("received_by")))
                & (Q(approved_by__isnull=True) | ~Q(approved_by=F("received_by")))
                & (Q(approved_by__isnull=True) | ~Q(approved_by=F("witnessed_by"))),
            ),
            models.CheckConstraint(
                name="ending_state_people",
                condition=Q(state="proposed", received_by=None, witnessed_by=None, approved_by=None)
                | Q(
                    state="received",
                    kind="preserved",
                    received_by__isnull=False,
                    witnessed_by=None,
                    approved_by=None,
                )
                | Q(
                    state="witnessed",
                    kind="preserved",
                    received_by__isnull=False,
                    witnessed_by__isnull=False,
                    approved_by=None,
                )
                | Q(state__in=["withdrawn", "refused"], approved_by=None)
                | (
                    Q(state="approved", approved_by__isnull=False, ended_on__isnull=False)
                    & (~Q(kind="preserved") | Q(received_by__isnull=False, witnessed_by__isnull=False))
                ),
            ),
        ]
        triggers = [
            pgtrigger.FSM(
                name="state_machine",
                field="state",
                transitions=[
                    ("proposed", "received"),
                    ("received", "witnessed"),
                    ("proposed", "approved"),
                    ("witnessed", "approved"),
                    *(
                        (state, end)
                        for state in ("proposed", "received", "witnessed")
                        for end in ("withdrawn", "refused")
                    ),
                ],
            ),
            pgtrigger.Protect(name="keep", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(
                name="proposed_once",
                fields=[
                    "account",
                    "manager",
                    "kind",
                    "reason",
                    "checklist",
                    "matures_on",
                    "new_matures_on",
                    "consent",
                    "new_account_no",
                    "proposed_on",
                    "proposed_by",
                ],
            ),
            pgtrigger.Protect(
                name="ended_for_good",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__state__in=["approved", "withdrawn", "refused"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account} · {self.get_kind_display()}"

    @transition(field=state, source=State.PROPOSED, target=State.RECEIVED)
    def receive(self) -> None:
        """Preservation takes over the file of a non-performing loan."""

    @transition(field=state, source=State.RECEIVED, target=State.WITNESSED)
    def witness(self) -> None:
        """A third person was there."""

    @transition(field=state, source=[State.PROPOSED, State.WITNESSED], target=State.APPROVED)
    def approve(self) -> None:
        """Another than the proposer lets it count."""

    @transition(field=state, source=list(OPEN), target=State.WITHDRAWN)
    def withdraw(self) -> None:
        """The proposer does not go on."""

    @transition(field=state, source=list(OPEN), target=State.REFUSED)
    def refuse(self) -> None:
        """Whoever's turn it is says no."""
