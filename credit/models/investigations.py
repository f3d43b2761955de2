"""Investigation: what two client managers found about a borrower, written together and signed one by one."""

from datetime import date
from typing import Any, Self

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, transition

from managers import history
from managers.models import ClientManager, Customer, StoredFile
from managers.models.scope import ScopedQuerySet, scope_of

#: What people call the steps; `investigation` is how the log names its rows.
STEPS = {
    "sign_once": _("第一人签署"),
    "sign": _("第二人签署"),
    "reopen": _("撤回签署"),
    "close": _("结束"),
}


class InvestigationQuerySet(ScopedQuerySet):
    """Investigations by their customer, and by the two who made them."""

    def visible_to(self, user: Any, on: date) -> Self:
        """Of customers in sight, and the own ones."""
        own = scope_of(user, on).manager
        wanted = Q(customer__in=Customer.objects.visible_to(user, on).values("pk"))
        if own is not None:
            wanted |= Q(first=own) | Q(second=own)
        return self.filter(wanted)


@history.kept(subject="investigation:{pk}")
class Investigation(models.Model):
    """An investigation by two different managers; once the first has signed nothing in it changes.

    `digest` is of what stood in it at the first signature, so both have signed the same. Only
    `credit.services.investigations` moves it.
    """

    class Kind(models.TextChoices):
        PRE_LOAN = "pre_loan", _("贷前调查")
        RENEWAL = "renewal", _("展期（转贷）调查")
        REVIEW = "review", _("授信年审")

    class State(models.TextChoices):
        DRAFTED = "drafted", _("撰写中")
        SIGNED_ONCE = "signed_once", _("待第二人签署")
        SIGNED = "signed", _("两人已签署")
        CLOSED = "closed", _("已结束")

    customer = models.ForeignKey(
        Customer, models.PROTECT, related_name="investigations", verbose_name=_("客户")
    )
    kind = models.CharField(_("类别"), max_length=16, choices=Kind)
    first = models.ForeignKey(
        ClientManager, models.PROTECT, related_name="investigations", verbose_name=_("主办")
    )
    second = models.ForeignKey(
        ClientManager, models.PROTECT, related_name="second_investigations", verbose_name=_("协办")
    )
    started_on = models.DateField(_("开始日"))
    state = FSMField(_("状态"), default=State.DRAFTED, choices=State.choices, protected=True)
    signed_first_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("主办签署")
    )
    signed_second_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("协办签署")
    )
    signed_once_on = models.DateField(_("第一人签署日"), null=True)
    signed_on = models.DateField(_("签署完成日"), null=True)
    digest = models.CharField(_("内容摘要"), max_length=64, blank=True)

    objects = InvestigationQuerySet.as_manager()

    class Meta:
        verbose_name = _("授信调查")
        verbose_name_plural = _("授信调查")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(name="investigation_two_managers", condition=~Q(first=F("second"))),
            models.CheckConstraint(
                name="investigation_two_people",
                condition=Q(signed_first_by__isnull=True) | ~Q(signed_first_by=F("signed_second_by")),
            ),
            models.CheckConstraint(
                name="investigation_signatures",
                condition=Q(state="drafted", signed_first_by=None, signed_second_by=None, digest="")
                | (
                    Q(state="signed_once", digest__gt="")
                    & (
                        Q(signed_first_by=None, signed_second_by__isnull=False)
                        | Q(signed_first_by__isnull=False, signed_second_by=None)
                    )
                )
                | Q(
                    state="signed",
                    digest__gt="",
                    signed_on__isnull=False,
                    signed_first_by__isnull=False,
                    signed_second_by__isnull=False,
                )
                | Q(state="closed"),
            ),
        ]
        triggers = [
            pgtrigger.FSM(
                name="state_machine",
                field="state",
                transitions=[
                    ("drafted", "signed_once"),
                    ("signed_once", "signed"),
                    ("signed_once", "drafted"),
                    ("drafted", "closed"),
                    ("signed_once", "closed"),
                    ("signed", "closed"),
                ],
            ),
            pgtrigger.Protect(name="keep", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(
                name="drafted_once", fields=["customer", "kind", "first", "second", "started_on"]
            ),
            pgtrigger.Trigger(
                name="own_logins",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                # A manager's login lives in another table, out of reach of a CHECK. A signature stays what it
                # was though a login is changed later: only a new one is compared.
                func="""
                    IF EXISTS (
                        SELECT FROM managers_clientmanager m
                        WHERE (m.id = NEW.first_id AND NEW.signed_first_by_id IS NOT NULL
                               AND m.user_id IS DISTINCT FROM NEW.signed_first_by_id
                               AND (TG_OP = 'INSERT'
                                    OR OLD.signed_first_by_id IS DISTINCT FROM NEW.signed_first_by_id))
                           OR (m.id = NEW.second_id AND NEW.signed_second_by_id IS NOT NULL
                               AND m.user_id IS DISTINCT FROM NEW.signed_second_by_id
                               AND (TG_OP = 'INSERT'
                                    OR OLD.signed_second_by_id IS DISTINCT FROM NEW.signed_second_by_id))
                    ) THEN
                        RAISE EXCEPTION 'each investigator signs with the own login'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'investigation_own_logins';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.customer} · {self.get_kind_display()}"

    @transition(field=state, source=State.DRAFTED, target=State.SIGNED_ONCE)
    def sign_once(self) -> None:
        """One of the two signs; from now on nothing in it changes."""

    @transition(field=state, source=State.SIGNED_ONCE, target=State.SIGNED)
    def sign(self) -> None:
        """The other one signs the same."""

    @transition(field=state, source=State.SIGNED_ONCE, target=State.DRAFTED)
    def reopen(self) -> None:
        """Something is to be changed before the second signature; the first is void."""

    @transition(field=state, source=[State.DRAFTED, State.SIGNED_ONCE, State.SIGNED], target=State.CLOSED)
    def close(self) -> None:
        """Nothing is proposed on it any more."""


class OfInvestigation(ScopedQuerySet):
    """Parts of an investigation: seen with it."""

    def visible_to(self, user: Any, on: date) -> Self:
        """Those of an investigation in sight."""
        return self.filter(investigation__in=Investigation.objects.visible_to(user, on).values("pk"))


ONLY_WHILE_DRAFTED = """
    IF NOT EXISTS (
        SELECT FROM credit_investigation WHERE id = NEW.investigation_id AND state = 'drafted'
    ) THEN
        RAISE EXCEPTION 'an investigation is fixed once it is signed'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'investigation_fixed';
    END IF;
    RETURN NEW;
"""


@history.kept()
class Section(models.Model):
    """One heading of an investigation, and what was found under it."""

    class Code(models.TextChoices):
        BORROWER = "borrower", _("借款人基本情况")
        BUSINESS = "business", _("经营情况")
        FINANCE = "finance", _("财务与偿债能力")
        PURPOSE = "purpose", _("借款用途与还款来源")
        SECURITY = "security", _("担保情况")
        RISK = "risk", _("主要风险与防范")
        OPINION = "opinion", _("调查结论与意见")

    investigation = models.ForeignKey(
        Investigation, models.PROTECT, related_name="sections", verbose_name=_("调查")
    )
    code = models.CharField(_("部分"), max_length=16, choices=Code)
    text = models.TextField(_("内容"))
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("撰写人")
    )

    objects = OfInvestigation.as_manager()

    class Meta:
        verbose_name = _("调查内容")
        verbose_name_plural = _("调查内容")
        ordering = ["investigation", "id"]
        constraints = [
            models.UniqueConstraint(name="section_key", fields=["investigation", "code"]),
            models.CheckConstraint(name="section_not_empty", condition=~Q(text="")),
        ]
        triggers = [
            pgtrigger.Protect(name="keep", operation=pgtrigger.Delete),
            pgtrigger.Trigger(
                name="only_while_drafted",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                func=ONLY_WHILE_DRAFTED,
            ),
        ]

    def __str__(self) -> str:
        return str(self.get_code_display())


@history.kept()
class Evidence(models.Model):
    """A file under a heading of an investigation."""

    investigation = models.ForeignKey(
        Investigation, models.PROTECT, related_name="evidence", verbose_name=_("调查")
    )
    code = models.CharField(_("部分"), max_length=16, choices=Section.Code)
    file = models.OneToOneField(StoredFile, models.PROTECT, related_name="+", verbose_name=_("文件"))

    objects = OfInvestigation.as_manager()

    class Meta:
        verbose_name = _("调查附件")
        verbose_name_plural = _("调查附件")
        ordering = ["investigation", "id"]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
            pgtrigger.Trigger(
                name="only_while_drafted",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func=ONLY_WHILE_DRAFTED,
            ),
        ]

    def __str__(self) -> str:
        return str(self.file)
