"""Event and Target: what happened to a client manager, and what was planned for one; append-only."""

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from ledger.models.accounts import Delivered
from managers.models import ClientManager
from managers.models.scope import ManagerScoped


class Event(Delivered):
    """Something counted of a manager on a day, such as a complaint or a card sold.

    Of several rows for one manager, day, code and note the one of the latest bundle holds; a quantity of 0
    withdraws the event.
    """

    manager = models.ForeignKey(
        ClientManager, models.PROTECT, related_name="events", db_index=False, verbose_name=_("客户经理")
    )
    business_date = models.DateField(_("业务日期"))
    code = models.CharField(_("事项代码"), max_length=64)
    quantity = models.DecimalField(_("数量"), max_digits=19, decimal_places=4)
    note = models.CharField(_("说明"), max_length=200, blank=True)

    objects = ManagerScoped.as_manager()

    class Meta:
        verbose_name = _("人员事项")
        verbose_name_plural = _("人员事项")
        ordering = ["manager", "business_date", "code", "note", "bundle"]
        indexes = [models.Index(fields=["code", "business_date"], name="event_code")]
        constraints = [
            models.UniqueConstraint(
                name="event_key", fields=["manager", "code", "business_date", "note", "bundle"]
            ),
            models.CheckConstraint(name="event_is_a_number", condition=Q(quantity__lt=10**15)),
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.business_date} {self.code}"


class Target(Delivered):
    """What a manager is to reach from `starts_on` to `ends_on` (empty: no end), by the plan's own code.

    Of several rows for one manager, metric and start the one of the latest bundle holds.
    """

    manager = models.ForeignKey(
        ClientManager, models.PROTECT, related_name="targets", db_index=False, verbose_name=_("客户经理")
    )
    metric = models.CharField(_("目标代码"), max_length=64)
    starts_on = models.DateField(_("起"))
    ends_on = models.DateField(_("止"), null=True, blank=True)
    value = models.DecimalField(_("目标值"), max_digits=19, decimal_places=4)

    objects = ManagerScoped.as_manager()

    class Meta:
        verbose_name = _("目标计划")
        verbose_name_plural = _("目标计划")
        ordering = ["manager", "metric", "starts_on", "bundle"]
        constraints = [
            models.UniqueConstraint(name="target_key", fields=["metric", "manager", "starts_on", "bundle"]),
            models.CheckConstraint(
                name="target_dates", condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on"))
            ),
            models.CheckConstraint(name="target_is_a_number", condition=Q(value__lt=10**15)),
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.metric} {self.starts_on}"
