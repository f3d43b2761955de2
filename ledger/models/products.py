"""Positions and products: where every account and customer stands, and the prefix sums behind every window.

All derived from delivered facts and rebuilt from them; amounts are whole fen, so that sums are exact and
fast. Rows are written by `ledger.services.products` alone.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _

from ledger.models.accounts import Account
from managers.models import Customer


class AccountPosition(models.Model):
    """What one account is worth on the last day worked out: `balance` in its currency, `value` in fen.

    `value` is signed; a deposit below zero counts as nothing in its bucket and as an overdraft instead.
    Customer, bucket, currency and closing day are the account's own, kept beside for the nightly pass.
    """

    account = models.OneToOneField(
        Account, models.CASCADE, primary_key=True, related_name="position", db_constraint=False
    )
    customer = models.ForeignKey(
        Customer, models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    bucket = models.CharField(_("计入"), max_length=24)
    currency = models.CharField(_("币种"), max_length=3)
    closed_on = models.DateField(_("销户日"), null=True)
    balance = models.DecimalField(_("余额"), max_digits=20, decimal_places=2, null=True)
    value = models.BigIntegerField(_("折人民币（分）"), default=0)

    class Meta:
        verbose_name = _("账户头寸")
        verbose_name_plural = _("账户头寸")


class Amounts(models.Model):
    """Per bucket a balance from `since` on and the product (积数) of all days before it, in fen and fen-days.

    The product of every day up to and including d is `…_product + … * (d - since + 1)`.
    """

    since = models.DateField(_("起"))
    deposit = models.BigIntegerField(default=0)
    deposit_product = models.BigIntegerField(default=0)
    agreement = models.BigIntegerField(default=0)
    agreement_product = models.BigIntegerField(default=0)
    loan = models.BigIntegerField(default=0)
    loan_product = models.BigIntegerField(default=0)
    overdraft = models.BigIntegerField(default=0)
    overdraft_product = models.BigIntegerField(default=0)

    class Meta:
        abstract = True


class CustomerProduct(Amounts):
    """The history of a customer's amounts: the last row with `since <= d` answers for day d.

    Any window is two look-ups and a subtraction. Partitioned by month of `since`.
    """

    pk = models.CompositePrimaryKey("customer", "since")
    customer = models.ForeignKey(
        Customer, models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )

    class Meta:
        verbose_name = _("客户积数")
        verbose_name_plural = _("客户积数")


class CustomerPosition(Amounts):
    """A customer's amounts on the last day worked out, with the marks that make windows subtractions.

    A mark is the product of all days before the first day of the month, quarter or year that `since` lies in
    (`…_last_year`: of the year before). It is set by the first change within that span; where `since` lies
    before the span, nothing changed in it and the product itself gives the mark.
    `first_since` is the first day anything was held. `acquired_on` is the latest first balance of an account
    that is older than the history (its past is unknown before that day).
    """

    customer = models.OneToOneField(
        Customer, models.CASCADE, primary_key=True, related_name="+", db_constraint=False
    )
    deposit_month = models.BigIntegerField(default=0)
    deposit_quarter = models.BigIntegerField(default=0)
    deposit_year = models.BigIntegerField(default=0)
    deposit_last_year = models.BigIntegerField(default=0)
    loan_month = models.BigIntegerField(default=0)
    loan_quarter = models.BigIntegerField(default=0)
    loan_year = models.BigIntegerField(default=0)
    first_since = models.DateField(null=True)
    acquired_on = models.DateField(null=True)

    class Meta:
        verbose_name = _("客户头寸")
        verbose_name_plural = _("客户头寸")
