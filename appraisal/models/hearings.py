"""What people say of an appraisal: issues on a line, scores, votes, decisions and appeals; none is edited."""

from typing import Any

import pgtrigger
from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from appraisal.models.appraisals import Appraisal
from grading.models import Verdict
from managers import history
from managers.models.scope import ScopedQuerySet


class OfAppraisal(ScopedQuerySet):
    """Rows that hang on an appraisal; a manager sees those of the own one."""

    branch_path = "appraisal__manager__branch__path"
    manager_id = "appraisal__manager"


def _person(label: Any, **options: Any) -> Any:
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=label, **options
    )


def _appended() -> Any:
    return pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)


@history.kept()
class Issue(models.Model):
    """Something the manager finds wrong on a line of the draft figures; HR answers it once."""

    appraisal = models.ForeignKey(Appraisal, models.PROTECT, related_name="issues", verbose_name=_("考核"))
    verdict = models.ForeignKey(Verdict, models.PROTECT, related_name="+", verbose_name=_("考核结论"))
    code = models.CharField(_("条款项"), max_length=120)
    text = models.TextField(_("问题"))
    expected = models.CharField(_("应为"), max_length=80, blank=True)
    raised_by = _person(_("提出人"))
    raised_at = models.DateTimeField(_("提出时间"), auto_now_add=True)
    accepted = models.BooleanField(_("采纳"), null=True)
    answer = models.TextField(_("答复"), blank=True)
    answered_by = _person(_("答复人"), null=True, blank=True)
    answered_at = models.DateTimeField(_("答复时间"), null=True, blank=True)

    objects = OfAppraisal.as_manager()

    class Meta:
        verbose_name = _("数据异议")
        verbose_name_plural = _("数据异议")
        ordering = ["appraisal", "id"]
        constraints = [
            models.CheckConstraint(
                name="issue_answered_whole",
                condition=Q(
                    accepted__isnull=True, answer="", answered_by__isnull=True, answered_at__isnull=True
                )
                | Q(
                    accepted__isnull=False,
                    answer__gt="",
                    answered_by__isnull=False,
                    answered_at__isnull=False,
                ),
            ),
            models.CheckConstraint(
                name="issue_answered_by_another", condition=~Q(answered_by=models.F("raised_by"))
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="keep", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="answered_once",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__accepted__isnull=False)
                | pgtrigger.Q(old__text__df=pgtrigger.F("new__text"))
                | pgtrigger.Q(old__code__df=pgtrigger.F("new__code")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.appraisal_id} {self.code}"


@history.kept()
class Score(models.Model):
    """One member's scores of conduct, ability, diligence and results, 0 to 100, given alone."""

    appraisal = models.ForeignKey(Appraisal, models.PROTECT, related_name="scores", verbose_name=_("考核"))
    round = models.PositiveSmallIntegerField(_("轮次"))
    by = _person(_("评议人"))
    on_behalf_of = _person(_("代表"), null=True)
    conduct, ability, diligence, results = (
        models.DecimalField(
            label,
            max_digits=5,
            decimal_places=2,
            validators=[MinValueValidator(0), MaxValueValidator(100)],
        )
        for label in (_("德"), _("能"), _("勤"), _("绩"))
    )
    note = models.TextField(_("评语"), blank=True)
    at = models.DateTimeField(_("时间"), auto_now_add=True)

    objects = OfAppraisal.as_manager()

    class Meta:
        verbose_name = _("评议")
        verbose_name_plural = _("评议")
        ordering = ["appraisal", "round", "id"]
        constraints = [
            models.UniqueConstraint(name="score_once", fields=["appraisal", "round", "by"]),
            models.CheckConstraint(
                name="score_of_a_hundred",
                condition=Q(
                    **{
                        f"{heading}__{bound}": value
                        for heading in ("conduct", "ability", "diligence", "results")
                        for bound, value in (("gte", 0), ("lte", 100))
                    }
                ),
            ),
        ]
        triggers = [_appended()]

    def __str__(self) -> str:
        return f"{self.appraisal_id} {self.by}"


# Whoever voted in an earlier round, or on an earlier decision, does not vote on the appeal against it; and
# nobody votes on the own case, on kin's, or on the own superior's.
VOTERS = """
    IF EXISTS (
        SELECT FROM appraisal_appraisal a JOIN managers_clientmanager m ON m.id = a.manager_id
        WHERE a.id = NEW.appraisal_id AND m.user_id IN (NEW.by_id, NEW.on_behalf_of_id)
    ) OR EXISTS (
        SELECT FROM appraisal_appraisal a JOIN managers_relation r ON r.manager_id = a.manager_id
        WHERE a.id = NEW.appraisal_id AND r.user_id IN (NEW.by_id, NEW.on_behalf_of_id)
          AND (now() AT TIME ZONE 'Asia/Shanghai')::date
              BETWEEN r.starts_on AND coalesce(r.ends_on, 'infinity')
    ) THEN
        RAISE EXCEPTION 'user % may not vote on appraisal %', NEW.by_id, NEW.appraisal_id;
    END IF;
    IF EXISTS (
        SELECT FROM appraisal_appeal p
        JOIN appraisal_vote v ON v.appraisal_id = p.appraisal_id AND v.round < p.round
        WHERE p.appraisal_id = NEW.appraisal_id AND p.ending = ''
          AND (v.by_id IN (NEW.by_id, NEW.on_behalf_of_id)
               OR v.on_behalf_of_id IN (NEW.by_id, NEW.on_behalf_of_id))
    ) THEN
        RAISE EXCEPTION 'user % decided on appraisal % before', NEW.by_id, NEW.appraisal_id;
    END IF;
    RETURN NEW;
"""


@history.kept()
class Vote(models.Model):
    """One member's vote in one round; `outcome` is of `Appraisal.Outcome`."""

    appraisal = models.ForeignKey(Appraisal, models.PROTECT, related_name="votes", verbose_name=_("考核"))
    round = models.PositiveSmallIntegerField(_("轮次"))
    by = _person(_("表决人"))
    on_behalf_of = _person(_("代表"), null=True)
    outcome = models.CharField(_("意见"), max_length=16, choices=Appraisal.Outcome)
    reason = models.TextField(_("理由"), blank=True)
    at = models.DateTimeField(_("时间"), auto_now_add=True)
    key = models.CharField(_("幂等键"), max_length=64, unique=True, null=True, editable=False)

    objects = OfAppraisal.as_manager()

    class Meta:
        verbose_name = _("表决")
        verbose_name_plural = _("表决")
        ordering = ["appraisal", "round", "id"]
        constraints = [
            models.UniqueConstraint(name="vote_once", fields=["appraisal", "round", "by"]),
            models.UniqueConstraint(
                name="vote_once_for_another",
                fields=["appraisal", "round", "on_behalf_of"],
                condition=Q(on_behalf_of__isnull=False),
            ),
        ]
        triggers = [
            _appended(),
            pgtrigger.Trigger(name="voters", when=pgtrigger.Before, operation=pgtrigger.Insert, func=VOTERS),
        ]

    def __str__(self) -> str:
        return f"{self.appraisal_id} {self.round} {self.by}"


@history.kept()
class Decision(models.Model):
    """What was decided, each time: a later one takes the place of an earlier one and says what differs.

    `tally` (JSON) holds who could vote, who stood aside and why, the counts and the terms. `differs` maps
    what changed to its old and new value; empty on the first decision.
    """

    class Basis(models.TextChoices):
        FIRST = "first", _("首次决定")
        APPEAL = "appeal", _("申诉决定")
        REOPENED = "reopened", _("重开后决定")

    appraisal = models.ForeignKey(Appraisal, models.PROTECT, related_name="decisions", verbose_name=_("考核"))
    number = models.PositiveSmallIntegerField(_("序号"))
    basis = models.CharField(_("依据"), max_length=16, choices=Basis)
    verdict = models.ForeignKey(Verdict, models.PROTECT, related_name="+", verbose_name=_("考核结论"))
    outcome = models.CharField(_("决定"), max_length=16, choices=Appraisal.Outcome)
    grade = models.CharField(_("决定等级"), max_length=32, blank=True)
    reason = models.TextField(_("理由"), blank=True)
    tally = models.JSONField(_("表决"), default=dict)
    differs = models.JSONField(_("与前次之差"), default=dict)
    by = _person(_("主持人"))
    at = models.DateTimeField(_("时间"), auto_now_add=True)

    objects = OfAppraisal.as_manager()

    class Meta:
        verbose_name = _("决定")
        verbose_name_plural = _("决定")
        ordering = ["appraisal", "number"]
        constraints = [
            models.UniqueConstraint(name="decision_number", fields=["appraisal", "number"]),
            models.CheckConstraint(
                name="decision_first_is_first",
                condition=Q(number=1, basis="first") | (Q(number__gt=1) & ~Q(basis="first")),
            ),
        ]
        triggers = [_appended()]

    def __str__(self) -> str:
        return f"{self.appraisal_id} {self.number} {self.outcome}"


@history.kept()
class Appeal(models.Model):
    """The manager's objection to a published decision: a criterion, the value expected, the evidence."""

    class Ending(models.TextChoices):
        GRANTED = "granted", _("申诉成立")
        REJECTED = "rejected", _("维持原决定")
        WITHDRAWN = "withdrawn", _("已撤回")

    appraisal = models.ForeignKey(Appraisal, models.PROTECT, related_name="appeals", verbose_name=_("考核"))
    against = models.OneToOneField(
        Decision, models.PROTECT, related_name="appeal", verbose_name=_("所申诉的决定")
    )
    round = models.PositiveSmallIntegerField(_("表决轮次"))
    criterion = models.CharField(_("条款项"), max_length=120)
    expected = models.CharField(_("认为应为"), max_length=80)
    text = models.TextField(_("理由与证据"))
    filed_by = _person(_("申诉人"))
    filed_at = models.DateTimeField(_("申诉时间"), auto_now_add=True)
    ending = models.CharField(_("结果"), max_length=16, choices=Ending, blank=True)
    ended_at = models.DateTimeField(_("结束时间"), null=True, blank=True)

    objects = OfAppraisal.as_manager()

    class Meta:
        verbose_name = _("申诉")
        verbose_name_plural = _("申诉")
        ordering = ["appraisal", "id"]
        constraints = [
            models.CheckConstraint(
                name="appeal_ended_with_time",
                condition=Q(ending="", ended_at__isnull=True) | Q(ending__gt="", ended_at__isnull=False),
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="keep", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="ends_once",
                operation=pgtrigger.Update,
                condition=~pgtrigger.Q(old__ending="")
                | pgtrigger.Q(old__text__df=pgtrigger.F("new__text"))
                | pgtrigger.Q(old__criterion__df=pgtrigger.F("new__criterion"))
                | pgtrigger.Q(old__expected__df=pgtrigger.F("new__expected")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.appraisal_id} {self.criterion}"
