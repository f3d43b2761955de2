"""A published case is closed while somebody writes to it: one story in every interleaving."""

from collections.abc import Callable
from typing import Any

from django.db import connection

from tests.faults import interleaving
from tests.faults.outcome import Asked, Outcome
from tests.faults.people import BROKEN_CHAINS
from tests.faults.scene import Scene, use
from tests.faults.votes import BROKEN_VOTES

Work = Callable[[int], object]
#: All that may come out: whether the closing and the other were told that it is done, and the state after.
Ends = set[tuple[bool, bool, str]]
STATE = "SELECT state FROM appraisal_appraisal WHERE id = %s"


def closings(asked: Asked) -> Outcome:
    """Close against every write there is on a published case, and against its own end by the clock."""
    outcome, chance = Outcome(), asked.chance("closings")
    _published(asked)
    for name, (other, ends) in MEETINGS.items():
        orders = list(interleaving.orders(4))
        orders = chance.sample(orders, 6) if asked.short else orders
        outcome.figures[name] = len(orders)
        while orders:
            orders = _meet_each(asked, outcome, orders, name, other, ends)
    return outcome


def _published(asked: Asked) -> None:
    """The database `published`: every case of a small bank decided and told, each manager with a login."""
    from appraisal import services
    from appraisal.models import Appraisal
    from managers.models import User
    from tests.appraisal import acting
    from tests.appraisal import smallbank as small

    asked.twins.servers.copy_database("published", "empty")
    use("published")
    small.load(asked.twins.folder / "published")
    staff = acting.hire()
    for name, role in (("high", "group_member"), ("risk_head", "head_risk")):
        staff[name] = User.objects.create(username=name)
        acting.grant(staff[name], role, branch="HO")
    services.appraise(small.SCHEME, small.PERIOD, by=None, on=acting.ON)
    for row in Appraisal.objects.filter(state="measured"):
        _give_login(row)
        services.submit(row, by=staff["hr_head"], on=acting.ON)
        services.clear(row, by=staff["risk_head"], on=acting.ON)
        _decided(row)
        services.publish(row, by=staff["hr_head"], on=acting.ON)
    connection.close()


def _give_login(row: Any) -> None:
    from managers.models import ClientManager, User

    user = User.objects.create(username=f"manager {row.manager_id}")
    ClientManager.objects.filter(pk=row.manager_id).update(user=user)


def _decided(row: Any) -> None:
    from appraisal import services
    from appraisal.queries import bodies
    from tests.appraisal import acting

    case = acting.find(row.manager.employee_no)
    for member in bodies.body_of(case, acting.ON).members:
        services.decide(case, outcome="keep", reason="维持", by=member, on=acting.ON)


def _meet_each(
    asked: Asked, outcome: Outcome, orders: list[tuple[int, ...]], name: str, other: Work, ends: Ends
) -> list[tuple[int, ...]]:
    """One order for every case of a fresh database; the orders that are left."""
    with Scene(asked.twins, template="published") as scene:
        use(scene.name)
        ids = [row[0] for row in scene.ask("SELECT id FROM appraisal_appraisal WHERE state = 'published'")]
        for order, pk in zip(orders, ids, strict=False):
            works = (lambda pk=pk: _close("hr_head", pk), lambda pk=pk: other(pk))
            told = interleaving.play(order, works, interleaving.before_locks_and_writes)
            connection.close()
            found = (*(_done(each) for each in told), scene.ask(STATE, [pk])[0][0])
            if found not in ends:
                scene.violations.append(f"close and {name} in the order {order}: {found} {told}")
            outcome.repetitions += 1
        scene.violations += [row[0] for row in scene.ask(BROKEN_CHAINS) + scene.ask(BROKEN_VOTES)]
    outcome.violations += scene.violations
    return orders[len(ids) :]


def _done(told: object) -> object:
    """Whether a session was told that it is done; what it broke with, if it broke."""
    from managers.services.stepping import Refusal

    if isinstance(told, Refusal):
        return False
    return repr(told) if isinstance(told, Exception) else bool(told)


# --- The sessions ----------------------------------------------------------------------------------------


def _case(pk: int) -> Any:
    from appraisal.models import Appraisal

    return Appraisal.objects.select_related("verdict", "manager", "cycle").get(pk=pk)


def _user(name: str) -> Any:
    from managers.models import User

    return User.objects.get(username=name)


def _close(who: str, pk: int) -> object:
    from appraisal import services
    from tests.appraisal.full import AFTER

    return services.close_many([pk], by=_user(who), on=AFTER)


def _sweep(pk: int) -> object:
    from appraisal.services import sweeping
    from tests.appraisal.full import AFTER

    return sweeping.go_on(pk, AFTER)


def _appeal(pk: int) -> object:
    from appraisal import services
    from tests.appraisal.full import TODAY

    case = _case(pk)
    line = services.preparing.lines(case)[0]
    return services.appeal(
        case, criterion=line, expected="1", text="证据", by=case.manager.user, on=TODAY
    )  # fmt: skip


def _reopen(pk: int) -> object:
    from appraisal import services
    from tests.appraisal.full import AFTER

    return services.reopen(_case(pk), by=_user("risk_head"), on=AFTER, reason="数据有误")


def _measure(pk: int) -> object:
    from appraisal import services
    from tests.appraisal.full import AFTER

    return services.measure(_case(pk), by=_user("hr_head"), on=AFTER, reason="再测")


def _publish(pk: int) -> object:
    from appraisal import services
    from tests.appraisal.full import AFTER

    return services.publish(_case(pk), by=_user("hr_head"), on=AFTER)


MEETINGS: dict[str, tuple[Work, Ends]] = {
    "close": (
        lambda pk: _close("hr_head", pk),
        {(True, False, "closed"), (False, True, "closed")},
    ),
    "the sweep": (_sweep, {(True, False, "closed"), (False, True, "closed")}),
    "appeal": (_appeal, {(True, False, "closed"), (False, True, "appealed")}),
    "reopen": (_reopen, {(True, True, "reopened"), (False, True, "reopened")}),
    "measure": (_measure, {(True, False, "closed")}),
    "publish": (_publish, {(True, False, "closed")}),
}
