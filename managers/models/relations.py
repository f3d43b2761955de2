"""Relation and Delegation: whose case a person may not touch, and who acts for whom."""

from datetime import timedelta
from typing import Any

import pgtrigger
from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils.translation import gettext_lazy as _

from managers import history
from managers.models.access import Grant
from managers.models.exclusions import DELEGATION_EXCLUDED
from managers.models.people import ClientManager


class _Days(Func):
    """The inclusive range of days of a row, for an exclusion constraint."""

    function = "DATERANGE"
    output_field = DateRangeField()


@history.kept()
class Relation(models.Model):
    """Why a user may not act on a manager's case: kin, or the manager is the user's own superior.

    Rows are declared and ended, never deleted.
    """

    class Kind(models.TextChoices):
        KIN = "kin", _("亲属")
        SUPERIOR = "superior", _("本人的上级")

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="relations", verbose_name=_("用户")
    )
    manager = models.ForeignKey(
        ClientManager, models.PROTECT, related_name="relations", verbose_name=_("客户经理")
    )
    kind = models.CharField(_("关系"), max_length=16, choices=Kind)
    starts_on = models.DateField(_("起"))
    ends_on = models.DateField(_("止"), null=True, blank=True)
    reason = models.CharField(_("说明"), max_length=200)
    declared_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("申报人")
    )
    declared_at = models.DateTimeField(_("申报时间"), auto_now_add=True)

    class Meta:
        verbose_name = _("回避关系")
        verbose_name_plural = _("回避关系")
        ordering = ["manager", "user", "kind", "starts_on"]
        constraints = [
            models.CheckConstraint(name="relation_kind_known", condition=Q(kind__in=["kin", "superior"])),
            models.CheckConstraint(
                name="relation_dates", condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on"))
            ),
            ExclusionConstraint(
                name="relation_once",
                expressions=[
                    ("user", RangeOperators.EQUAL),
                    ("manager", RangeOperators.EQUAL),
                    ("kind", RangeOperators.EQUAL),
                    (_Days("starts_on", "ends_on", Value("[]")), RangeOperators.OVERLAPS),
                ],
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="keep", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(
                name="declared_once",
                fields=["user", "manager", "kind", "starts_on", "reason", "declared_by", "declared_at"],
            ),
            pgtrigger.Protect(
                name="only_shortened",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__ends_on__isnull=False)
                & (
                    pgtrigger.Q(new__ends_on__isnull=True)
                    | pgtrigger.Q(new__ends_on__gt=pgtrigger.F("old__ends_on"))
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.manager}"


@history.kept()
class Delegation(models.Model):
    """A grant exercised for its holder by somebody else for some days; one level, never handed on."""

    #: The longest span of days a grant may be handed over for at a time.
    MOST_DAYS = 62

    grant = models.ForeignKey(Grant, models.PROTECT, related_name="delegations", verbose_name=_("授权"))
    to = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="delegations", verbose_name=_("受托人")
    )
    starts_on = models.DateField(_("起"))
    ends_on = models.DateField(_("止"))
    reason = models.CharField(_("原因"), max_length=200)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("委托人")
    )
    made_at = models.DateTimeField(_("委托时间"), auto_now_add=True)
    ended_at = models.DateTimeField(_("终止时间"), null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("终止人"),
    )

    class Meta:
        verbose_name = _("委托")
        verbose_name_plural = _("委托")
        ordering = ["-starts_on", "-id"]
        constraints = [
            models.CheckConstraint(name="delegation_dates", condition=Q(ends_on__gte=F("starts_on"))),
            models.CheckConstraint(
                name="delegation_at_most_62_days",
                condition=Q(ends_on__lt=F("starts_on") + timedelta(days=62)),  # MOST_DAYS
            ),
            ExclusionConstraint(
                name="delegation_to_one_at_a_time",
                expressions=[
                    ("grant", RangeOperators.EQUAL),
                    (_Days("starts_on", "ends_on", Value("[]")), RangeOperators.OVERLAPS),
                ],
                condition=Q(ended_at__isnull=True),
            ),
            models.CheckConstraint(name="delegation_to_another", condition=~Q(to=F("made_by"))),
            models.CheckConstraint(
                name="delegation_ended_with_time",
                condition=Q(ended_at__isnull=False) | Q(ended_by__isnull=True),
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="keep", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(
                name="made_once",
                fields=["grant", "to", "starts_on", "ends_on", "reason", "made_by", "made_at"],
            ),
            pgtrigger.Protect(
                name="ended_once",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__ended_at__isnull=False),
            ),
            pgtrigger.Trigger(
                name="excluded",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func=DELEGATION_EXCLUDED,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.to} ← {self.grant}"


def in_force(on: Any, prefix: str = "") -> Q:
    """Rows with `starts_on` and `ends_on` (open where empty) that hold on a day."""
    ends = Q(**{f"{prefix}ends_on__isnull": True}) | Q(**{f"{prefix}ends_on__gte": on})
    return ends & Q(**{f"{prefix}starts_on__lte": on})
