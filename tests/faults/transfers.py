"""Two people at one handover: approved twice, approved while it is withdrawn, made effective twice."""

from collections.abc import Callable
from decimal import Decimal

from django.db import connection

from tests.faults import interleaving
from tests.faults.outcome import Asked, Outcome
from tests.faults.scene import Scene, use

#: So little of a customer that every order can move some.
SHARE = Decimal("0.005")
Works = tuple[Callable[[], object], Callable[[], object]]
BROKEN = """
    SELECT subject || ': ' || action || ' from ' || from_state || ' after ' || before FROM (
        SELECT *, lag(to_state) OVER (PARTITION BY subject ORDER BY id) AS before FROM managers_logentry
        WHERE subject LIKE 'handover:%%'
    ) s WHERE before <> from_state
  UNION ALL
    SELECT h.id || ' is ' || h.state || ' with ' || count(b.id) || ' bundles' FROM managers_handover h
    LEFT JOIN ledger_bundle b ON b.handover_id = h.id
    GROUP BY h.id, h.state HAVING count(b.id) <> (h.state = 'effective')::int
  UNION ALL
    SELECT 'customer ' || customer_id || ' is held ' || sum(share) FROM managers_assignment
    WHERE superseded_by IS NULL AND ends_on IS NULL GROUP BY customer_id HAVING sum(share) > 1
"""


def transfers(asked: Asked) -> Outcome:
    """Every order in which the statements of the two can meet: one is done, the other told why not."""
    outcome, chance = Outcome(), asked.chance("transfers")
    _open(asked)
    meetings = (_both_approve, _approve_and_withdraw, _both_take_effect)
    for number, meeting in enumerate(meetings):
        orders = list(interleaving.orders(4))
        orders = orders if not asked.short else chance.sample(orders, 6)
        with Scene(asked.twins, template="handovers") as scene:
            for order in orders:
                _meet(scene, meeting, order)
                outcome.repetitions += 1
            scene.violations += [row[0] for row in scene.ask(BROKEN)]
        outcome.figures[f"meeting {number + 1}"] = len(orders)
        outcome.violations += scene.violations
    return outcome


def _open(asked: Asked) -> None:
    """The database `handovers`: a small bank with the people of its handovers."""
    from tests.ledger import handing

    asked.twins.servers.copy_database("handovers", "empty")
    use("handovers")
    folder = asked.twins.folder / "handovers"
    folder.mkdir()
    handing.bank(folder)
    connection.close()


def _meet(scene: Scene, meeting: Callable[[int], Works], order: tuple[int, ...]) -> None:
    """One order for a handover of its own, which nobody speaks for any more afterwards."""
    from ledger.services import handovers
    from managers.models import User
    from tests.ledger import handing

    use(scene.name)
    staff = {user.username: user for user in User.objects.all()}
    row = handing.witnessed(staff, handing.line("C1", share=SHARE), effective_on=handing.day(7))
    if meeting is _both_take_effect:
        handovers.approve(row.pk, by=staff["market"], on=handing.ON)
    connection.close()
    told = interleaving.play(order, meeting(row.pk), _at_the_locks)
    if sorted(_kind(each) for each in told) != ["done", "not done"]:
        scene.violations.append(f"{meeting.__name__} in the order {order}: {told}")
    if handing.fresh(row).state == "approved":
        handovers.cancel(row.pk, by=staff["market"], on=handing.ON, reason="试完")
    connection.close()


def _kind(told: object) -> str:
    from managers.models import LogEntry
    from managers.services.stepping import Refusal

    if isinstance(told, LogEntry) or (isinstance(told, list) and told):
        return "done"
    return "not done" if isinstance(told, Refusal) or told == [] else f"{told!r}"


def _at_the_locks(text: str) -> bool:
    text = str(text)  # some statements are composed
    locks = "FOR UPDATE" in text and ("managers_handover" in text or "ledger_ledgerstate" in text)
    return locks or text.lstrip().startswith('UPDATE "managers_handover"')


def _approve(pk: int, who: str) -> object:
    from ledger.services import handovers
    from managers.models import User
    from tests.ledger import handing

    return handovers.approve(pk, by=User.objects.get(username=who), on=handing.ON)


def _both_approve(pk: int) -> Works:
    return lambda: _approve(pk, "market"), lambda: _approve(pk, "market_two")


def _approve_and_withdraw(pk: int) -> Works:
    from ledger.services import handovers
    from managers.models import User
    from tests.ledger import handing

    def withdraw() -> object:
        return handovers.withdraw(pk, by=User.objects.get(username="head"), on=handing.ON, reason="不办了")

    return lambda: _approve(pk, "market"), withdraw


def _both_take_effect(pk: int) -> Works:
    from ledger.services import handovers
    from tests.ledger import handing

    return (lambda: handovers.take_effect(on=handing.day(7)),) * 2
