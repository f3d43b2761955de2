"""Conduct: screening campaigns and their sheets, home visits, cross-inspections."""

from typing import Any, ClassVar

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, transition

from managers import history
from managers.models.findings import VIEW, not_about, person
from managers.models.organisation import Branch
from managers.models.people import ClientManager
from managers.models.scope import ScopedQuerySet, around, inside, scope_for
from managers.models.sealed import SealedText

FILL = "fill_screening"


class CampaignQuerySet(ScopedQuerySet):
    """Campaigns that reach one's branches, for risk and for whoever fills their sheets."""

    def visible_to(self, user: Any, on: Any) -> "CampaignQuerySet":
        """Arranged at one's branches, below or above them."""
        views, fills = scope_for(user, VIEW, on), scope_for(user, FILL, on)
        return self.filter(around(views, "branch__path") | around(fills, "branch__path"))


class SheetQuerySet(ScopedQuerySet):
    """Sheets: for risk, for fillers what waits there and what they filled; nobody sees the own."""

    def visible_to(self, user: Any, on: Any) -> "SheetQuerySet":
        """Never the sheet about oneself."""
        path = "manager__branch__path"
        waiting = inside(scope_for(user, FILL, on), path) & Q(state="waiting")
        found = self.filter(inside(scope_for(user, VIEW, on), path) | waiting | Q(filled_by=user))
        return found.exclude(manager__user=user)


class VisitQuerySet(ScopedQuerySet):
    """Home visits: for risk, and for the two who went; never for the person visited."""

    def visible_to(self, user: Any, on: Any) -> "VisitQuerySet":
        """That there was a visit; what was seen is sealed."""
        went = Q(visitor=user) | Q(second_visitor=user) | Q(recorded_by=user)
        found = self.filter(inside(scope_for(user, VIEW, on), "manager__branch__path") | went)
        return found.exclude(manager__user=user)


class InspectionQuerySet(ScopedQuerySet):
    """Cross-inspections: for risk of the branch inspected, and for the two who inspect."""

    def visible_to(self, user: Any, on: Any) -> "InspectionQuerySet":
        """Risk by the branch inspected, inspectors by name."""
        reached = inside(scope_for(user, VIEW, on), "inspected__path")
        return self.filter(reached | Q(lead=user) | Q(second=user))


@history.kept(subject="campaign:{pk}")
class ScreeningCampaign(models.Model):
    """A screening of behaviour: which period, which branches, what is looked at, by when."""

    title = models.CharField(_("名称"), max_length=120)
    branch = models.ForeignKey(Branch, models.PROTECT, related_name="campaigns", verbose_name=_("机构"))
    starts_on = models.DateField(_("排查期间起"))
    ends_on = models.DateField(_("排查期间止"))
    due_on = models.DateField(_("完成期限"))
    items = models.JSONField(_("排查项目"))
    opened_by = person(_("发起人"))
    opened_on = models.DateField(_("发起日期"))
    closed_on = models.DateField(_("结束日期"), null=True, blank=True)
    closed_by = person(_("结束人"), null=True)

    objects = CampaignQuerySet.as_manager()

    class Meta:
        verbose_name = _("行为排查")
        verbose_name_plural = _("行为排查")
        ordering = ["-opened_on", "-id"]
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(
                name="campaign_dates",
                condition=Q(ends_on__gte=F("starts_on")) & Q(due_on__gte=F("opened_on")),
            ),
            models.CheckConstraint(name="campaign_title", condition=~Q(title="")),
            models.CheckConstraint(
                name="campaign_closed_by_somebody",
                condition=Q(closed_on__isnull=True, closed_by__isnull=True)
                | Q(closed_on__isnull=False, closed_by__isnull=False),
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="keep", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(name="opened_once", exclude=["closed_on", "closed_by"]),
        ]

    def __str__(self) -> str:
        return self.title


@history.kept(subject="screening:{pk}", sealed=("answers",))
class ScreeningSheet(models.Model):
    """What somebody in charge of a manager found on each item of a campaign: nothing, minor or serious."""

    class State(models.TextChoices):
        WAITING = "waiting", _("待填写")
        FILLED = "filled", _("已填写")
        DROPPED = "dropped", _("不再填写")

    campaign = models.ForeignKey(
        ScreeningCampaign, models.PROTECT, related_name="sheets", verbose_name=_("行为排查")
    )
    manager = models.ForeignKey(
        ClientManager, models.PROTECT, related_name="screenings", verbose_name=_("客户经理")
    )
    state = FSMField(_("状态"), default=State.WAITING, choices=State.choices, protected=True)
    answers = models.JSONField(_("排查结果"), default=list)
    filled_by = person(_("填写人"), null=True)
    filled_on = models.DateField(_("填写日期"), null=True)
    filled_at = models.DateTimeField(_("填写时间"), null=True)

    objects = SheetQuerySet.as_manager()

    class Meta:
        verbose_name = _("行为排查表")
        verbose_name_plural = _("行为排查表")
        ordering = ["campaign", "manager__employee_no"]
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(name="screening_one_sheet", fields=["campaign", "manager"]),
            models.CheckConstraint(
                name="screening_filled_by_somebody",
                condition=~Q(state="filled") | Q(filled_by__isnull=False, filled_on__isnull=False),
            ),
        ]
        triggers = [
            pgtrigger.FSM(
                name="state_machine",
                field="state",
                transitions=[("waiting", "filled"), ("waiting", "dropped")],
            ),
            pgtrigger.Protect(name="keep", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="filled_once",
                operation=pgtrigger.Update,
                condition=~pgtrigger.Q(old__state="waiting"),
            ),
            not_about("filled_by"),
        ]

    def __str__(self) -> str:
        return f"{self.campaign} · {self.manager}"

    @transition(field=state, source=State.WAITING, target=State.FILLED)
    def fill(self) -> None:
        """Every item is answered; what was found becomes a finding."""

    @transition(field=state, source=State.WAITING, target=State.DROPPED)
    def drop(self) -> None:
        """The campaign ends, or the manager has left, before it was filled."""


@history.kept(subject="home_visit:{pk}", sealed=("summary",))
class HomeVisit(models.Model):
    """Two people visited a manager's home. What they saw is sealed and opened for a reason, in the log."""

    manager = models.ForeignKey(
        ClientManager, models.PROTECT, related_name="home_visits", verbose_name=_("客户经理")
    )
    visited_on = models.DateField(_("家访日期"))
    visitor = person(_("家访人"))
    second_visitor = person(_("同访人"))
    summary = SealedText(_("家访情况"))
    recorded_by = person(_("登记人"))
    recorded_at = models.DateTimeField(_("登记时间"), auto_now_add=True)

    objects = VisitQuerySet.as_manager()

    class Meta:
        verbose_name = _("家访")
        verbose_name_plural = _("家访")
        ordering = ["-visited_on", "-id"]
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(name="visit_two_visitors", condition=~Q(visitor=F("second_visitor"))),
            models.UniqueConstraint(name="visit_once_a_day", fields=["manager", "visited_on"]),
        ]
        triggers = [
            pgtrigger.Protect(name="keep", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(name="recorded_once", exclude=["summary"]),
            not_about("visitor", "second_visitor", "recorded_by"),
        ]

    def __str__(self) -> str:
        return f"{self.manager} · {self.visited_on}"


@history.kept(subject="inspection:{pk}", sealed=("conclusion",))
class CrossInspection(models.Model):
    """Once a quarter people of one branch inspect another: two inspectors, nobody of the branch inspected."""

    class State(models.TextChoices):
        PLANNED = "planned", _("待检查")
        DONE = "done", _("已检查")
        CANCELLED = "cancelled", _("已取消")

    quarter = models.CharField(_("季度"), max_length=6)
    inspected = models.ForeignKey(
        Branch, models.PROTECT, related_name="inspections", verbose_name=_("被检查机构")
    )
    inspecting = models.ForeignKey(
        Branch, models.PROTECT, related_name="inspections_made", verbose_name=_("检查机构")
    )
    lead = person(_("检查人"))
    second = person(_("同查人"))
    planned_by = person(_("安排人"))
    planned_on = models.DateField(_("安排日期"))
    state = FSMField(_("状态"), default=State.PLANNED, choices=State.choices, protected=True)
    held_on = models.DateField(_("检查日期"), null=True, blank=True)
    conclusion = models.CharField(_("检查结论"), max_length=1000, blank=True)
    completed_by = person(_("登记人"), null=True)
    completed_at = models.DateTimeField(_("登记时间"), null=True)

    objects = InspectionQuerySet.as_manager()

    class Meta:
        verbose_name = _("交叉检查")
        verbose_name_plural = _("交叉检查")
        ordering = ["-quarter", "inspected__path"]
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                name="inspection_a_quarter",
                fields=["quarter", "inspected"],
                condition=Q(state__in=["planned", "done"]),
            ),
            models.CheckConstraint(name="inspection_of_another", condition=~Q(inspected=F("inspecting"))),
            models.CheckConstraint(name="inspection_two_people", condition=~Q(lead=F("second"))),
            models.CheckConstraint(
                name="inspection_quarter", condition=Q(quarter__regex=r"^20[0-9]{2}Q[1-4]$")
            ),
            models.CheckConstraint(
                name="inspection_done",
                condition=~Q(state="done")
                | Q(held_on__isnull=False, completed_by__isnull=False, conclusion__gt=""),
            ),
        ]
        triggers = [
            pgtrigger.FSM(
                name="state_machine",
                field="state",
                transitions=[("planned", "done"), ("planned", "cancelled")],
            ),
            pgtrigger.Protect(name="keep", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="done_once", operation=pgtrigger.Update, condition=~pgtrigger.Q(old__state="planned")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quarter} {self.inspected}"

    @transition(field=state, source=State.PLANNED, target=State.DONE)
    def complete(self) -> None:
        """The inspectors have been there and said what they found."""

    @transition(field=state, source=State.PLANNED, target=State.CANCELLED)
    def cancel(self) -> None:
        """It does not take place; the reason is in the log."""
