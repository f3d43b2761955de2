"""Who decides on a case: the body competent for the grade, who of it must stand aside, and how it votes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import cast

from django.db.models import Q
from django.utils import timezone

from appraisal.models import Appraisal, State, Vote
from appraisal.rules.voting import Terms, Tie
from grading import queries as grading
from grading.rules.schema import Procedure, Rulebook
from ledger.rules import windows
from managers.models import Branch, Grant, Relation, User
from managers.models.relations import in_force

MEMBER, CHAIR = "group_member", "group_chair"
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
    at_unit = _approver(row) == UNIT
    earlier = _earlier_voters(row)
    found = Body(None)
    for branch in _upwards(row.manager.branch.path):
        if branch.kind == Branch.Kind.OUTLET and not at_unit:
            continue
        found = _body_at(branch, row, on, earlier)
        if found.members:
            return found
    return found


def _approver(row: Appraisal) -> str:
    """Who approves the grade that was judged; "" for a grade no longer on the ladder."""
    assert row.verdict is not None
    held = {grade.code: grade.approver for grade in book_of(row).grades}
    return held.get(row.verdict.grade_code, "")


def _earlier_voters(row: Appraisal) -> set[int]:
    """Whoever voted on what is now appealed against."""
    if row.state != State.APPEALED:
        return set()
    start = row.appeals.filter(ending="").values_list("round", flat=True).first() or row.round
    votes = Vote.objects.filter(appraisal=row, round__lt=start).values_list("by", "on_behalf_of")
    return {who for pair in votes for who in pair if who}


def _upwards(path: str) -> list[Branch]:
    """The branches from one's own to the root."""
    codes = [code for code in path.split("/") if code]
    return sorted(Branch.objects.filter(code__in=codes), key=lambda branch: -len(branch.path))


def _body_at(branch: Branch, row: Appraisal, on: date, earlier: set[int]) -> Body:
    confirmed = Q(granted_by__isnull=True) | Q(confirmed_by__isnull=False)
    grants = list(
        Grant.objects.filter(
            in_force(on), confirmed, branch=branch, role__in=(MEMBER, CHAIR), user__is_active=True
        )
        .select_related("user")
        .order_by("user_id", "role")
    )
    people = {grant.user_id: grant.user for grant in grants}
    tied = _ties(people.values(), row, on)
    tied |= {pk: "decided_before" for pk in earlier if pk in people}
    chair = next((grant.user for grant in grants if grant.role == CHAIR and grant.user_id not in tied), None)
    members = [user for pk, user in people.items() if pk not in tied]
    return Body(
        branch,
        members,
        [(people[pk], tie) for pk, tie in sorted(tied.items())],
        chair,
        _acting(grants, {user.pk for user in members}, row, on, earlier),
    )


def _ties(people: Iterable[User], row: Appraisal, on: date) -> dict[int, str]:
    """Which of these people are tied to the manager, and how."""
    ids = [user.pk for user in people]
    rows = Relation.objects.filter(in_force(on), manager=row.manager_id, user__in=ids)
    tied = dict(rows.order_by("-kind").values_list("user", "kind"))
    if row.manager.user_id in ids:
        tied[row.manager.user_id] = "own"
    return tied


def _acting(
    grants: Iterable[Grant], members: set[int], row: Appraisal, on: date, earlier: set[int]
) -> dict[int, User]:
    """Who acts for a member on this day, by whom; nobody tied, nobody who voted before, no member twice."""
    by_grant = {grant.pk: grant.user for grant in grants if grant.user_id in members}
    held = User.objects.filter(
        delegations__grant__in=by_grant,
        delegations__starts_on__lte=on,
        delegations__ends_on__gte=on,
        delegations__ended_at=None,
        is_active=True,
    ).values_list("pk", "delegations__grant")
    acting = {pk: by_grant[grant] for pk, grant in held if grant in by_grant and pk not in members | earlier}
    tied = _ties(User.objects.filter(pk__in=acting), row, on)
    return {pk: member for pk, member in acting.items() if pk not in tied}
