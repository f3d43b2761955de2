"""What the pages of a handover show: whose turn it is, the list with amounts, both sides before and after."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from ledger import queries, versions
from ledger.queries import handovers as reads
from ledger.queries.handovers import Holding, Liable
from ledger.rules.differences import STATES as CODES
from ledger.services.handovers import Impact, Part
from managers.models import ClientManager, Handover, LogEntry, User
from managers.models.handovers import STEPS
from managers.models.scope import grants_on
from managers.permissions import ties
from managers.roles import ROLES
from managers.rules.separation import Ties

State = Handover.State
#: The step that each waiting state waits for, and the action that lets one take it.
NEXT = {State.DRAFTED: "accept", State.ACCEPTED: "witness", State.WITNESSED: "approve"}
ACTIONS = {"witness": "witness_handover", "approve": "approve_handover", "cancel": "cancel_handover"}
TAGS = {
    State.EFFECTIVE: "ok",
    State.APPROVED: "info",
    State.REFUSED: "error",
    State.WITHDRAWN: "quiet",
    State.CANCELLED: "quiet",
}
STATES = (State.DRAFTED, State.ACCEPTED, State.WITNESSED, State.APPROVED, State.EFFECTIVE)
NIL = Decimal(0)


@dataclass(frozen=True)
class Reader:
    """What one person may do about handovers, read once for a whole list; the services have the last word."""

    user: User
    ties: Ties
    paths: Mapping[str, tuple[str, ...]]

    @classmethod
    def of(cls, user: User, on: date) -> "Reader":
        """As grants and ties are on a day."""
        held = [grant for grant in grants_on(user, on) if grant.role in ROLES]
        paths = {
            action: tuple(_reach(grant) for grant in held if action in ROLES[grant.role].may)
            for action in (*ACTIONS.values(), "draft_handover")
        }
        return cls(user, ties(user, on=on), paths)

    def turn(self, row: Handover) -> str:
        """The step that waits for this person, or ""."""
        step = NEXT.get(State(row.state), "")
        if step == "accept":
            return step if self.ties.to(row.receiver_id) == "own" else ""
        return step if step and self.may(step, row) else ""

    def may(self, step: str, row: Handover) -> bool:
        """Whether role, branch and ties let the person take a step, and no earlier one stands against it."""
        if self.ties.to(row.giver_id) or self.ties.to(row.receiver_id):
            return False
        taken = (row.drafted_by_id, row.accepted_by_id, row.witnessed_by_id) if step != "cancel" else ()
        path = row.giver.branch.path
        reaches = any(path.startswith(each) for each in self.paths[ACTIONS[step]])
        return reaches and self.user.pk not in taken

    def may_withdraw(self, row: Handover) -> bool:
        """The drafter and the giver, until it is approved."""
        mine = row.drafted_by_id == self.user.pk or self.ties.to(row.giver_id) == "own"
        return mine and row.state in Handover.UNDECIDED

    def may_draft(self) -> bool:
        """For oneself or for others."""
        return bool(self.ties.own or self.paths["draft_handover"])


def _reach(grant: Any) -> str:
    return "/" if ROLES[grant.role].reach == "all" else str(grant.branch.path)


def tag(row: Handover) -> str:
    """The colour of a state."""
    return TAGS.get(State(row.state), "attention")


@dataclass(frozen=True)
class Side:
    """One manager before and after: customers, deposits and loans at the shares held (CNY)."""

    manager: ClientManager
    customers: tuple[int, int]
    deposit: tuple[Decimal, Decimal]
    loan: tuple[Decimal, Decimal]


#: Customer, share that moves, whole deposits and loans.
Piece = tuple[int, Decimal, Decimal, Decimal]


def sides(giver: ClientManager, parts: Sequence[Part], on: date) -> list[Side]:
    """Giver and receivers before and after, at the balances of the last published date."""
    held = {each.customer_id: each for each in reads.portfolio(giver.pk, on)}
    moving = [(part.receiver, _pieces(part, held)) for part in parts]
    gone = [piece for _receiver, pieces in moving for piece in pieces]
    return [
        _side(giver, list(held.values()), gone, -1),
        *(_side(who, reads.portfolio(who.pk, on), pieces, 1) for who, pieces in moving),
    ]


def _pieces(part: Part, held: Mapping[int, Holding]) -> list[Piece]:
    """What moves in custody; a customer the giver no longer holds moves nothing."""
    return [
        (line.customer, line.share or known.share, known.deposit or NIL, known.loan or NIL)
        for line in part.lines
        if line.custody and (known := held.get(line.customer)) is not None
    ]


def _side(who: ClientManager, held: Sequence[Holding], moving: Sequence[Piece], sign: int) -> Side:
    shares = {each.customer_id: each.share for each in held}
    deposit = sum((each.share * (each.deposit or NIL) for each in held), NIL)
    loan = sum((each.share * (each.loan or NIL) for each in held), NIL)
    for customer, share, _deposit, _loan in moving:
        shares[customer] = shares.get(customer, NIL) + sign * share
    return Side(
        who,
        (len(held), sum(1 for share in shares.values() if share > 0)),
        (deposit, deposit + sign * sum((share * whole for _c, share, whole, _l in moving), NIL)),
        (loan, loan + sign * sum((share * whole for _c, share, _d, whole in moving), NIL)),
    )


def lines(row: Handover) -> list[dict[str, Any]]:
    """The list of a handover with the customers' amounts and who answers for their old loans."""
    found = list(row.lines.select_related("customer").order_by("customer__customer_no"))
    brought = reads.amounts(row.giver_id) | reads.amounts(row.receiver_id)
    charged = _charged(reads.liable([each.customer_id for each in found], row.effective_on), row.effective_on)
    return [
        {
            "line": each,
            "kinds": kinds(each),
            "amounts": brought.get(each.customer_id),
            "loans": charged.get(each.customer_id, []),
        }
        for each in found
    ]


def kinds(line: Any) -> str:
    """What of a customer moves, in words."""
    named = ((line.custody, _("管户")), (line.credit, _("信贷经办")), (line.liability, _("旧贷款责任")))
    return "、".join(word for moves, word in named if moves)


def _charged(found: Iterable[Liable], day: date) -> dict[int, list[dict[str, Any]]]:
    """By customer the loans issued before a day, and who answers for each."""
    rows = [each for each in found if each.issued_on < day]
    people = ClientManager.objects.in_bulk({each.manager_id for each in rows})
    charged: dict[int, list[dict[str, Any]]] = {}
    for each in rows:
        entry = {"loan": each.loan, "who": people[each.manager_id], "since": each.since}
        charged.setdefault(each.customer_id, []).append(entry)
    return charged


def timeline(row: Handover) -> list[dict[str, Any]]:
    """Every step taken, and those to come."""
    steps = [f"{name}_handover" for name in STEPS]
    found = LogEntry.objects.filter(subject=f"handover:{row.pk}", action__in=steps)
    entries = found.select_related("by", "on_behalf_of")
    taken = [_entry(entry) for entry in entries.order_by("id")]
    if row.state not in Handover.OPEN:
        return taken
    ahead = STATES[STATES.index(State(row.state)) :]
    todo = [{"label": State(state).label, "state": "todo"} for state in ahead[:-1]]
    if todo:
        todo[0]["state"] = "current"
    return [*taken, *todo, {"label": STEPS["take_effect"], "state": "todo"}]


def _entry(entry: LogEntry) -> dict[str, Any]:
    who = str(entry.by) if entry.by else _("系统作业")
    if entry.on_behalf_of:
        who = _("%(who)s（代 %(holder)s）") % {"who": who, "holder": entry.on_behalf_of}
    step = entry.action.removesuffix("_handover")
    ended = step in ("refuse", "withdraw", "cancel")
    return {
        "label": STEPS[step],
        "state": "failed" if ended else "done",
        "at": entry.at,
        "by": who,
        "note": entry.reason if ended else "",
    }


def impact_rows(impact: Impact, row: Handover) -> list[dict[str, Any]]:
    """What would move, with the names people know."""
    names = {each.employee_no: each.name for each in (row.giver, row.receiver)}
    return [
        {
            "who": f"{names.get(each.employee_no, '')} {each.employee_no}".strip(),
            "on": each.on,
            "title": versions.metric_title(each.metric),
            "span": versions.WINDOWS[each.window],
            "before": _worded(each.before),
            "after": _worded(each.after),
            "difference": "—" if "→" in each.difference else each.difference,
        }
        for each in impact.moved
    ]


def _worded(text: str) -> str:
    """A figure as kept, or the word for why there is none."""
    state = next((state for state, code in CODES.items() if code == text), "")
    return str(versions.STATES[state]) if state else text


def published_on() -> date | None:
    """The date that the amounts of a page stand for."""
    run = queries.latest_run()
    return run.business_date if run else None
