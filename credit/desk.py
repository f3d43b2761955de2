"""What one person may do about loans, read once for a whole list; the services have the last word."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from credit.models import Finding, Inspection, LoanEnding, Reclassification
from credit.queries.afterloan import loans
from credit.queries.standards import standard_on
from credit.rules.standard import Standard
from credit.services.afterloan.endings import NEXT
from credit.services.afterloan.levels import at_least
from ledger.models import Account
from managers.models import ClientManager, Customer, User
from managers.models.scope import Scope, grants_on, inside, scope_for
from managers.permissions import ties
from managers.roles import ROLES
from managers.rules.separation import Ties
from managers.session import signed_in

State = Reclassification.State


@dataclass(frozen=True)
class Held:
    """One grant in use: its role, how far down the tree it reaches, and whose it is."""

    role: str
    path: str
    holder: int


@dataclass(frozen=True)
class Reader:
    """One person on one day: grants, ties, the own manager file, and the standard in force."""

    user: User
    on: date
    held: tuple[Held, ...]
    ties: Ties
    own: ClientManager | None
    standard: Standard

    @classmethod
    def of(cls, request: HttpRequest) -> "Reader":
        """Who asks, today; refused for those who have nothing to do with loans."""
        reader = cls.known(signed_in(request), timezone.localdate())
        if not reader.reads_loans:
            raise PermissionDenied(_("您的角色不包括查看贷款；如确有需要，请联系安全管理员授权。"))
        return reader

    @classmethod
    def known(cls, user: User, on: date) -> "Reader":
        """Anybody on a day, whatever they may do about loans."""
        held = tuple(
            Held(grant.role, "/" if ROLES[grant.role].reach == "all" else grant.branch.path, grant.user_id)
            for grant in grants_on(user, on)
            if grant.role in ROLES
        )
        own = getattr(user, "client_manager", None)
        return cls(user, on, held, ties(user, on=on), own, standard_on(on))

    @property
    def reads_loans(self) -> bool:
        """Whether the pages of loans open at all: for managers, and for roles that view loans."""
        return self.own is not None or self.has("view_loans")

    def has(self, action: str) -> bool:
        """Whether some grant permits an action at all."""
        return any(action in ROLES[each.role].may for each in self.held)

    def in_sight(self, found: Any) -> Any:
        """Rows of a loan that the person sees: where a grant shows loans, and of those the person handles."""
        shown = inside(self._shown, "account__customer__branch__path") | Q(account__in=self.handled)
        if hasattr(found.model, "manager"):
            shown |= inside(self._shown, "manager__branch__path")
        return found.visible_to(self.user, self.on).filter(shown)

    @cached_property
    def _shown(self) -> Scope:
        """How far the grants reach that show loans: what else the person holds shows none."""
        return scope_for(self.user, "view_loans", self.on)

    @cached_property
    def handled(self) -> list[int]:
        """The loan accounts the person handles."""
        return loans.handled_by(self.own.pk, self.on) if self.own else []

    def accounts(self) -> QuerySet[Account]:
        """The loan accounts that the person sees."""
        customers = Customer.objects.visible_to(self.user, self.on)
        shown = customers.filter(inside(self._shown, "branch__path"))
        seen = Q(customer__in=shown.values("pk")) | Q(pk__in=self.handled)
        return Account.objects.filter(seen, product__kind="loan").select_related(
            "customer__branch", "product"
        )

    # --- Whose turn it is -------------------------------------------------------------------------------

    def may(
        self,
        action: str,
        about: ClientManager,
        *,
        apart: Collection[int | None] = (),
        level: str = "",
    ) -> bool:
        """Whether a grant reaches the manager, no tie and no earlier step stands against it."""
        if self.ties.to(about.pk) or self.user.pk in apart:
            return False
        enough = at_least(level, self.standard) if level else ()
        return any(
            action in ROLES[each.role].may
            and about.branch.path.startswith(each.path)
            and each.holder not in apart
            and (not enough or each.role in enough)
            for each in self.held
        )

    def class_turn(self, row: Reclassification) -> str:
        """The step of a classification that waits for this person, or ""."""
        if row.state == State.RETURNED:
            return "propose_again" if self.ties.to(row.manager_id) == "own" else ""
        apart = (row.proposed_by_id, row.confirmed_by_id)
        if row.state == State.PROPOSED:
            return "confirm" if self.may("confirm_class", row.manager, apart=apart) else ""
        if row.state == State.CONFIRMED:
            owns = self.may("approve_class", row.manager, apart=apart, level=row.level)
            return "approve" if owns else ""
        return ""

    def ending_turn(self, row: LoanEnding) -> str:
        """The step of an ending that waits for this person, or ""."""
        action = NEXT.get((LoanEnding.State(row.state), row.kind == LoanEnding.Kind.PRESERVED), "")
        if not action:
            return ""
        apart = (row.proposed_by_id, row.received_by_id, row.witnessed_by_id)
        level = row.level if action == "approve_ending" else ""
        reaches = self.may(action, row.manager, apart=apart, level=level)
        return action.removesuffix("_ending") if reaches else ""

    def inspection_turn(self, row: Inspection) -> str:
        """The step of an inspection that waits for this person, or ""."""
        if row.state == Inspection.State.RECORDED:
            second = row.companion_id is not None and self.ties.to(row.companion_id) == "own"
            return "sign" if second and row.recorded_by_id != self.user.pk else ""
        return "record" if row.state == Inspection.State.PLANNED and self.handles(row.account_id) else ""

    def finding_turn(self, row: Finding) -> str:
        """The step of a finding that waits for this person, or ""."""
        if row.state == Finding.State.REMEDIED:
            apart = (row.raised_by_id, row.remedied_by_id)
            return "close" if self.may("supervise_loans", row.manager, apart=apart) else ""
        return "remedy" if row.state == Finding.State.OPEN and self.handles(row.account_id) else ""

    def handles(self, account: int) -> bool:
        """Whether the person handles a loan."""
        return self.own is not None and account in self.handled
