"""Accounts, their balances, exchange rates and settlements: append-only, as the files brought them."""

import pgtrigger
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from ledger.models.bundles import Bundle
from managers.models import Customer


class Product(models.Model):
    """A product code of the core system, what people call it, and the bucket its balances count in.

    The mapping is data, and so is the name: the core system delivers codes alone, head office names them.
    """

    class Kind(models.TextChoices):
        DEPOSIT = "deposit", _("存款")
        LOAN = "loan", _("贷款")

    class Bucket(models.TextChoices):
        DEPOSIT = "deposit", _("存款（不含协议存款）")
        AGREEMENT_DEPOSIT = "agreement_deposit", _("协议存款")
        LOAN = "loan", _("贷款")

    kind = models.CharField(_("类别"), max_length=16, choices=Kind)
    code = models.CharField(_("产品代码"), max_length=40)
    name = models.CharField(_("名称"), max_length=40, blank=True, db_default="", default="")
    bucket = models.CharField(_("计入"), max_length=24, choices=Bucket)

    class Meta:
        verbose_name = _("产品")
        verbose_name_plural = _("产品")
        ordering = ["kind", "code"]
        constraints = [
            models.UniqueConstraint(name="product_key", fields=["kind", "code"]),
            models.UniqueConstraint(name="product_name", fields=["kind", "name"], condition=~Q(name="")),
            models.CheckConstraint(
                name="product_bucket_fits",
                condition=Q(kind="loan", bucket="loan")
                | Q(kind="deposit", bucket__in=["deposit", "agreement_deposit"]),
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.code


#: The bundle being loaded is the last one: it has its number before any of its rows is written.
KEEP_EARLIER = """
INSERT INTO ledger_accountversion
    (account_id, customer_id, product_id, currency, opened_on, closed_on, superseded_by)
SELECT e.id, e.customer_id, e.product_id, e.currency, e.opened_on, e.closed_on,
       (SELECT coalesce(max(id), 0) FROM ledger_bundle)
FROM earlier e
JOIN later l USING (id)
WHERE (e.customer_id, e.product_id, e.currency, e.opened_on, e.closed_on)
      IS DISTINCT FROM (l.customer_id, l.product_id, l.currency, l.opened_on, l.closed_on);
RETURN NULL;
"""


class Account(models.Model):
    """A deposit or loan account of one customer in one currency. Never deleted: balances point to it."""

    account_no = models.CharField(_("账号"), max_length=40, unique=True)
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="accounts", verbose_name=_("客户"))
    product = models.ForeignKey(Product, models.PROTECT, related_name="accounts", verbose_name=_("产品"))
    currency = models.CharField(_("币种"), max_length=3)
    opened_on = models.DateField(_("开户日"))
    closed_on = models.DateField(_("销户日"), null=True, blank=True)

    class Meta:
        verbose_name = _("账户")
        verbose_name_plural = _("账户")
        ordering = ["account_no"]
        indexes = [
            models.Index(fields=["currency"], name="account_foreign", condition=~Q(currency="CNY")),
            models.Index(fields=["closed_on"], name="account_closed", condition=Q(closed_on__isnull=False)),
        ]
        constraints = [
            models.CheckConstraint(
                name="account_dates", condition=Q(closed_on__isnull=True) | Q(closed_on__gte=F("opened_on"))
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Delete),
            pgtrigger.Trigger(
                name="keep_earlier",
                level=pgtrigger.Statement,
                when=pgtrigger.After,
                operation=pgtrigger.Update,
                referencing=pgtrigger.Referencing(old="earlier", new="later"),
                func=KEEP_EARLIER,
            ),
        ]

    def __str__(self) -> str:
        return self.account_no


class AccountVersion(models.Model):
    """What an account said until the bundle `superseded_by` changed it; the account itself says the latest.

    As known to bundle B an account is its earliest version with `superseded_by` > B, or else itself. Rows
    are written by a trigger on the account's table, whoever changes it.
    """

    account = models.ForeignKey(
        Account, models.PROTECT, related_name="versions", db_index=False, verbose_name=_("账户")
    )
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="+", verbose_name=_("客户"))
    product = models.ForeignKey(
        Product, models.PROTECT, related_name="+", db_index=False, verbose_name=_("产品")
    )
    currency = models.CharField(_("币种"), max_length=3)
    opened_on = models.DateField(_("开户日"))
    closed_on = models.DateField(_("销户日"), null=True, blank=True)
    superseded_by = models.PositiveBigIntegerField(_("被批次取代"))

    class Meta:
        verbose_name = _("账户旧版本")
        verbose_name_plural = _("账户旧版本")
        ordering = ["account", "superseded_by", "id"]
        indexes = [
            models.Index(fields=["account", "superseded_by"], name="account_version"),
            models.Index(fields=["superseded_by"], name="account_superseded"),
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.account} < {self.superseded_by}"


class Delivered(models.Model):
    """A fact with its origin. Of several rows for one key the one of the latest bundle holds."""

    id = models.BigAutoField(primary_key=True)
    bundle = models.ForeignKey(Bundle, models.PROTECT, related_name="+", verbose_name=_("批次"))
    line = models.PositiveIntegerField(_("行"))

    class Meta:
        abstract = True


class BalanceChange(models.Model):
    """End-of-day balance of an account from `business_date` until its next change, in its currency.

    The largest table of all: partitioned by month of the business date, keyed without a number of its own,
    and without foreign keys, whose checks cost more than the rows. Accounts and bundles are never deleted.
    Rows of one day lie together, as days come one after the other: they are found by blocks.
    """

    pk = models.CompositePrimaryKey("account", "business_date", "bundle")
    account = models.ForeignKey(
        Account,
        models.PROTECT,
        related_name="balances",
        db_index=False,
        db_constraint=False,
        verbose_name=_("账户"),
    )
    business_date = models.DateField(_("业务日期"))
    bundle = models.ForeignKey(
        Bundle, models.PROTECT, related_name="+", db_index=False, db_constraint=False, verbose_name=_("批次")
    )
    line = models.PositiveIntegerField(_("行"))
    balance = models.DecimalField(_("余额"), max_digits=20, decimal_places=2)

    class Meta:
        verbose_name = _("余额变动")
        verbose_name_plural = _("余额变动")
        ordering = ["account", "business_date", "bundle"]
        indexes = [
            BrinIndex(
                fields=["business_date"],
                name="balance_business_date",
                pages_per_range=16,
                autosummarize=True,
            )
        ]
        constraints = [
            models.CheckConstraint(name="balance_is_a_number", condition=Q(balance__lt=10**15)),
        ]


class FxRate(Delivered):
    """CNY for one unit of a currency from `business_date` on."""

    currency = models.CharField(_("币种"), max_length=3)
    business_date = models.DateField(_("业务日期"))
    rate = models.DecimalField(_("汇率"), max_digits=18, decimal_places=8)

    class Meta:
        verbose_name = _("汇率")
        verbose_name_plural = _("汇率")
        ordering = ["currency", "business_date", "bundle"]
        constraints = [
            models.UniqueConstraint(name="rate_key", fields=["currency", "business_date", "bundle"]),
            models.CheckConstraint(name="rate_positive", condition=Q(rate__gt=0, rate__lt=10**10)),
        ]


class Settlement(Delivered):
    """One international settlement of a customer, in US dollars."""

    customer = models.ForeignKey(
        Customer, models.PROTECT, related_name="settlements", db_index=False, verbose_name=_("客户")
    )
    business_date = models.DateField(_("业务日期"))
    usd_amount = models.DecimalField(_("金额（美元）"), max_digits=20, decimal_places=2)

    class Meta:
        verbose_name = _("国际结算")
        verbose_name_plural = _("国际结算")
        ordering = ["customer", "business_date", "id"]
        indexes = [models.Index(fields=["customer", "business_date"], name="settlement_customer")]
        constraints = [
            models.CheckConstraint(name="settlement_is_a_number", condition=Q(usd_amount__lt=10**18)),
        ]
