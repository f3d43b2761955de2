"""Handover and its lines: who passes which customers to whom; Responsibility: who answers for loans."""

import uuid
from typing import Any

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, transition

from managers import history
from managers.models.organisation import Branch
from managers.models.people import ClientManager
from managers.models.portfolio import Customer
from managers.models.scope import ScopedQuerySet, scope_of

#: What people call the steps of a handover; `handover` is how the log names its rows.
STEPS = {
    "draft": _("起草"),
    "accept": _("接收"),
    "witness": _("监交"),
    "approve": _("批准"),
    "take_effect": _("生效"),
    "withdraw": _("撤回"),
    "refuse": _("拒绝"),
    "cancel": _("取消"),
}
#: Steps that must be taken by other people than the earlier ones named.
SEATS = {"witness": ("draft", "accept"), "approve": ("draft", "accept", "witness")}


class HandoverQuerySet(ScopedQuerySet):
    """Handovers: of managers in one's branches, given or received, and those one gives or receives."""

    def visible_to(self, user: Any, on: Any) -> "HandoverQuerySet":
        """Both sides see a handover, and whoever looks after either of them."""
        scope = scope_of(user, on)
        if scope.everything:
            return self
        wanted = Q(pk__in=[])
        for path in scope.paths:
            wanted |= Q(giver__branch__path__startswith=path) | Q(receiver__branch__path__startswith=path)
        if scope.manager is not None:
            wanted |= Q(giver=scope.manager) | Q(receiver=scope.manager)
        return self.filter(wanted)


@history.kept(subject="handover:{pk}")
class Handover(models.Model):
    """Customers passed from one manager to another from `effective_on` on.

    Four people: giver, receiver, witness, approver. Only `ledger.services.handovers` moves it. `batch` is
    shared by those drafted together for several receivers; `impact` and `confirmed` are what an approver
    of a past date has seen of published figures, and its digest; `problem` says what keeps an approved one
    from taking effect.
    """

    class State(models.TextChoices):
        DRAFTED = "drafted", _("待接收")
        ACCEPTED = "accepted", _("待监交")
        WITNESSED = "witnessed", _("待批准")
        APPROVED = "approved", _("已批准，待生效")
        EFFECTIVE = "effective", _("已生效")
        WITHDRAWN = "withdrawn", _("已撤回")
        REFUSED = "refused", _("已拒绝")
        CANCELLED = "cancelled", _("已取消")

    #: The states before anybody has approved or ended it.
    UNDECIDED = (State.DRAFTED, State.ACCEPTED, State.WITNESSED)
    #: The states in which its customers are spoken for.
    OPEN = (*UNDECIDED, State.APPROVED)
    #: The states in which there is a list to hand out: what was withdrawn or refused hands nothing over.
    LISTED = (*OPEN, State.EFFECTIVE)

    giver = models.ForeignKey(
        ClientManager, models.PROTECT, related_name="handovers_given", verbose_name=_("移交人")
    )
    receiver = models.ForeignKey(
        ClientManager, models.PROTECT, related_name="handovers_received", verbose_name=_("接收人")
    )
    branch = models.ForeignKey(Branch, models.PROTECT, related_name="handovers", verbose_name=_("机构"))
    effective_on = models.DateField(_("生效日"))
    reason = models.CharField(_("移交原因"), max_length=1000)
    batch = models.UUIDField(_("同批"), default=uuid.uuid4, editable=False, db_index=True)
    state = FSMField(_("状态"), default=State.DRAFTED, choices=State.choices, protected=True)
    state_since = models.DateTimeField(_("进入状态时间"), auto_now=True)
    drafted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("起草人")
    )
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("接收确认人")
    )
    witnessed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("监交人")
    )
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("批准人")
    )
    impact = models.JSONField(_("对已发布数字的影响"), null=True)
    confirmed = models.CharField(_("确认摘要"), max_length=64, blank=True)
    problem = models.TextField(_("未能生效的原因"), blank=True)

    objects = HandoverQuerySet.as_manager()

    class Meta:
        verbose_name = _("移交")
        verbose_name_plural = _("移交")
        ordering = ["-id"]
        indexes = [models.Index(fields=["state", "effective_on"], name="handover_due")]
        constraints = [
            models.CheckConstraint(name="handover_two_managers", condition=~Q(giver=F("receiver"))),
            models.CheckConstraint(name="handover_has_reason", condition=~Q(reason="")),
            models.CheckConstraint(
                name="handover_different_people",
                condition=(Q(witnessed_by__isnull=True) | ~Q(witnessed_by=F("accepted_by")))
                & (Q(witnessed_by__isnull=True) | ~Q(witnessed_by=F("drafted_by")))
                & (Q(approved_by__isnull=True) | ~Q(approved_by=F("drafted_by")))
                & (Q(approved_by__isnull=True) | ~Q(approved_by=F("accepted_by")))
                & (Q(approved_by__isnull=True) | ~Q(approved_by=F("witnessed_by"))),
            ),
            models.CheckConstraint(
                name="handover_state_people",
                condition=Q(state="drafted", accepted_by=None, witnessed_by=None, approved_by=None)
                | Q(state="accepted", accepted_by__isnull=False, witnessed_by=None, approved_by=None)
                | Q(
                    state="witnessed",
                    accepted_by__isnull=False,
                    witnessed_by__isnull=False,
                    approved_by=None,
                )
                | Q(
                    state__in=["approved", "effective", "cancelled"],
                    accepted_by__isnull=False,
                    witnessed_by__isnull=False,
                    approved_by__isnull=False,
                )
                | Q(state__in=["withdrawn", "refused"], approved_by=None),
            ),
            models.CheckConstraint(
                name="handover_impact_confirmed",
                condition=Q(impact__isnull=True, confirmed="") | Q(impact__isnull=False, confirmed__gt=""),
            ),
        ]
        triggers = [
            pgtrigger.FSM(
                name="state_machine",
                field="state",
                transitions=[
                    ("drafted", "accepted"),
                    ("accepted", "witnessed"),
                    ("witnessed", "approved"),
                    ("approved", "effective"),
                    ("approved", "cancelled"),
                    *(
                        (state, end)
                        for state in ("drafted", "accepted", "witnessed")
                        for end in ("withdrawn", "refused")
                    ),
                ],
            ),
            pgtrigger.Protect(name="keep", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(
                name="drafted_once",
                fields=["giver", "receiver", "branch", "effective_on", "reason", "batch", "drafted_by"],
            ),
            pgtrigger.Trigger(
                name="four_people",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                # A manager's login lives in another table, out of reach of a CHECK.
                func="""
                    IF EXISTS (
                        SELECT FROM managers_clientmanager m
                        WHERE m.id IN (NEW.giver_id, NEW.receiver_id)
                          AND m.user_id IN (NEW.witnessed_by_id, NEW.approved_by_id)
                    ) OR EXISTS (
                        SELECT FROM managers_clientmanager m
                        WHERE m.id = NEW.receiver_id AND NEW.accepted_by_id IS NOT NULL
                          AND m.user_id IS DISTINCT FROM NEW.accepted_by_id
                          AND (TG_OP = 'INSERT' OR OLD.accepted_by_id IS DISTINCT FROM NEW.accepted_by_id)
                    ) THEN
                        RAISE EXCEPTION 'giver, receiver, witness and approver of a handover differ'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'handover_four_people';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.giver} → {self.receiver} · {self.effective_on}"

    @transition(field=state, source=State.DRAFTED, target=State.ACCEPTED)
    def accept(self) -> None:
        """The receiver takes over what is listed."""

    @transition(field=state, source=State.ACCEPTED, target=State.WITNESSED)
    def witness(self) -> None:
        """A third person was there when files and customers changed hands."""

    @transition(field=state, source=State.WITNESSED, target=State.APPROVED)
    def approve(self) -> None:
        """A fourth lets it take effect on its day."""

    @transition(field=state, source=State.APPROVED, target=State.EFFECTIVE)
    def take_effect(self) -> None:
        """Assignments and responsibilities say so from now on."""

    @transition(field=state, source=list(UNDECIDED), target=State.WITHDRAWN)
    def withdraw(self) -> None:
        """Whoever drafted it does not go on."""

    @transition(field=state, source=list(UNDECIDED), target=State.REFUSED)
    def refuse(self) -> None:
        """Receiver, witness or approver, whoever's turn it is, says no."""

    @transition(field=state, source=State.APPROVED, target=State.CANCELLED)
    def cancel(self) -> None:
        """Approved, but called off before its day."""


@history.kept()
class HandoverLine(models.Model):
    """One customer of a handover, and what of it moves.

    Custody: whose customer it is, as far as `share` goes. Credit: who handles its loans from now on.
    Liability: who answers for the loans issued so far; without it that stays with whoever issued them.
    """

    handover = models.ForeignKey(Handover, models.PROTECT, related_name="lines", verbose_name=_("移交"))
    customer = models.ForeignKey(
        Customer, models.PROTECT, related_name="handover_lines", verbose_name=_("客户")
    )
    custody = models.BooleanField(_("管户"), default=True)
    credit = models.BooleanField(_("信贷经办"), default=True)
    liability = models.BooleanField(_("旧贷款责任"), default=False)
    share = models.DecimalField(_("移交比例"), max_digits=7, decimal_places=6, null=True)
    note = models.CharField(_("备注"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("移交清单")
        verbose_name_plural = _("移交清单")
        ordering = ["handover", "customer"]
        constraints = [
            models.UniqueConstraint(name="handover_line_key", fields=["handover", "customer"]),
            models.CheckConstraint(
                name="handover_line_moves", condition=Q(custody=True) | Q(credit=True) | Q(liability=True)
            ),
            models.CheckConstraint(
                name="handover_line_share",
                condition=Q(custody=True, share__gt=0, share__lte=1) | Q(custody=False, share__isnull=True),
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
            pgtrigger.Trigger(
                name="only_while_drafted",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func="""
                    IF NOT EXISTS (
                        SELECT FROM managers_handover WHERE id = NEW.handover_id AND state = 'drafted'
                    ) THEN
                        RAISE EXCEPTION 'the list of a handover is fixed once it is accepted'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'handover_line_drafted';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.handover_id} · {self.customer}"


@history.kept()
class Responsibility(models.Model):
    """Who handles a customer's loans, or answers for one loan, from `starts_on` to `ends_on`, both inclusive.

    Written where a handover takes effect; before the first one the assignments say it. Rows are append-only
    in what they say, like assignments: a change writes new rows and marks the old `superseded_by`.
    """

    class Kind(models.TextChoices):
        CREDIT = "credit", _("信贷经办")
        LIABILITY = "liability", _("旧贷款责任")

    customer = models.ForeignKey(
        Customer, models.PROTECT, related_name="responsibilities", verbose_name=_("客户")
    )
    loan = models.CharField(_("贷款账号"), max_length=40, blank=True)
    kind = models.CharField(_("责任"), max_length=16, choices=Kind)
    manager = models.ForeignKey(
        ClientManager, models.PROTECT, related_name="responsibilities", verbose_name=_("客户经理")
    )
    starts_on = models.DateField(_("起"))
    ends_on = models.DateField(_("止"), null=True, blank=True)
    handover = models.ForeignKey(
        Handover, models.PROTECT, related_name="responsibilities", verbose_name=_("移交")
    )
    superseded_by = models.ForeignKey(
        Handover, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("被移交取代")
    )

    class Meta:
        verbose_name = _("信贷责任")
        verbose_name_plural = _("信贷责任")
        ordering = ["customer", "kind", "loan", "starts_on", "manager"]
        indexes = [models.Index(fields=["customer", "kind"], name="responsibility_customer")]
        constraints = [
            models.UniqueConstraint(
                name="responsibility_key",
                fields=["customer", "loan", "kind", "manager", "starts_on"],
                condition=Q(superseded_by__isnull=True),
            ),
            models.CheckConstraint(
                name="responsibility_dates",
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
            ),
            models.CheckConstraint(
                name="responsibility_kind",
                condition=Q(kind="credit", loan="") | Q(kind="liability", loan__gt=""),
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="keep", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(name="said_once", exclude=["superseded_by"]),
            pgtrigger.Protect(
                name="superseded_once",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__superseded_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.customer} · {self.get_kind_display()} · {self.manager}"
