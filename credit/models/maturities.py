"""MaturityNotice and its acknowledgement: borrowers told ahead that a loan is due; CalendarToken."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from credit.models.scoped import LoanScoped
from ledger.models import Account
from managers import history
from managers.models import ClientManager, StoredFile


class MaturityNotice(models.Model):
    """A notice that a loan matures on a day, made `days_before` it: each exactly once, never changed.

    `balance` is what was outstanding when it was made, in the account's currency; empty where not known.
    """

    account = models.ForeignKey(
        Account, models.PROTECT, related_name="maturity_notices", verbose_name=_("贷款账户")
    )
    manager = models.ForeignKey(
        ClientManager,
        models.PROTECT,
        null=True,
        related_name="maturity_notices",
        verbose_name=_("客户经理"),
    )
    matures_on = models.DateField(_("到期日"))
    days_before = models.PositiveSmallIntegerField(_("提前天数"))
    made_on = models.DateField(_("生成日"))
    balance = models.DecimalField(_("余额"), max_digits=20, decimal_places=2, null=True)

    objects = LoanScoped.as_manager()

    class Meta:
        verbose_name = _("到期通知书")
        verbose_name_plural = _("到期通知书")
        ordering = ["matures_on", "account"]
        indexes = [models.Index(fields=["matures_on"], name="maturity_notice_matures")]
        constraints = [
            models.UniqueConstraint(
                name="maturity_notice_key", fields=["account", "matures_on", "days_before"]
            ),
            models.CheckConstraint(name="maturity_notice_ahead", condition=Q(matures_on__gte=F("made_on"))),
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.account} · {self.matures_on}"

    @property
    def ahead(self) -> int:
        """How many days before maturity it was really made: fewer than `days_before` where it came late."""
        return (self.matures_on - self.made_on).days


@history.kept()
class Acknowledgement(models.Model):
    """Who of the customer took a maturity notice, when and how; append-only."""

    class Way(models.TextChoices):
        HANDED = "handed", _("当面送达")
        POST = "post", _("邮寄送达")
        ELECTRONIC = "electronic", _("电子送达")

    notice = models.OneToOneField(
        MaturityNotice, models.PROTECT, related_name="acknowledgement", verbose_name=_("通知书")
    )
    received_by = models.CharField(_("客户方签收人"), max_length=80)
    received_on = models.DateField(_("签收日"))
    way = models.CharField(_("送达方式"), max_length=12, choices=Way)
    evidence = models.ForeignKey(
        StoredFile, models.PROTECT, null=True, related_name="+", verbose_name=_("回执")
    )
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("登记人")
    )
    recorded_on = models.DateField(_("登记日"))

    class Meta:
        verbose_name = _("到期通知回执")
        verbose_name_plural = _("到期通知回执")
        constraints = [
            models.CheckConstraint(name="acknowledgement_says_who", condition=~Q(received_by="")),
            models.CheckConstraint(
                name="acknowledgement_dates", condition=Q(received_on__lte=F("recorded_on"))
            ),
            models.CheckConstraint(
                name="acknowledgement_way", condition=Q(way__in=["handed", "post", "electronic"])
            ),
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.notice_id} · {self.received_on}"


class CalendarToken(models.Model):
    """The secret of a person's calendar feed; only its digest is kept, and a new one ends the old one."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="calendar_token", verbose_name=_("用户")
    )
    digest = models.CharField(_("摘要"), max_length=64, unique=True, editable=False)
    renewed_at = models.DateTimeField(_("更换时间"), auto_now=True)

    class Meta:
        verbose_name = _("日历令牌")
        verbose_name_plural = _("日历令牌")

    def __str__(self) -> str:
        return str(self.user)
