"""Rotation: how long a manager may stay, as dated limits; and leave, the mandatory one above all."""

from typing import Any, ClassVar

import pgtrigger
from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils.translation import gettext_lazy as _

from managers import history
from managers.models.people import ClientManager
from managers.models.scope import PermittedQuerySet


class _Days(Func):
    """The inclusive range of days of a leave, for the exclusion constraint."""

    function = "DATERANGE"
    output_field = DateRangeField()


class OfRotation(PermittedQuerySet):
    """Rows of a manager for whoever looks after rotation there, and one's own."""

    action = "view_rotation"


@history.kept(subject="rotation_limit:{pk}")
class RotationLimit(models.Model):
    """From `starts_on`: so many months in one post or outlet, or between two mandatory leaves. Append-only.

    `position` empty stands for every position that has no limit of its own; 0 months lift a limit. `days`
    is the least length of a leave that counts. The latest row of a kind and position that has begun holds.
    """

    class Kind(models.TextChoices):
        POST = "post", _("同一岗位")
        PLACE = "place", _("同一机构")
        LEAVE = "leave", _("强制休假间隔")

    kind = models.CharField(_("种类"), max_length=8, choices=Kind)
    position = models.CharField(_("岗位"), max_length=80, blank=True)
    months = models.PositiveSmallIntegerField(_("月数"))
    days = models.PositiveSmallIntegerField(_("每次至少天数"), default=0)
    starts_on = models.DateField(_("自"))
    cites = models.CharField(_("依据"), max_length=200)
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("登记人")
    )
    set_at = models.DateTimeField(_("登记时间"), auto_now_add=True)

    class Meta:
        verbose_name = _("轮岗期限")
        verbose_name_plural = _("轮岗期限")
        ordering = ["kind", "position", "-starts_on", "-id"]
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(name="rotation_limit_a_day", fields=["kind", "position", "starts_on"]),
            models.CheckConstraint(
                name="rotation_limit_kind", condition=Q(kind__in=["post", "place", "leave"])
            ),
            models.CheckConstraint(name="rotation_limit_months", condition=Q(months__lte=600)),
            models.CheckConstraint(name="rotation_limit_cites", condition=~Q(cites="")),
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.position} {self.months}"


@history.kept(subject="leave:{pk}")
class LeaveRecord(models.Model):
    """A leave from `starts_on` to `ends_on`, both inclusive, and who did the work meanwhile.

    A leave that does not take place is called off; it is never changed.
    """

    class Kind(models.TextChoices):
        MANDATORY = "mandatory", _("强制休假")
        ANNUAL = "annual", _("年休假")
        OTHER = "other", _("其他")

    manager = models.ForeignKey(
        ClientManager, models.PROTECT, related_name="leaves", verbose_name=_("客户经理")
    )
    kind = models.CharField(_("种类"), max_length=12, choices=Kind)
    starts_on = models.DateField(_("起"))
    ends_on = models.DateField(_("止"))
    stand_in = models.ForeignKey(
        ClientManager,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="stood_in",
        verbose_name=_("代班人"),
    )
    note = models.CharField(_("说明"), max_length=200, blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("登记人")
    )
    recorded_at = models.DateTimeField(_("登记时间"), auto_now_add=True)
    cancelled_at = models.DateTimeField(_("取消时间"), null=True, blank=True)
    cancelled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("取消人")
    )

    objects = OfRotation.as_manager()

    class Meta:
        verbose_name = _("休假记录")
        verbose_name_plural = _("休假记录")
        ordering = ["-starts_on", "-id"]
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(name="leave_dates", condition=Q(ends_on__gte=F("starts_on"))),
            models.CheckConstraint(
                name="leave_kind_known", condition=Q(kind__in=["mandatory", "annual", "other"])
            ),
            models.CheckConstraint(
                name="leave_stand_in_is_another",
                condition=Q(stand_in__isnull=True) | ~Q(stand_in=F("manager")),
            ),
            models.CheckConstraint(
                name="leave_cancelled_by_somebody",
                condition=Q(cancelled_at__isnull=True, cancelled_by__isnull=True)
                | Q(cancelled_at__isnull=False, cancelled_by__isnull=False),
            ),
            ExclusionConstraint(
                name="leave_one_at_a_time",
                expressions=[
                    ("manager", RangeOperators.EQUAL),
                    (_Days("starts_on", "ends_on", Value("[]")), RangeOperators.OVERLAPS),
                ],
                condition=Q(cancelled_at__isnull=True),
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="keep", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(name="recorded_once", exclude=["cancelled_at", "cancelled_by"]),
            pgtrigger.Protect(
                name="cancelled_once",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__cancelled_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.manager} · {self.starts_on} – {self.ends_on}"
