"""Survey and SurveyResponse: what customers say of their managers, in a few questions on a scale of five."""

from datetime import date
from typing import Any

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, transition

from credit.models.working.separation import APPEND_ONLY, KEEP, OfWorking, apart
from managers import history
from managers.models import Branch, ClientManager, Customer
from managers.models.scope import scope_for

STEPS = {"make": _("发起"), "close": _("截止")}


class SurveyQuerySet(models.QuerySet["Survey"]):
    """Surveys of one's branches and of those above them, which reach one's own; a manager's once closed."""

    def visible_to(self, user: Any, on: date) -> "SurveyQuerySet":
        """Those that ask about managers one looks after; of one's own, those that are over."""
        scope = scope_for(user, "view_working", on)
        if scope.everything:
            return self
        wanted = Q(pk__in=[])
        for path in scope.paths:
            wanted |= Q(branch__path__startswith=path) | Q(branch__path__in=_above(path))
        if user.is_active:
            own = SurveyResponse.objects.filter(manager__user=user, survey__state=Survey.State.CLOSED)
            wanted |= Q(pk__in=own.values("survey"))
        return self.filter(wanted)


def _above(path: str) -> list[str]:
    """The paths of all branches above one.

    >>> _above("/HO/B1/")
    ['/HO/']
    """
    names = path.strip("/").split("/")
    return ["/" + "/".join(names[:count]) + "/" for count in range(1, len(names))]


@history.kept(subject="survey:{pk}")
class Survey(models.Model):
    """A satisfaction survey of a branch and all below; `questions` are texts, asked in order."""

    class State(models.TextChoices):
        OPEN = "open", _("进行中")
        CLOSED = "closed", _("已截止")

    title = models.CharField(_("名称"), max_length=120)
    branch = models.ForeignKey(Branch, models.PROTECT, related_name="+", verbose_name=_("机构"))
    questions = models.JSONField(_("题目"))
    starts_on = models.DateField(_("起"))
    ends_on = models.DateField(_("止"))
    state = FSMField(_("状态"), default=State.OPEN, choices=State.choices, protected=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("发起人")
    )
    made_at = models.DateTimeField(_("发起时间"), auto_now_add=True)

    objects = SurveyQuerySet.as_manager()

    class Meta:
        verbose_name = _("满意度调查")
        verbose_name_plural = _("满意度调查")
        ordering = ["-starts_on", "-id"]
        constraints = [
            models.CheckConstraint(name="survey_dates", condition=Q(ends_on__gte=F("starts_on"))),
            models.CheckConstraint(name="survey_title", condition=~Q(title="")),
        ]
        triggers = [
            KEEP,
            pgtrigger.FSM(name="state_machine", field="state", transitions=[("open", "closed")]),
            pgtrigger.ReadOnly(name="asked_once", exclude=["state"]),
        ]

    def __str__(self) -> str:
        return self.title

    @transition(field=state, source=State.OPEN, target=State.CLOSED)
    def close(self) -> None:
        """No more answers are taken."""


class SurveyResponse(models.Model):
    """What one customer answered about one manager, once: a number from 1 to 5 for each question."""

    survey = models.ForeignKey(Survey, models.PROTECT, related_name="responses", verbose_name=_("调查"))
    manager = models.ForeignKey(
        ClientManager, models.PROTECT, related_name="survey_responses", verbose_name=_("客户经理")
    )
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="+", verbose_name=_("客户"))
    scores = models.JSONField(_("评分"))
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("录入人")
    )
    entered_at = models.DateTimeField(_("录入时间"), auto_now_add=True)

    objects = OfWorking.as_manager()

    class Meta:
        verbose_name = _("满意度答卷")
        verbose_name_plural = _("满意度答卷")
        ordering = ["survey", "id"]
        constraints = [
            models.UniqueConstraint(name="survey_response_once", fields=["survey", "customer", "manager"]),
        ]
        triggers = [
            APPEND_ONLY,
            apart("not_tied", "entered_by_id"),
            pgtrigger.Trigger(
                name="fits_questions",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func="""
                    IF NOT EXISTS (
                        SELECT FROM credit_survey s
                        WHERE s.id = NEW.survey_id AND s.state = 'open'
                          AND jsonb_array_length(s.questions) = jsonb_array_length(NEW.scores)
                    ) OR EXISTS (
                        SELECT FROM jsonb_array_elements(NEW.scores) AS e (score)
                        WHERE jsonb_typeof(e.score) <> 'number' OR e.score::numeric NOT IN (1, 2, 3, 4, 5)
                    ) THEN
                        RAISE EXCEPTION 'a response scores every question of an open survey from 1 to 5'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'survey_response_fits';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.survey_id} {self.manager_id}"
