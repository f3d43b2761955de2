"""Classifications of loans as delivered, daily exposures and the quality readings made from them."""

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from ledger.models import Account, Run
from ledger.models.accounts import Delivered
from ledger.models.runs import per_floor
from managers.models import ClientManager, Customer


class LoanClass(models.TextChoices):
    """The five loan classes; the last three are non-performing."""

    NORMAL = "normal", _("正常")
    SPECIAL_MENTION = "special_mention", _("关注")
    SUBSTANDARD = "substandard", _("次级")
    DOUBTFUL = "doubtful", _("可疑")
    LOSS = "loss", _("损失")


class Classification(Delivered):
    """The class of a loan from `business_date` on, and its interest arrears in CNY where delivered."""

    account = models.ForeignKey(
        Account, models.PROTECT, related_name="classifications", db_index=False, verbose_name=_("贷款账户")
    )
    business_date = models.DateField(_("业务日期"))
    loan_class = models.CharField(_("五级分类"), max_length=16, choices=LoanClass)
    interest_arrears = models.DecimalField(_("欠息"), max_digits=20, decimal_places=2, null=True)

    class Meta:
        verbose_name = _("贷款分类")
        verbose_name_plural = _("贷款分类")
        ordering = ["account", "business_date", "bundle"]
        indexes = [models.Index(fields=["business_date"], name="classification_business_date")]
        constraints = [
            models.UniqueConstraint(name="classification_key", fields=["account", "business_date", "bundle"]),
            models.CheckConstraint(
                name="classification_known",
                condition=Q(loan_class__in=["normal", "special_mention", "substandard", "doubtful", "loss"]),
            ),
            models.CheckConstraint(
                name="arrears_not_negative",
                condition=Q(interest_arrears__isnull=True)
                | Q(interest_arrears__gte=0, interest_arrears__lt=10**18),
            ),
        ]


class Exposure(models.Model):
    """What is wrong at one customer at the end of every day from `since` to `until` (empty: still), in CNY.

    No row where nothing is wrong; a new row where an amount changes.
    """

    pk = models.CompositePrimaryKey("customer", "since")
    customer = models.ForeignKey(
        Customer, models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    since = models.DateField(_("起"))
    until = models.DateField(_("止"), null=True)
    non_performing = models.DecimalField(_("后三类余额"), max_digits=24, decimal_places=2)
    interest_arrears = models.DecimalField(_("欠息"), max_digits=24, decimal_places=2)
    advances = models.DecimalField(_("垫款"), max_digits=24, decimal_places=2)

    class Meta:
        verbose_name = _("不良敞口")
        verbose_name_plural = _("不良敞口")
        indexes = [
            models.Index(fields=["customer"], name="exposure_open", condition=Q(until__isnull=True)),
            models.Index(fields=["until"], name="exposure_until"),
        ]


class LoanState(models.Model):
    """The class and arrears of a loan on the last day worked out; no row where no class was delivered."""

    account = models.OneToOneField(
        Account, models.CASCADE, primary_key=True, related_name="+", db_constraint=False
    )
    loan_class = models.CharField(_("五级分类"), max_length=16, choices=LoanClass)
    interest_arrears = models.DecimalField(_("欠息"), max_digits=20, decimal_places=2)

    class Meta:
        verbose_name = _("贷款状态")
        verbose_name_plural = _("贷款状态")
        indexes = [
            models.Index(
                fields=["account"],
                name="loan_state_wrong",
                condition=Q(loan_class__in=["substandard", "doubtful", "loss"]) | Q(interest_arrears__gt=0),
            )
        ]


class BasePortfolio(models.Model):
    """A customer's loans at the end of the last quarter before the last day worked out, in fen.

    Of the normal class, all of them, and how many had no class; no row where there were none.
    """

    customer = models.OneToOneField(
        Customer, models.CASCADE, primary_key=True, related_name="+", db_constraint=False
    )
    normal = models.BigIntegerField()
    total = models.BigIntegerField()
    unclassified = models.PositiveIntegerField()

    class Meta:
        verbose_name = _("基期贷款")
        verbose_name_plural = _("基期贷款")


class Standing(models.Model):
    """Up to which day, and by which bundles, the loan side of one slot of customers is worked out.

    `base_on` is the day of its base portfolio; empty where none is kept because no classes are delivered.
    """

    slot = models.PositiveSmallIntegerField(primary_key=True)
    stands_on = models.DateField()
    through_bundle = models.BigIntegerField()
    base_on = models.DateField(null=True)

    class Meta:
        verbose_name = _("信贷进度")
        verbose_name_plural = _("信贷进度")


class QualityReading(models.Model):
    """Loan quality of one manager for one window, as one run published it: an entry per floor of the run.

    Balances are at the manager's share on the last day of the window (`base_…`: of the previous
    quarter; empty where the history does not reach back). The three peaks are the highest total of a single
    day over the customers held that day, whole amounts. `unclassified` counts loans on the last day that no
    class was delivered for.
    """

    pk = models.CompositePrimaryKey("run", "manager", "window")
    run = models.ForeignKey(
        Run, models.CASCADE, related_name="quality_readings", db_index=False, db_constraint=False
    )
    manager = models.ForeignKey(
        ClientManager, models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    window = models.CharField(max_length=16)
    normal_balance = per_floor(32, 8)
    loan_balance = per_floor(32, 8)
    unclassified = ArrayField(models.PositiveIntegerField())
    base_normal_balance = per_floor(32, 8)
    base_loan_balance = per_floor(32, 8)
    base_unclassified = ArrayField(models.PositiveIntegerField(null=True))
    non_performing = per_floor(24, 2)
    interest_arrears = per_floor(24, 2)
    advances = per_floor(24, 2)

    class Meta:
        verbose_name = _("质量读数")
        verbose_name_plural = _("质量读数")
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]
