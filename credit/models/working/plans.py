"""MarketingPlan and PlanTarget: what a manager is to reach in a year, version by version."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, transition

from credit.models.working.separation import KEEP, OfWorking, apart
from managers import history
from managers.models import ClientManager

STEPS = {
    "draft": _("起草"),
    "submit": _("提交"),
    "approve": _("批准"),
    "send_back": _("退回"),
    "supersede": _("被新版取代"),
    "withdraw": _("撤回"),
}
#: Steps that must be taken by other people than the earlier ones named.
SEATS = {"approve": ("draft", "submit"), "send_back": ("draft", "submit")}


@history.kept(subject="plan:{pk}", sealed=("market", "measures"))
class MarketingPlan(models.Model):
    """The plan of one manager for a year. Of several versions one is approved; its targets are the ledger's.

    What a version plans is written while it is drafted and stays; a change is the next version.
    """

    class State(models.TextChoices):
        DRAFTED = "drafted", _("起草中")
        SUBMITTED = "submitted", _("待批准")
        APPROVED = "approved", _("已批准")
        SUPERSEDED = "superseded", _("已被取代")
        WITHDRAWN = "withdrawn", _("已撤回")

    OPEN = (State.DRAFTED, State.SUBMITTED)

    manager = models.ForeignKey(
        ClientManager, models.PROTECT, related_name="marketing_plans", verbose_name=_("客户经理")
    )
    year = models.PositiveSmallIntegerField(_("年度"))
    version = models.PositiveSmallIntegerField(_("版本"))
    market = models.TextField(_("市场分析"), max_length=4000)
    measures = models.TextField(_("营销措施"), max_length=4000)
    state = FSMField(_("状态"), default=State.DRAFTED, choices=State.choices, protected=True)
    state_since = models.DateTimeField(_("进入状态时间"), auto_now=True)
    drafted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("起草人")
    )
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("批准人")
    )
    approved_on = models.DateField(_("批准日"), null=True)

    objects = OfWorking.as_manager()

    class Meta:
        verbose_name = _("营销计划")
        verbose_name_plural = _("营销计划")
        ordering = ["-year", "manager", "-version"]
        constraints = [
            models.UniqueConstraint(name="plan_version", fields=["manager", "year", "version"]),
            models.UniqueConstraint(
                name="plan_one_approved", fields=["manager", "year"], condition=Q(state="approved")
            ),
            models.UniqueConstraint(
                name="plan_one_open",
                fields=["manager", "year"],
                condition=Q(state__in=["drafted", "submitted"]),
            ),
            models.CheckConstraint(name="plan_year", condition=Q(year__gte=1990, year__lte=2100)),
            models.CheckConstraint(name="plan_two_people", condition=~Q(approved_by=F("drafted_by"))),
            models.CheckConstraint(
                name="plan_state_people",
                condition=Q(
                    state__in=["drafted", "submitted", "withdrawn"], approved_by=None, approved_on=None
                )
                | Q(
                    state__in=["approved", "superseded"],
                    approved_by__isnull=False,
                    approved_on__isnull=False,
                ),
            ),
        ]
        triggers = [
            KEEP,
            pgtrigger.FSM(
                name="state_machine",
                field="state",
                transitions=[
                    ("drafted", "submitted"),
                    ("submitted", "drafted"),
                    ("submitted", "approved"),
                    ("approved", "superseded"),
                    ("drafted", "withdrawn"),
                    ("submitted", "withdrawn"),
                ],
            ),
            pgtrigger.ReadOnly(name="whose", fields=["manager", "year", "version", "drafted_by"]),
            pgtrigger.Protect(
                name="text_fixed",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    "OLD.state <> 'drafted' AND (OLD.market, OLD.measures)"
                    " IS DISTINCT FROM (NEW.market, NEW.measures)"
                ),
            ),
            apart("not_tied", "approved_by_id"),
        ]

    def __str__(self) -> str:
        return f"{self.manager} {self.year} v{self.version}"

    @transition(field=state, source=State.DRAFTED, target=State.SUBMITTED)
    def submit(self) -> None:
        """For approval."""

    @transition(field=state, source=State.SUBMITTED, target=State.APPROVED)
    def approve(self) -> None:
        """Another person says yes; its targets count from now on."""

    @transition(field=state, source=State.SUBMITTED, target=State.DRAFTED)
    def send_back(self) -> None:
        """Another person wants it otherwise."""

    @transition(field=state, source=State.APPROVED, target=State.SUPERSEDED)
    def supersede(self) -> None:
        """A later version was approved."""

    @transition(field=state, source=[State.DRAFTED, State.SUBMITTED], target=State.WITHDRAWN)
    def withdraw(self) -> None:
        """Its maker does not go on."""


class PlanTarget(models.Model):
    """One target of a plan: so much of a metric by the end of a quarter, or of the year."""

    class Period(models.TextChoices):
        YEAR = "year", _("全年")
        Q1 = "q1", _("一季度")
        Q2 = "q2", _("二季度")
        Q3 = "q3", _("三季度")
        Q4 = "q4", _("四季度")

    plan = models.ForeignKey(
        MarketingPlan, models.PROTECT, related_name="targets", verbose_name=_("营销计划")
    )
    metric = models.CharField(_("指标"), max_length=56)
    period = models.CharField(_("期间"), max_length=8, choices=Period)
    value = models.DecimalField(_("目标值"), max_digits=19, decimal_places=4)

    class Meta:
        verbose_name = _("计划目标")
        verbose_name_plural = _("计划目标")
        ordering = ["plan", "metric", "period"]
        constraints = [
            models.UniqueConstraint(name="plan_target_key", fields=["plan", "metric", "period"]),
            models.CheckConstraint(name="plan_target_metric", condition=~Q(metric="")),
            models.CheckConstraint(
                name="plan_target_period", condition=Q(period__in=["year", "q1", "q2", "q3", "q4"])
            ),
            models.CheckConstraint(
                name="plan_target_value", condition=Q(value__gte=-(10**15), value__lt=10**15)
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="only_while_drafted",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                func="""
                    IF NOT EXISTS (
                        SELECT FROM credit_marketingplan
                        WHERE id = coalesce(NEW.plan_id, OLD.plan_id) AND state = 'drafted'
                    ) THEN
                        RAISE EXCEPTION 'the targets of a plan are fixed once it is submitted'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'plan_target_drafted';
                    END IF;
                    RETURN coalesce(NEW, OLD);
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.metric} {self.period}"
