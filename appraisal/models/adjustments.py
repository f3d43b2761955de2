"""Adjustment: what is added to a computed figure for a while, by two people, beside it and never in it."""

from typing import Any

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, transition

from managers import history
from managers.models import ClientManager
from managers.models.scope import ManagerScoped


def _person(label: Any, **options: Any) -> Any:
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=label, **options
    )


@history.kept()
class Adjustment(models.Model):
    """An amount, in the unit of its metric, added to one figure of a manager while it is in force.

    The computed figure stays as it is and stays visible; verdicts of business dates from `starts_on` to
    `expires_on` are judged on the sum, and their evidence says so. Recomputing changes nothing about it.
    """

    class State(models.TextChoices):
        PROPOSED = "proposed", _("待批准")
        APPROVED = "approved", _("已批准")
        REJECTED = "rejected", _("不予批准")
        WITHDRAWN = "withdrawn", _("已撤回")
        ENDED = "ended", _("提前终止")

    manager = models.ForeignKey(
        ClientManager, models.PROTECT, related_name="adjustments", verbose_name=_("客户经理")
    )
    metric = models.CharField(_("指标"), max_length=64)
    window = models.CharField(_("期间"), max_length=24)
    amount = models.DecimalField(_("调整额"), max_digits=20, decimal_places=2)
    starts_on = models.DateField(_("起"))
    expires_on = models.DateField(_("失效日"))
    reason = models.TextField(_("原因"))
    evidence = models.TextField(_("凭据"))
    state = FSMField(_("状态"), default=State.PROPOSED, choices=State.choices, protected=True)
    proposed_by = _person(_("提出人"))
    proposed_at = models.DateTimeField(_("提出时间"), auto_now_add=True)
    decided_by = _person(_("批准人"), null=True)
    decided_at = models.DateTimeField(_("批准时间"), null=True)
    ended_on = models.DateField(_("终止日"), null=True)

    objects = ManagerScoped.as_manager()

    class Meta:
        verbose_name = _("调整")
        verbose_name_plural = _("调整")
        ordering = ["-proposed_at", "-id"]
        constraints = [
            models.CheckConstraint(name="adjustment_not_zero", condition=~Q(amount=0)),
            models.CheckConstraint(name="adjustment_dates", condition=Q(expires_on__gte=F("starts_on"))),
            models.CheckConstraint(name="adjustment_says_why", condition=Q(reason__gt="", evidence__gt="")),
            models.CheckConstraint(name="adjustment_two_people", condition=~Q(decided_by=F("proposed_by"))),
            models.CheckConstraint(
                name="adjustment_decided_whole",
                condition=Q(
                    state__in=["proposed", "withdrawn"], decided_by__isnull=True, decided_at__isnull=True
                )
                | Q(
                    state__in=["approved", "rejected", "ended"],
                    decided_by__isnull=False,
                    decided_at__isnull=False,
                ),
            ),
            models.CheckConstraint(
                name="adjustment_ended_on_a_day",
                condition=Q(state="ended", ended_on__isnull=False)
                | (~Q(state="ended") & Q(ended_on__isnull=True)),
            ),
        ]
        triggers = [
            pgtrigger.FSM(
                name="state_machine",
                field="state",
                transitions=[
                    ("proposed", "approved"),
                    ("proposed", "rejected"),
                    ("proposed", "withdrawn"),
                    ("approved", "ended"),
                ],
            ),
            pgtrigger.Protect(name="keep", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="content_is_fixed",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__amount__df=pgtrigger.F("new__amount"))
                | pgtrigger.Q(old__metric__df=pgtrigger.F("new__metric"))
                | pgtrigger.Q(old__window__df=pgtrigger.F("new__window"))
                | pgtrigger.Q(old__manager__df=pgtrigger.F("new__manager"))
                | pgtrigger.Q(old__starts_on__df=pgtrigger.F("new__starts_on"))
                | pgtrigger.Q(old__expires_on__df=pgtrigger.F("new__expires_on"))
                | pgtrigger.Q(old__reason__df=pgtrigger.F("new__reason"))
                | pgtrigger.Q(old__evidence__df=pgtrigger.F("new__evidence")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.manager} · {self.metric}"

    @transition(field=state, source=State.PROPOSED, target=State.APPROVED)
    def approve(self) -> None:
        """A second person agrees; it counts from `starts_on`."""

    @transition(field=state, source=State.PROPOSED, target=State.REJECTED)
    def reject(self) -> None:
        """A second person does not agree."""

    @transition(field=state, source=State.PROPOSED, target=State.WITHDRAWN)
    def withdraw(self) -> None:
        """The proposer takes it back."""

    @transition(field=state, source=State.APPROVED, target=State.ENDED)
    def end(self) -> None:
        """It counts no more from a day on; verdicts frozen with it stay as they are."""
