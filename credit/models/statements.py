"""Statement: what a borrower's balance sheet and income say for a period; a correction is a later row."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from credit.models.files import APPEND_ONLY, Entry
from managers import history
from managers.models import StoredFile


@history.kept()
class Statement(Entry):
    """A statement in yuan; of several for one day the one entered last holds."""

    class Kind(models.TextChoices):
        YEAR = "year", _("年报")
        HALF_YEAR = "half_year", _("半年报")
        QUARTER = "quarter", _("季报")
        MONTH = "month", _("月报")

    kind = models.CharField(_("报表"), max_length=16, choices=Kind)
    ends_on = models.DateField(_("截止日"))
    audited = models.BooleanField(_("经审计"), default=False)
    file = models.OneToOneField(StoredFile, models.PROTECT, related_name="+", verbose_name=_("原件"))
    current_assets = models.DecimalField(_("流动资产"), max_digits=20, decimal_places=2, null=True)
    inventory = models.DecimalField(_("存货"), max_digits=20, decimal_places=2, null=True)
    receivables = models.DecimalField(_("应收账款"), max_digits=20, decimal_places=2, null=True)
    total_assets = models.DecimalField(_("资产总计"), max_digits=20, decimal_places=2, null=True)
    current_liabilities = models.DecimalField(_("流动负债"), max_digits=20, decimal_places=2, null=True)
    total_liabilities = models.DecimalField(_("负债合计"), max_digits=20, decimal_places=2, null=True)
    equity = models.DecimalField(_("所有者权益"), max_digits=20, decimal_places=2, null=True)
    revenue = models.DecimalField(_("营业收入"), max_digits=20, decimal_places=2, null=True)
    operating_cost = models.DecimalField(_("营业成本"), max_digits=20, decimal_places=2, null=True)
    interest_expense = models.DecimalField(_("利息支出"), max_digits=20, decimal_places=2, null=True)
    total_profit = models.DecimalField(_("利润总额"), max_digits=20, decimal_places=2, null=True)
    net_profit = models.DecimalField(_("净利润"), max_digits=20, decimal_places=2, null=True)
    operating_cash_flow = models.DecimalField(
        _("经营活动现金流净额"), max_digits=20, decimal_places=2, null=True
    )

    class Meta:
        verbose_name = _("财务报表")
        verbose_name_plural = _("财务报表")
        ordering = ["customer", "-ends_on", "-id"]
        indexes = [models.Index(fields=["customer", "ends_on"], name="statement_customer")]
        constraints = [
            # NULL is unknown: a CHECK lets it pass.
            models.CheckConstraint(
                name="statement_balances", condition=Q(total_assets=F("total_liabilities") + F("equity"))
            ),
            models.CheckConstraint(
                name="statement_parts",
                condition=Q(current_assets__lte=F("total_assets"))
                & Q(current_liabilities__lte=F("total_liabilities"))
                & Q(inventory__lte=F("current_assets")),
            ),
        ]
        triggers = [APPEND_ONLY]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.ends_on}"
