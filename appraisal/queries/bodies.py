"""Who decides on a case: the body competent for the grade, who of it must stand aside, and how it votes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import cast

from django.db.models import Q
from django.utils import timezone

from appraisal.models import Appeal, Appraisal, State, Vote
from appraisal.rules.voting import Terms, Tie
from grading import queries as grading
from grading.rules.schema import Procedure, Rulebook
from ledger.rules import windows
from managers.models import Branch, Delegation, Grant, Relation, User
from managers.models.relations import in_force

MEMBER, CHAIR = "group_member", "group_chair"
TIE = ("user", "manager", "kind")
#: Bodies of an outlet decide on the grades a rulebook leaves to the unit group; all others sit higher.
UNIT = "unit_group"


@dataclass(frozen=True)
class Body:
    """The people who decide on one case. `aside` are members who may not, each with the tie that says why.

    `acting` maps whoever acts for a member on this day to that member.
    """

    branch: Branch | None
    members: Sequence[User] = ()
    aside: Sequence[tuple[User, str]] = ()
    chair: User | None = None
    acting: dict[int, User] = field(default_factory=dict)

    def seat_of(self, user: User) -> User | None:
        """The member whose seat a user may take: the own one, or one acted for; None for strangers."""
        own = next((member for member in self.members if member.pk == user.pk), None)
        return own or self.acting.get(user.pk)


def book_of(row: Appraisal) -> Rulebook:
    """The rulebook an appraisal was judged by. A row past `opened` has a verdict: the database holds that."""
    assert row.verdict is not None
    return grading.rulebook(row.verdict.rulebook)


def procedure_of(row: Appraisal) -> Procedure:
    """What that rulebook says of the procedure."""
    return book_of(row).procedure


def terms_of(row: Appraisal) -> Terms:
    """How its body votes."""
    found = procedure_of(row)
    return Terms(found.quorum, found.majority, cast(Tie, found.tie))


def stages_of(row: Appraisal) -> tuple[str, ...]:
    """What it passes between measuring and the risk department."""
    return procedure_of(row).stages.get(windows.period(row.cycle.period).kind, ())


def appeal_until(row: Appraisal) -> date:
    """The last day on which a published decision may be appealed against."""
    told = row.steps.filter(name="publish").order_by("-id").values_list("at", flat=True).first()
    day = timezone.localdate(told or row.state_since)
    return day + timedelta(days=procedure_of(row).appeal_days)


def body_of(row: Appraisal, on: date) -> Body:
    """The body that votes on an appraisal on a day.

    It is the group of the nearest branch at or above the manager's own that has one: the unit group's own
    level only where the rulebook leaves the grade to it. Members tied to the manager stand aside; on an
    appeal so does everybody who voted before. Where nobody is left the next body above decides.
    """
    return bodies_of([row], on)[row.pk]


def bodies_of(rows: Iterable[Appraisal], on: date) -> dict[int, Body]:
    """The body of each of these appraisals, by id; as many queries for one as for a hundred."""
    cases = list(rows)
    groups = _Groups(cases, on)
    return {row.pk: groups.body(row) for row in cases}


def _approver(row: Appraisal) -> str:
    """Who approves the grade that was judged; "" for a grade no longer on the ladder."""
    assert row.verdict is not None
    held = {grade.code: grade.approver for grade in book_of(row).grades}
    return held.get(row.verdict.grade_code, "")


class _Groups:
    """Everything that says who may vote on some cases on a day, read once for all of them."""

    def __init__(self, cases: list[Appraisal], on: date) -> None:
        codes = {code for row in cases for code in row.manager.branch.path.split("/") if code}
        self.branches = {branch.code: branch for branch in Branch.objects.filter(code__in=codes)}
        self.grants = _grants(self.branches.values(), on)
        self.delegated = _delegated(self.grants, on)
        people = {grant.user_id for grant in self.grants} | {user.pk for _grant, user in self.delegated}
        self.ties = _ties(people, cases, on)
        self.earlier = _earlier_voters([row for row in cases if row.state == State.APPEALED])

    def body(self, row: Appraisal) -> Body:
        """The nearest body with somebody who may vote, else the last one looked at."""
        at_unit = _approver(row) == UNIT
        found = Body(None)
        for code in reversed([code for code in row.manager.branch.path.split("/") if code]):
            branch = self.branches[code]
            if branch.kind == Branch.Kind.OUTLET and not at_unit:
                continue
            found = self._body_at(branch, row)
            if found.members:
                return found
        return found

    def _body_at(self, branch: Branch, row: Appraisal) -> Body:
        grants = [grant for grant in self.grants if grant.branch_id == branch.pk]
        people = {grant.user_id: grant.user for grant in grants}
        earlier = self.earlier.get(row.pk, set())
        tied = {pk: tie for pk in people if (tie := self._tie(pk, row))}
        tied |= {pk: "decided_before" for pk in earlier if pk in people}
        free = [grant for grant in grants if grant.user_id not in tied]
        return Body(
            branch,
            [user for pk, user in people.items() if pk not in tied],
            [(people[pk], tie) for pk, tie in sorted(tied.items())],
            next((grant.user for grant in free if grant.role == CHAIR), None),
            self._acting({grant.pk: grant.user for grant in free}, row, earlier),
        )

    def _acting(self, seats: dict[int, User], row: Appraisal, earlier: set[int]) -> dict[int, User]:
        """Who acts for a member, by whom; nobody tied, nobody who voted before, no member twice."""
        members = {user.pk for user in seats.values()}
        return {
            user.pk: seats[grant]
            for grant, user in self.delegated
            if grant in seats and user.pk not in members | earlier and not self._tie(user.pk, row)
        }

    def _tie(self, user: int, row: Appraisal) -> str:
        return "own" if row.manager.user_id == user else self.ties.get((user, row.manager_id), "")


def _grants(branches: Iterable[Branch], on: date) -> list[Grant]:
    """The seats of the groups of these branches, by person."""
    confirmed = Q(granted_by__isnull=True) | Q(confirmed_by__isnull=False)
    seats = Grant.objects.filter(
        in_force(on),
        confirmed,
        branch__in=[branch.pk for branch in branches],
        role__in=(MEMBER, CHAIR),
        user__is_active=True,
    )
    return list(seats.select_related("user").order_by("user_id", "role"))


def _delegated(grants: Iterable[Grant], on: date) -> list[tuple[int, User]]:
    """Who acts under which of these grants on a day."""
    held = Delegation.objects.filter(
        grant__in=[grant.pk for grant in grants],
        starts_on__lte=on,
        ends_on__gte=on,
        ended_at=None,
        to__is_active=True,
    )
    return [(each.grant_id, each.to) for each in held.select_related("to").order_by("pk")]


def _ties(people: Iterable[int], cases: Iterable[Appraisal], on: date) -> dict[tuple[int, int], str]:
    """Which of these people are tied to which manager, and how; kin before superior."""
    managers = [row.manager_id for row in cases]
    rows = Relation.objects.filter(in_force(on), manager__in=managers, user__in=people)
    return {(user, manager): kind for user, manager, kind in rows.order_by("-kind").values_list(*TIE)}


def _earlier_voters(appealed: list[Appraisal]) -> dict[int, set[int]]:
    """Whoever voted on what is now appealed against, by appraisal."""
    if not appealed:
        return {}
    starts = dict(
        Appeal.objects.filter(appraisal__in=[row.pk for row in appealed], ending="").values_list(
            "appraisal", "round"
        )
    )
    rounds = {row.pk: starts.get(row.pk, row.round) for row in appealed}
    found: dict[int, set[int]] = {}
    for vote in Vote.objects.filter(appraisal__in=rounds):
        if vote.round < rounds[vote.appraisal_id]:
            found.setdefault(vote.appraisal_id, set()).update(
                filter(None, (vote.by_id, vote.on_behalf_of_id))
            )
    return found
