"""Appraisal: one per manager and cycle, and the states it may be in."""

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, transition

from appraisal.models.cycles import Cycle
from grading.models import Verdict
from managers import history
from managers.models import ClientManager
from managers.models.scope import ManagerScoped


class State(models.TextChoices):
    """The states of an appraisal, in the order it passes them."""

    OPENED = "opened", _("已开启")
    UNDECIDED = "undecided", _("待数据")
    MEASURED = "measured", _("已测算")
    SELF_STATED = "self_stated", _("已自述")
    SCORED = "scored", _("已评议")
    HR_REVIEWED = "hr_reviewed", _("人力已审查")
    IN_RISK_QUEUE = "in_risk_queue", _("风险审核中")
    RETURNED = "returned", _("已退回")
    CLEARED = "cleared", _("风险已通过")
    DECIDED = "decided", _("已决定")
    PUBLISHED = "published", _("已公布")
    APPEALED = "appealed", _("申诉中")
    CLOSED = "closed", _("已结束")
    REOPENED = "reopened", _("已重开")


#: Where a decision stands; of these, where the person concerned has been told.
STANDING = (State.DECIDED, State.PUBLISHED, State.APPEALED, State.CLOSED, State.REOPENED)
TOLD = STANDING[1:]
#: Where the evidence may still be renewed by measuring again.
MEASURABLE = (
    State.OPENED,
    State.UNDECIDED,
    State.MEASURED,
    State.SELF_STATED,
    State.SCORED,
    State.HR_REVIEWED,
    State.RETURNED,
    State.REOPENED,
)
#: On the way from the evidence to the risk department.
PREPARED = (State.MEASURED, State.SELF_STATED, State.SCORED, State.HR_REVIEWED)


@history.kept(subject="appraisal:{pk}")
class Appraisal(models.Model):
    """The appraisal of one manager in one cycle. Only `appraisal.services` moves it."""

    class Outcome(models.TextChoices):
        KEEP = "keep", _("维持")
        PROMOTE = "promote", _("晋升")
        DEMOTE = "demote", _("降级")
        EXTEND = "extend", _("延期考察")
        REMOVE = "remove", _("退出等级")

    cycle = models.ForeignKey(Cycle, models.PROTECT, related_name="appraisals", verbose_name=_("考核周期"))
    manager = models.ForeignKey(
        ClientManager, models.PROTECT, related_name="appraisals", verbose_name=_("客户经理")
    )
    state = FSMField(_("状态"), default=State.OPENED, choices=State.choices, protected=True)
    state_since = models.DateTimeField(_("进入状态时间"), auto_now_add=True)
    verdict = models.ForeignKey(
        Verdict, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("考核结论")
    )
    flags = models.JSONField(_("标记"), default=list)
    round = models.PositiveSmallIntegerField(_("表决轮次"), default=1)
    returned_to = models.CharField(_("退回至"), max_length=16, blank=True)
    decided_grade = models.CharField(_("决定等级"), max_length=32, blank=True)
    decided_outcome = models.CharField(_("决定"), max_length=16, choices=Outcome, blank=True)

    objects = ManagerScoped.as_manager()

    class Meta:
        verbose_name = _("考核")
        verbose_name_plural = _("考核")
        ordering = ["cycle", "manager"]
        indexes = [models.Index(fields=["state", "state_since"], name="appraisal_queue")]
        constraints = [
            models.UniqueConstraint(name="appraisal_key", fields=["cycle", "manager"]),
            models.CheckConstraint(
                name="appraisal_evidence",
                condition=Q(state="opened", verdict__isnull=True)
                | (~Q(state="opened") & Q(verdict__isnull=False)),
            ),
            models.CheckConstraint(
                name="appraisal_outcome_when_decided",
                condition=Q(decided_outcome="remove", decided_grade="", state__in=STANDING)
                | Q(decided_outcome__gt="", decided_grade__gt="", state__in=STANDING)
                & ~Q(decided_outcome="remove")
                | (~Q(state__in=STANDING) & Q(decided_grade="", decided_outcome="")),
            ),
            models.CheckConstraint(
                name="appraisal_returned_to", condition=Q(returned_to__in=["", "figures", "scores", "review"])
            ),
        ]
        triggers = [
            pgtrigger.FSM(
                name="state_machine",
                field="state",
                transitions=[
                    *[(source, "measured") for source in MEASURABLE if source != "measured"],
                    *[(source, "undecided") for source in MEASURABLE if source != "undecided"],
                    ("measured", "self_stated"),
                    ("measured", "scored"),
                    ("self_stated", "scored"),
                    *[(source, "hr_reviewed") for source in PREPARED[:-1]],
                    *[(source, "in_risk_queue") for source in PREPARED],
                    ("in_risk_queue", "cleared"),
                    ("in_risk_queue", "returned"),
                    ("returned", "self_stated"),
                    ("returned", "scored"),
                    ("cleared", "decided"),
                    ("decided", "published"),
                    ("published", "appealed"),
                    ("appealed", "published"),
                    ("appealed", "closed"),
                    ("published", "closed"),
                    ("published", "reopened"),
                    ("closed", "reopened"),
                ],
            ),
            pgtrigger.Protect(name="keep", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.manager} · {self.cycle.period}"

    @transition(
        field=state, source=[each for each in MEASURABLE if each != State.MEASURED], target=State.MEASURED
    )
    def measure(self) -> None:
        """The evidence is frozen and supports a verdict."""

    @transition(
        field=state, source=[each for each in MEASURABLE if each != State.UNDECIDED], target=State.UNDECIDED
    )
    def await_data(self) -> None:
        """The evidence is frozen but a figure the verdict rests on is missing."""

    @transition(field=state, source=State.MEASURED, target=State.SELF_STATED)
    def state_case(self) -> None:
        """The manager has made the statement, or has let the deadline pass."""

    @transition(field=state, source=[State.MEASURED, State.SELF_STATED], target=State.SCORED)
    def finish_scores(self) -> None:
        """The unit group's members have scored, each alone."""

    @transition(field=state, source=list(PREPARED[:-1]), target=State.HR_REVIEWED)
    def review(self) -> None:
        """HR finds the case complete."""

    @transition(field=state, source=list(PREPARED), target=State.IN_RISK_QUEUE)
    def submit(self) -> None:
        """HR hands the case to the risk department."""

    @transition(field=state, source=State.IN_RISK_QUEUE, target=State.CLEARED)
    def clear(self) -> None:
        """Risk has seen vetoes and evidence and lets it pass."""

    @transition(field=state, source=State.IN_RISK_QUEUE, target=State.RETURNED)
    def send_back(self) -> None:
        """Risk returns it to the step named, with reasons."""

    @transition(field=state, source=State.RETURNED, target=State.SELF_STATED)
    def resume_scores(self) -> None:
        """HR has answered; the group scores again."""

    @transition(field=state, source=State.RETURNED, target=State.SCORED)
    def resume_review(self) -> None:
        """HR has answered and reviews again."""

    @transition(field=state, source=State.CLEARED, target=State.DECIDED)
    def decide(self) -> None:
        """The authority for the grade has decided."""

    @transition(field=state, source=State.DECIDED, target=State.PUBLISHED)
    def publish(self) -> None:
        """The manager is told."""

    @transition(field=state, source=State.PUBLISHED, target=State.APPEALED)
    def appeal(self) -> None:
        """The manager objects within the window; the decision stands meanwhile."""

    @transition(field=state, source=State.APPEALED, target=State.PUBLISHED)
    def withdraw_appeal(self) -> None:
        """The manager takes the appeal back."""

    @transition(field=state, source=State.APPEALED, target=State.CLOSED)
    def resolve(self) -> None:
        """Others than decided first have decided on the appeal."""

    @transition(field=state, source=State.PUBLISHED, target=State.CLOSED)
    def close(self) -> None:
        """The days to appeal are over."""

    @transition(field=state, source=[State.PUBLISHED, State.CLOSED], target=State.REOPENED)
    def reopen(self) -> None:
        """A look-back found that the evidence has changed; the decision stands until a new one."""
