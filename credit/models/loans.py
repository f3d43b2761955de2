"""LoanTerms, ScheduledPayment and Repayment: loans as the core system delivers them; append-only."""

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from ledger.models import Account
from ledger.models.accounts import Delivered
from managers.models import ClientManager

APPEND_ONLY = pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)


class Security(models.TextChoices):
    """What stands behind a loan: the borrower's name alone, a guarantor, a mortgage or a pledge."""

    CREDIT = "credit", _("信用")
    GUARANTEE = "guarantee", _("保证")
    MORTGAGE = "mortgage", _("抵押")
    PLEDGE = "pledge", _("质押")


class LoanTerms(Delivered):
    """What was agreed of a loan account: amount, days and security, in the account's currency.

    Of several rows for one account the one of the latest bundle holds; an extension is a later row with
    another `matures_on`. `issuer` is who issued it where the core system says so.
    """

    account = models.ForeignKey(
        Account, models.PROTECT, related_name="terms", db_index=False, verbose_name=_("贷款账户")
    )
    amount = models.DecimalField(_("放款金额"), max_digits=20, decimal_places=2)
    issued_on = models.DateField(_("放款日"))
    matures_on = models.DateField(_("到期日"))
    security = models.CharField(_("担保方式"), max_length=16, choices=Security)
    rate = models.DecimalField(_("年利率（%）"), max_digits=12, decimal_places=6, null=True)
    issuer = models.ForeignKey(
        ClientManager, models.PROTECT, null=True, related_name="issued_loans", verbose_name=_("放款客户经理")
    )

    class Meta:
        verbose_name = _("贷款约定")
        verbose_name_plural = _("贷款约定")
        ordering = ["account", "bundle"]
        indexes = [
            models.Index(fields=["issued_on"], name="loan_issued"),
            models.Index(fields=["matures_on"], name="loan_matures"),
        ]
        constraints = [
            models.UniqueConstraint(name="loan_terms_key", fields=["account", "bundle"]),
            models.CheckConstraint(name="loan_dates", condition=Q(matures_on__gte=F("issued_on"))),
            models.CheckConstraint(name="loan_amount", condition=Q(amount__gt=0, amount__lt=10**15)),
            models.CheckConstraint(
                name="loan_security_known",
                condition=Q(security__in=["credit", "guarantee", "mortgage", "pledge"]),
            ),
        ]
        triggers = [APPEND_ONLY]

    def __str__(self) -> str:
        return str(self.account)


class ScheduledPayment(Delivered):
    """What is to be paid on a loan on a day; of several rows for one the latest bundle's holds."""

    account = models.ForeignKey(
        Account, models.PROTECT, related_name="schedule", db_index=False, verbose_name=_("贷款账户")
    )
    due_on = models.DateField(_("应还日"))
    principal = models.DecimalField(_("应还本金"), max_digits=20, decimal_places=2)
    interest = models.DecimalField(_("应还利息"), max_digits=20, decimal_places=2)

    class Meta:
        verbose_name = _("还款计划")
        verbose_name_plural = _("还款计划")
        ordering = ["account", "due_on", "bundle"]
        indexes = [models.Index(fields=["due_on"], name="schedule_due")]
        constraints = [
            models.UniqueConstraint(name="schedule_key", fields=["account", "due_on", "bundle"]),
            models.CheckConstraint(
                name="schedule_amounts",
                condition=Q(principal__gte=0, interest__gte=0, principal__lt=10**15, interest__lt=10**15),
            ),
        ]
        triggers = [APPEND_ONLY]

    def __str__(self) -> str:
        return f"{self.account_id} {self.due_on}"


class Repayment(Delivered):
    """What was paid on a loan on a day, in the account's currency; negative amounts take a payment back.

    Of several rows for one account, day and reference the one of the latest bundle holds; one of zeros
    withdraws the payment.
    """

    account = models.ForeignKey(
        Account, models.PROTECT, related_name="repayments", db_index=False, verbose_name=_("贷款账户")
    )
    business_date = models.DateField(_("业务日期"))
    reference = models.CharField(_("流水号"), max_length=64)
    principal = models.DecimalField(_("收回本金"), max_digits=20, decimal_places=2)
    interest = models.DecimalField(_("收回利息"), max_digits=20, decimal_places=2)

    class Meta:
        verbose_name = _("还款")
        verbose_name_plural = _("还款")
        ordering = ["account", "business_date", "reference", "bundle"]
        indexes = [models.Index(fields=["business_date"], name="repayment_business_date")]
        constraints = [
            models.UniqueConstraint(
                name="repayment_key", fields=["account", "business_date", "reference", "bundle"]
            ),
            models.CheckConstraint(
                name="repayment_is_a_number", condition=Q(principal__lt=10**15, interest__lt=10**15)
            ),
        ]
        triggers = [APPEND_ONLY]

    def __str__(self) -> str:
        return f"{self.account_id} {self.business_date}"
