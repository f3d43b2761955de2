"""Positions and products: where every account and customer stands, and the prefix sums behind every window.

All derived from delivered facts and rebuilt from them; amounts are whole fen, so that sums are exact and
fast. Rows are written by `ledger.services.products` alone.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _

from ledger.models.accounts import Account
from ledger.models.runs import Chunk
from managers.models import Customer


class Block(models.Model):
    """Columns of numbers of some slots of customers, packed by `ledger.rules.packing`.

    Derived: where they are lost they are worked out of the history again.
    """

    first_slot = models.PositiveSmallIntegerField(primary_key=True)
    last_slot = models.PositiveSmallIntegerField()

    class Meta:
        abstract = True


class RegisterBlock(Block):
    """Which customers and accounts there are, by all accounts up to a number and the bundle `registered`."""

    registered = models.PositiveBigIntegerField()
    last_account = models.PositiveBigIntegerField()
    customer = models.BinaryField()
    accounts = models.BinaryField()

    class Meta:
        verbose_name = _("账户名册块")
        verbose_name_plural = _("账户名册块")


class PositionBlock(Block):
    """Where the accounts and customers of a register block stand on the last day worked out, marks included.

    A mark is the product of all days before the first day of the month, quarter or year that `since` lies in
    (`…_last_year`: of the year before). It is set by the first change within that span; where `since` lies
    before the span, nothing changed in it and the product itself gives the mark.
    """

    accounts = models.BinaryField()
    customers = models.BinaryField()

    class Meta:
        verbose_name = _("头寸块")
        verbose_name_plural = _("头寸块")


class AssignmentBlock(Block):
    """Who holds the customers of some slots, by the bundles up to `known`."""

    known = models.PositiveBigIntegerField()
    assignments = models.BinaryField()

    class Meta:
        verbose_name = _("归属块")
        verbose_name_plural = _("归属块")


class LoanPosition(models.Model):
    """A loan's balance in hundredths of its currency and its worth in fen, on the last day worked out.

    What the blocks say of loans, once more as rows, for the statements of the loan side.
    """

    account = models.OneToOneField(
        Account, models.CASCADE, primary_key=True, related_name="position", db_constraint=False
    )
    customer = models.ForeignKey(
        Customer, models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    closed_on = models.DateField(_("销户日"))
    balance = models.BigIntegerField(_("余额"))
    value = models.BigIntegerField(_("折人民币（分）"))

    class Meta:
        verbose_name = _("贷款头寸")
        verbose_name_plural = _("贷款头寸")
        # parts of a night read those of their slots
        indexes = [models.Index(models.F("customer") % Chunk.SLOTS, name="loan_slot")]


class BorrowerClass(models.Model):
    """How many of the stored floors each window's own average of a customer that ever borrowed reaches.

    Borrowed by a loan account or an overdraft (in fen). As the blocks say on the last day worked out, and
    `was_…` on the day before; once more as rows, for the statements of the loan side.
    """

    customer = models.OneToOneField(
        Customer, models.CASCADE, primary_key=True, related_name="+", db_constraint=False
    )
    overdraft = models.BigIntegerField()
    ever_overdrawn = models.BooleanField()
    class_month = models.SmallIntegerField()
    class_quarter = models.SmallIntegerField()
    class_year = models.SmallIntegerField()
    was_month = models.SmallIntegerField()
    was_quarter = models.SmallIntegerField()
    was_year = models.SmallIntegerField()

    class Meta:
        verbose_name = _("借款客户档次")
        verbose_name_plural = _("借款客户档次")
        indexes = [
            models.Index(fields=["customer"], name="borrower_overdrawn", condition=models.Q(overdraft__gt=0)),
            models.Index(models.F("customer") % Chunk.SLOTS, name="borrower_slot"),
        ]


class PartialSum(models.Model):
    """What the customers of one part of a run credit to some slots of managers, until the run is published.

    Packed `ledger.rules.crediting.Sums`; `part` and `first_slot` are the first slots of the customers and of
    the managers. Where some are lost the readings are made of the history.
    """

    run = models.ForeignKey(
        "ledger.Run", models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    part = models.PositiveSmallIntegerField()
    first_slot = models.PositiveSmallIntegerField()
    sums = models.BinaryField()

    class Meta:
        verbose_name = _("部分合计")
        verbose_name_plural = _("部分合计")
        constraints = [
            models.UniqueConstraint(fields=["run", "part", "first_slot"], name="one_sum_a_part_and_slice")
        ]


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
