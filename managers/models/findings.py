"""ConductFinding: what was found about a manager's conduct, until when it is put right, how it ended."""

from typing import Any, ClassVar

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, transition

from managers import history
from managers.models.people import ClientManager
from managers.models.scope import ScopedQuerySet, inside, scope_for

VIEW = "view_conduct"


def person(name: Any, *, null: bool = False) -> models.ForeignKey:
    """Who took a part."""
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=null, related_name="+", verbose_name=name
    )


def not_about(*columns: str) -> pgtrigger.Trigger:
    """Nobody takes a part in the own case: a login lives in the table of managers, out of reach of CHECK."""
    people = ", ".join(f"NEW.{column}_id" for column in columns)
    return pgtrigger.Trigger(
        name="not_about_oneself",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update,
        func=f"""
            IF EXISTS (
                SELECT FROM managers_clientmanager m
                WHERE m.id = NEW.manager_id AND m.user_id IN ({people})
            ) THEN
                RAISE EXCEPTION 'nobody takes a part in the own case'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'conduct_not_about_oneself';
            END IF;
            RETURN NEW;
        """,
    )


class FindingQuerySet(ScopedQuerySet):
    """Findings: for risk, for others what they opened; for oneself what was closed and told."""

    def visible_to(self, user: Any, on: Any) -> "FindingQuerySet":
        """The person concerned learns of a finding when it is closed, and only if it is told."""
        told = Q(manager__user=user, state="closed", told_on__isnull=False)
        others = inside(scope_for(user, VIEW, on), "manager__branch__path") | Q(opened_by=user)
        return self.filter(told | (others & ~Q(manager__user=user)))

    def unsettled(self) -> "FindingQuerySet":
        """Those that still stand."""
        return self.filter(state__in=ConductFinding.UNSETTLED)


@history.kept(subject="finding:{pk}", sealed=("summary", "measures", "conclusion"))
class ConductFinding(models.Model):
    """What was found about a manager's conduct, until when it is to be put right, and how it ended.

    Three steps: opened by one, put right and reported, closed (or dismissed as unfounded) by another who has
    taken no other part. While a serious one is unsettled, the manager rises to no higher grade.
    """

    class Source(models.TextChoices):
        SCREENING = "screening", _("行为排查")
        VISIT = "visit", _("家访")
        INSPECTION = "inspection", _("交叉检查")
        REPORT = "report", _("举报")
        AUDIT = "audit", _("稽核检查")
        OTHER = "other", _("其他")

    class Severity(models.TextChoices):
        MINOR = "minor", _("一般")
        SERIOUS = "serious", _("严重")

    class State(models.TextChoices):
        OPEN = "open", _("待整改")
        RECTIFIED = "rectified", _("已整改，待核销")
        CLOSED = "closed", _("已了结")
        DISMISSED = "dismissed", _("不成立")

    #: The states in which it still stands against the manager.
    UNSETTLED = (State.OPEN, State.RECTIFIED)

    manager = models.ForeignKey(
        ClientManager, models.PROTECT, related_name="findings", verbose_name=_("客户经理")
    )
    source = models.CharField(_("来源"), max_length=12, choices=Source)
    basis = models.CharField(_("依据"), max_length=60, blank=True)
    severity = models.CharField(_("程度"), max_length=8, choices=Severity)
    summary = models.CharField(_("问题"), max_length=1000)
    opened_on = models.DateField(_("发现日期"))
    due_on = models.DateField(_("整改期限"))
    opened_by = person(_("提出人"))
    opened_at = models.DateTimeField(_("提出时间"), default=timezone.now)
    state = FSMField(_("状态"), default=State.OPEN, choices=State.choices, protected=True)
    state_since = models.DateTimeField(_("进入状态时间"), default=timezone.now)
    measures = models.CharField(_("整改情况"), max_length=1000, blank=True)
    rectified_by = person(_("整改报告人"), null=True)
    conclusion = models.CharField(_("结论与证据"), max_length=1000, blank=True)
    settled_by = person(_("了结人"), null=True)
    settled_on = models.DateField(_("了结日期"), null=True, blank=True)
    told_on = models.DateField(_("告知日期"), null=True, blank=True)

    objects = FindingQuerySet.as_manager()

    class Meta:
        verbose_name = _("行为问题")
        verbose_name_plural = _("行为问题")
        ordering = ["-opened_on", "-id"]
        indexes = [
            models.Index(fields=["state", "due_on"], name="finding_queue"),
            models.Index(
                fields=["manager"],
                name="finding_blocks",
                condition=Q(severity="serious", state__in=["open", "rectified"]),
            ),
        ]
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(name="finding_severity", condition=Q(severity__in=["minor", "serious"])),
            models.CheckConstraint(name="finding_dates", condition=Q(due_on__gte=F("opened_on"))),
            models.CheckConstraint(name="finding_summary", condition=~Q(summary="")),
            models.CheckConstraint(
                name="finding_two_people",
                condition=Q(settled_by__isnull=True)
                | ~Q(settled_by=F("opened_by"))
                & (Q(rectified_by__isnull=True) | ~Q(settled_by=F("rectified_by"))),
            ),
            models.CheckConstraint(
                name="finding_settled_with_evidence",
                condition=Q(state__in=["open", "rectified"], settled_by=None, settled_on=None, told_on=None)
                | Q(
                    state__in=["closed", "dismissed"],
                    settled_by__isnull=False,
                    settled_on__gte=F("opened_on"),
                    conclusion__gt="",
                ),
            ),
            models.CheckConstraint(
                name="finding_rectified_by_somebody",
                condition=~Q(state__in=["rectified", "closed"])
                | Q(rectified_by__isnull=False, measures__gt=""),
            ),
        ]
        triggers = [
            pgtrigger.FSM(
                name="state_machine",
                field="state",
                transitions=[
                    ("open", "rectified"),
                    ("open", "dismissed"),
                    ("rectified", "open"),
                    ("rectified", "closed"),
                ],
            ),
            pgtrigger.Protect(name="keep", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(
                name="opened_once",
                fields=[
                    "manager", "source", "basis", "severity", "summary",
                    "opened_on", "opened_by", "opened_at",
                ],
            ),
            pgtrigger.Protect(
                name="settled_once",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__settled_by__isnull=False),
            ),
            not_about("opened_by", "rectified_by", "settled_by"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.manager} · {self.opened_on}"

    @transition(field=state, source=State.OPEN, target=State.RECTIFIED)
    def rectify(self) -> None:
        """What was wrong has been put right, and somebody says how."""

    @transition(field=state, source=State.RECTIFIED, target=State.OPEN)
    def send_back(self) -> None:
        """Not yet: the reason is in the log, a new day is set."""

    @transition(field=state, source=State.RECTIFIED, target=State.CLOSED)
    def close(self) -> None:
        """Another person has seen the evidence."""

    @transition(field=state, source=State.OPEN, target=State.DISMISSED)
    def dismiss(self) -> None:
        """Another person has found that there is nothing to it."""
