"""ResearchNote: what a manager found out about a market, what a customer would bring, and who was told."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, transition

from credit.models.working.separation import KEEP, OfWorking, apart
from managers import history
from managers.models import ClientManager, Customer

STEPS = {"report": _("报告"), "acknowledge": _("阅知")}


@history.kept(subject="research:{pk}", sealed=("findings",))
class ResearchNote(models.Model):
    """A note on a market, reported to the head as it is written; the head acknowledges it with a remark.

    The forecast says what the customer would bring a year: amounts in CNY, settlements in US dollars; what
    was not forecast is empty, never zero.
    """

    class State(models.TextChoices):
        REPORTED = "reported", _("待阅知")
        ACKNOWLEDGED = "acknowledged", _("已阅知")

    manager = models.ForeignKey(
        ClientManager, models.PROTECT, related_name="research_notes", verbose_name=_("客户经理")
    )
    subject = models.CharField(_("题目"), max_length=160)
    industry = models.CharField(_("行业"), max_length=80, blank=True)
    area = models.CharField(_("地区"), max_length=80, blank=True)
    customer = models.ForeignKey(
        Customer, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("客户")
    )
    prospect = models.CharField(_("拟营销客户"), max_length=160, blank=True)
    findings = models.TextField(_("调查情况"), max_length=4000)
    sources = models.CharField(_("信息来源"), max_length=300, blank=True)
    deposits = models.DecimalField(
        _("预计存款日均（元）"), max_digits=18, decimal_places=2, null=True, blank=True
    )
    loans = models.DecimalField(
        _("预计贷款日均（元）"), max_digits=18, decimal_places=2, null=True, blank=True
    )
    settlement = models.DecimalField(
        _("预计国际结算（美元）"), max_digits=18, decimal_places=2, null=True, blank=True
    )
    income = models.DecimalField(
        _("预计中间业务收入（元）"), max_digits=18, decimal_places=2, null=True, blank=True
    )
    state = FSMField(_("状态"), default=State.REPORTED, choices=State.choices, protected=True)
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("填写人")
    )
    written_on = models.DateField(_("报告日"))
    acknowledged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("阅知人")
    )
    remark = models.CharField(_("批示"), max_length=500, blank=True)

    objects = OfWorking.as_manager()

    class Meta:
        verbose_name = _("市场调查")
        verbose_name_plural = _("市场调查")
        ordering = ["-written_on", "-id"]
        constraints = [
            models.CheckConstraint(name="research_has_text", condition=~Q(subject="") & ~Q(findings="")),
            models.CheckConstraint(
                name="research_forecast",
                condition=(Q(deposits__isnull=True) | Q(deposits__gte=0))
                & (Q(loans__isnull=True) | Q(loans__gte=0))
                & (Q(settlement__isnull=True) | Q(settlement__gte=0))
                & (Q(income__isnull=True) | Q(income__gte=0)),
            ),
            models.CheckConstraint(
                name="research_state_people",
                condition=Q(state="reported", acknowledged_by=None)
                | Q(state="acknowledged", acknowledged_by__isnull=False),
            ),
        ]
        triggers = [
            KEEP,
            pgtrigger.FSM(name="state_machine", field="state", transitions=[("reported", "acknowledged")]),
            pgtrigger.ReadOnly(name="said_once", exclude=["state", "acknowledged_by", "remark"]),
            apart("not_tied", "acknowledged_by_id"),
        ]

    def __str__(self) -> str:
        return self.subject

    @transition(field=state, source=State.REPORTED, target=State.ACKNOWLEDGED)
    def acknowledge(self) -> None:
        """The head has read it."""
