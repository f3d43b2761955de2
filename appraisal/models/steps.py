"""Step: who moved an appraisal, from where to where, when and why."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from appraisal.models.appraisals import Appraisal, State
from appraisal.rules.procedure import STEPS
from grading.models import Verdict

# One person, one seat per appraisal; never on one's own, on kin's or on the own superior's: the same as
# `rules.procedure` and `managers.permissions`, enforced below whatever path a row takes into the table. Who
# may be without a name are the platform's own jobs. `own` are the steps of the person appraised. Whoever acts
# for another sits on that person's seat: both count, in the steps before and in the new one.
_SEAT = """CASE WHEN {row}.name IN ('decide', 'resolve') THEN 'group'
                WHEN {row}.name IN ('clear', 'send_back', 'reopen') THEN 'risk'
                WHEN {row}.name IN ('state', 'appeal', 'withdraw_appeal') THEN 'self' ELSE 'hr' END"""
SEPARATION = f"""
    IF NEW.by_id IS NULL THEN
        IF NEW.name NOT IN ('open', 'measure', 'skip_statement', 'finish_scores', 'close') THEN
            RAISE EXCEPTION 'appraisal step % needs a person', NEW.name;
        END IF;
        RETURN NEW;
    END IF;
    IF NEW.name <> 'open' AND (NEW.name IN ('state', 'appeal', 'withdraw_appeal')) <> EXISTS (
        SELECT FROM appraisal_appraisal a JOIN managers_clientmanager m ON m.id = a.manager_id
        WHERE a.id = NEW.appraisal_id AND m.user_id IN (NEW.by_id, NEW.on_behalf_of_id)
    ) THEN
        RAISE EXCEPTION 'appraisal % is the own one of user %', NEW.appraisal_id, NEW.by_id;
    END IF;
    IF NEW.name <> 'open' AND EXISTS (
        SELECT FROM appraisal_appraisal a JOIN managers_relation r ON r.manager_id = a.manager_id
        WHERE a.id = NEW.appraisal_id AND r.user_id IN (NEW.by_id, NEW.on_behalf_of_id)
          AND (now() AT TIME ZONE 'Asia/Shanghai')::date
              BETWEEN r.starts_on AND coalesce(r.ends_on, 'infinity')
    ) THEN
        RAISE EXCEPTION 'appraisal % is of kin or a superior of user %', NEW.appraisal_id, NEW.by_id;
    END IF;
    IF EXISTS (
        SELECT FROM appraisal_step s
        WHERE s.appraisal_id = NEW.appraisal_id
          AND (s.by_id IN (NEW.by_id, NEW.on_behalf_of_id)
               OR s.on_behalf_of_id IN (NEW.by_id, NEW.on_behalf_of_id))
          AND {_SEAT.format(row="s")}
           <> {_SEAT.format(row="NEW")}
    ) THEN
        RAISE EXCEPTION 'user % holds another seat of appraisal %', NEW.by_id, NEW.appraisal_id;
    END IF;
    RETURN NEW;
"""


class Step(models.Model):
    """One step of an appraisal: who moved it, from where to where, when and why; append-only."""

    appraisal = models.ForeignKey(Appraisal, models.PROTECT, related_name="steps", verbose_name=_("考核"))
    name = models.CharField(_("步骤"), max_length=24)
    from_state = models.CharField(_("由"), max_length=16, choices=State, blank=True)
    to_state = models.CharField(_("至"), max_length=16, choices=State)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("操作人")
    )
    on_behalf_of = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("代表")
    )
    at = models.DateTimeField(_("时间"), auto_now_add=True)
    reason = models.TextField(_("原因"), blank=True)
    verdict = models.ForeignKey(
        Verdict, models.PROTECT, null=True, related_name="+", verbose_name=_("考核结论")
    )
    key = models.CharField(_("幂等键"), max_length=64, unique=True, null=True, editable=False)

    class Meta:
        verbose_name = _("考核步骤")
        verbose_name_plural = _("考核步骤")
        ordering = ["appraisal", "id"]
        constraints = [
            models.CheckConstraint(name="step_known", condition=Q(name__in=tuple(STEPS))),
            models.CheckConstraint(
                name="step_return_has_reason",
                condition=~Q(name__in=["send_back", "reopen", "appeal"], reason=""),
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
            pgtrigger.Trigger(
                name="separation", when=pgtrigger.Before, operation=pgtrigger.Insert, func=SEPARATION
            ),
        ]

    def __str__(self) -> str:
        return f"{self.appraisal_id} {self.name}"
