"""Cycle, Appraisal, Step and PayEntry: one appraisal per manager and cycle, its steps, and what it pays."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, transition

from appraisal.rules.procedure import STEPS
from grading.models import Verdict
from managers.models import ClientManager
from managers.models.scope import ManagerScoped


class Cycle(models.Model):
    """One round of appraisals: a scheme and a period."""

    scheme = models.CharField(_("管理办法"), max_length=60)
    period = models.CharField(_("考核期"), max_length=8)
    starts_on = models.DateField(_("起"))
    ends_on = models.DateField(_("截数日"))
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("开启人"),
    )
    opened_at = models.DateTimeField(_("开启时间"), auto_now_add=True)

    class Meta:
        verbose_name = _("考核周期")
        verbose_name_plural = _("考核周期")
        ordering = ["-ends_on", "scheme"]
        constraints = [models.UniqueConstraint(name="cycle_key", fields=["scheme", "period"])]

    def __str__(self) -> str:
        return f"{self.period} · {self.scheme}"


class State(models.TextChoices):
    """The states of an appraisal, in the order it passes them."""

    OPENED = "opened", _("已开启")
    UNDECIDED = "undecided", _("待数据")
    MEASURED = "measured", _("已测算")
    IN_RISK_QUEUE = "in_risk_queue", _("风险审核中")
    RETURNED = "returned", _("已退回")
    CLEARED = "cleared", _("风险已通过")
    DECIDED = "decided", _("已决定")
    PUBLISHED = "published", _("已公布")


class Appraisal(models.Model):
    """The appraisal of one manager in one cycle. Only `appraisal.services` moves it."""

    class Outcome(models.TextChoices):
        KEEP = "keep", _("维持")
        PROMOTE = "promote", _("晋升")
        DEMOTE = "demote", _("降级")

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
                condition=Q(state__in=["decided", "published"], decided_grade__gt="", decided_outcome__gt="")
                | (~Q(state__in=["decided", "published"]) & Q(decided_grade="", decided_outcome="")),
            ),
        ]
        triggers = [
            pgtrigger.FSM(
                name="state_machine",
                field="state",
                transitions=[
                    ("opened", "measured"),
                    ("opened", "undecided"),
                    ("undecided", "measured"),
                    ("measured", "undecided"),
                    ("measured", "in_risk_queue"),
                    ("in_risk_queue", "cleared"),
                    ("in_risk_queue", "returned"),
                    ("returned", "measured"),
                    ("returned", "undecided"),
                    ("cleared", "decided"),
                    ("decided", "published"),
                ],
            ),
            pgtrigger.Protect(name="keep", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.manager} · {self.cycle.period}"

    @transition(field=state, source=[State.OPENED, State.UNDECIDED, State.RETURNED], target=State.MEASURED)
    def measure(self) -> None:
        """The evidence is frozen and supports a verdict."""

    @transition(field=state, source=[State.OPENED, State.MEASURED, State.RETURNED], target=State.UNDECIDED)
    def await_data(self) -> None:
        """The evidence is frozen but a figure the verdict rests on is missing."""

    @transition(field=state, source=State.MEASURED, target=State.IN_RISK_QUEUE)
    def submit(self) -> None:
        """HR hands the measured appraisal to the risk department."""

    @transition(field=state, source=State.IN_RISK_QUEUE, target=State.CLEARED)
    def clear(self) -> None:
        """Risk has seen vetoes and evidence and lets it pass."""

    @transition(field=state, source=State.IN_RISK_QUEUE, target=State.RETURNED)
    def send_back(self) -> None:
        """Risk returns it to HR with reasons."""

    @transition(field=state, source=State.CLEARED, target=State.DECIDED)
    def decide(self) -> None:
        """The authority for the grade has decided."""

    @transition(field=state, source=State.DECIDED, target=State.PUBLISHED)
    def publish(self) -> None:
        """The manager is told."""


# One person, one seat per appraisal, and never on one's own: the same as `rules.procedure`, enforced below
# whatever path a row takes into the table. Who may be without a name are the platform's own jobs.
SEPARATION = """
    IF NEW.by_id IS NULL THEN
        IF NEW.name NOT IN ('open', 'measure') THEN
            RAISE EXCEPTION 'appraisal step % needs a person', NEW.name;
        END IF;
        RETURN NEW;
    END IF;
    IF NEW.name <> 'open' AND EXISTS (
        SELECT FROM appraisal_appraisal a JOIN managers_clientmanager m ON m.id = a.manager_id
        WHERE a.id = NEW.appraisal_id AND m.user_id = NEW.by_id
    ) THEN
        RAISE EXCEPTION 'appraisal % is the own one of user %', NEW.appraisal_id, NEW.by_id;
    END IF;
    IF EXISTS (
        SELECT FROM appraisal_step s
        WHERE s.appraisal_id = NEW.appraisal_id AND s.by_id = NEW.by_id
          AND CASE WHEN s.name = 'decide' THEN 'group' WHEN s.name IN ('clear', 'send_back') THEN 'risk'
                   ELSE 'hr' END
           <> CASE WHEN NEW.name = 'decide' THEN 'group' WHEN NEW.name IN ('clear', 'send_back') THEN 'risk'
                   ELSE 'hr' END
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
            models.CheckConstraint(name="step_return_has_reason", condition=~Q(name="send_back", reason="")),
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
            pgtrigger.Trigger(
                name="separation", when=pgtrigger.Before, operation=pgtrigger.Insert, func=SEPARATION
            ),
        ]

    def __str__(self) -> str:
        return f"{self.appraisal_id} {self.name}"


class PayEntry(models.Model):
    """One row of what an appraisal pays; the rows of an item add up to its award, to the fen. Append-only.

    `paid` is due with the appraisal, a `release` on its day. A `claw_back` names a release that had not come
    due and takes it back with the opposite sign.
    """

    class Kind(models.TextChoices):
        PAID = "paid", _("当期发放")
        RELEASE = "release", _("延期发放")
        CLAW_BACK = "claw_back", _("追索扣回")

    appraisal = models.ForeignKey(Appraisal, models.PROTECT, related_name="pay", verbose_name=_("考核"))
    verdict = models.ForeignKey(Verdict, models.PROTECT, related_name="+", verbose_name=_("考核结论"))
    item = models.CharField(_("项目"), max_length=64)
    kind = models.CharField(_("类别"), max_length=16, choices=Kind)
    due_on = models.DateField(_("应付日"))
    amount = models.DecimalField(_("金额（元）"), max_digits=16, decimal_places=2)
    takes_back = models.OneToOneField(
        "self", models.PROTECT, null=True, related_name="taken_back_by", verbose_name=_("扣回的行")
    )
    posted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("登记人")
    )
    posted_at = models.DateTimeField(_("登记时间"), auto_now_add=True)
    reason = models.CharField(_("依据"), max_length=200)

    class Meta:
        verbose_name = _("薪酬台账")
        verbose_name_plural = _("薪酬台账")
        ordering = ["appraisal", "item", "due_on", "id"]
        constraints = [
            models.UniqueConstraint(
                name="pay_entry_once",
                fields=["appraisal", "item", "kind", "due_on"],
                condition=Q(takes_back__isnull=True),
            ),
            models.CheckConstraint(
                name="pay_claw_back_names_a_row",
                condition=Q(kind="claw_back", takes_back__isnull=False, amount__lt=0)
                | (~Q(kind="claw_back") & Q(takes_back__isnull=True)),
            ),
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.item} {self.due_on} {self.amount}"
