"""Posting: where a manager served and in which position, from when to when; never rewritten."""

from typing import Any, ClassVar

import pgtrigger
from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils.translation import gettext_lazy as _

from managers import history
from managers.models.organisation import Branch
from managers.models.people import ClientManager
from managers.models.scope import ManagerScoped


class _Tenure(Func):
    """The inclusive range of days of a posting, for the exclusion constraint."""

    function = "DATERANGE"
    output_field = DateRangeField()


@history.kept()
class Posting(models.Model):
    """A manager's post at a branch from `starts_on` to `ends_on`, both inclusive; the current one is open.

    Rows are appended; all that still happens to a row is that the next posting, or leaving, ends it.
    """

    manager = models.ForeignKey(
        ClientManager, models.PROTECT, related_name="postings", verbose_name=_("客户经理")
    )
    branch = models.ForeignKey(Branch, models.PROTECT, related_name="postings", verbose_name=_("机构"))
    position = models.CharField(_("岗位"), max_length=80, blank=True)
    starts_on = models.DateField(_("起"))
    ends_on = models.DateField(_("止"), null=True, blank=True)
    reason = models.CharField(_("依据"), max_length=200, blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("登记人")
    )
    recorded_at = models.DateTimeField(_("登记时间"), auto_now_add=True)

    objects = ManagerScoped.as_manager()

    class Meta:
        verbose_name = _("任职记录")
        verbose_name_plural = _("任职记录")
        ordering = ["manager", "-starts_on"]
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(
                name="posting_dates", condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on"))
            ),
            models.UniqueConstraint(
                name="posting_one_open", fields=["manager"], condition=Q(ends_on__isnull=True)
            ),
            ExclusionConstraint(
                name="posting_one_at_a_time",
                expressions=[
                    ("manager", RangeOperators.EQUAL),
                    (_Tenure("starts_on", "ends_on", Value("[]")), RangeOperators.OVERLAPS),
                ],
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="keep", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="only_ended",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__ends_on__isnull=False)
                | pgtrigger.Q(old__manager__df=pgtrigger.F("new__manager"))
                | pgtrigger.Q(old__branch__df=pgtrigger.F("new__branch"))
                | pgtrigger.Q(old__position__df=pgtrigger.F("new__position"))
                | pgtrigger.Q(old__starts_on__df=pgtrigger.F("new__starts_on"))
                | pgtrigger.Q(old__reason__df=pgtrigger.F("new__reason"))
                | pgtrigger.Q(old__recorded_by__df=pgtrigger.F("new__recorded_by"))
                | pgtrigger.Q(old__recorded_at__df=pgtrigger.F("new__recorded_at")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.manager} · {self.branch} · {self.starts_on}"
