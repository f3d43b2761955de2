"""A body at one case: two members in every interleaving, then twenty people at once, five hundred times."""

import random
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.db import connection

from tests.faults import interleaving
from tests.faults.outcome import Asked, Outcome
from tests.faults.people import BROKEN_CHAINS, THREADS
from tests.faults.scene import Scene, use

#: One decision a round at most, and never a vote twice for one seat.
BROKEN_VOTES = """
    SELECT appraisal_id || ' was decided ' || count(*) || ' times' FROM appraisal_decision
    GROUP BY appraisal_id HAVING count(*) > 1 + (SELECT count(*) FROM appraisal_step s
        WHERE s.appraisal_id = appraisal_decision.appraisal_id AND s.name IN ('appeal', 'reopen'))
  UNION ALL
    SELECT appraisal_id || ' seat ' || coalesce(on_behalf_of_id, by_id) || ' voted ' || count(*) || ' times'
    FROM appraisal_vote GROUP BY appraisal_id, round, coalesce(on_behalf_of_id, by_id) HAVING count(*) > 1
  UNION ALL
    SELECT a.id || ' says ' || a.decided_outcome || ', its decision ' || d.outcome
    FROM appraisal_appraisal a JOIN LATERAL (
        SELECT outcome FROM appraisal_decision WHERE appraisal_id = a.id ORDER BY number DESC LIMIT 1
    ) d ON true
    WHERE a.state IN ('decided', 'published', 'appealed', 'closed') AND a.decided_outcome <> d.outcome
"""
TALLY = "SELECT state, (SELECT count(*) FROM appraisal_decision), (SELECT count(*) FROM appraisal_vote) {}"
PAIRS = (
    ("leader votes twice", ("leader", "leader"), ["Refusal", "Vote"], 0, 1),
    ("two members agree", ("leader", "second"), ["Step", "Vote"], 1, 2),
)


def votes(asked: Asked) -> Outcome:
    """Vote against vote in every interleaving, then a crowd at one case: exactly one outcome."""
    outcome, chance = Outcome(), asked.chance("votes")
    _cleared(asked)
    for what, people, kinds, decisions, cast in PAIRS:
        orders = list(interleaving.orders(4))
        for order in chance.sample(orders, 3) if asked.short else orders:
            _pair(asked, outcome, order, what, people, kinds, (decisions, cast))
    _crowd(asked, outcome)
    return outcome


def _cleared(asked: Asked) -> None:
    """The database `votes`: one case that risk has cleared, three members at its branch."""
    from tests.appraisal import full
    from tests.appraisal import smallbank as small

    asked.twins.servers.copy_database("votes", "empty")
    use("votes")
    small.load(asked.twins.folder / "votes")
    staff = full.hire()
    full.opened(staff)
    full.to_cleared(staff)
    connection.close()


def _pair(
    asked: Asked,
    outcome: Outcome,
    order: tuple[int, ...],
    what: str,
    people: tuple[str, str],
    kinds: list[str],
    counts: tuple[int, int],
) -> None:
    with Scene(asked.twins, template="votes") as scene:
        use(scene.name)
        told = interleaving.play(
            order, (_vote(people[0]), _vote(people[1])), interleaving.before_locks_and_writes
        )
        connection.close()
        if sorted(type(each).__name__ for each in told) != kinds:
            scene.violations.append(f"{what} in the order {order}: {told}")
        found = scene.ask(
            TALLY.format("FROM appraisal_appraisal WHERE round = 1 AND state IN ('cleared', 'decided')")
        )
        if [row[1:] for row in found] != [counts]:
            scene.violations.append(f"{what} in the order {order}: left {found}")
        scene.violations += [row[0] for row in scene.ask(BROKEN_CHAINS) + scene.ask(BROKEN_VOTES)]
        outcome.violations += scene.violations
    outcome.count("interleavings")
    outcome.repetitions += 1


def _vote(who: str) -> Callable[[], object]:
    from appraisal import services
    from managers.models import User
    from tests.appraisal.acting import find
    from tests.appraisal.full import TODAY
    from tests.appraisal.smallbank import RISING

    def vote() -> object:
        user = User.objects.get(username=who)
        return services.decide(find(RISING), outcome="keep", by=user, on=TODAY, reason="再看一季")

    return vote


def _crowd(asked: Asked, outcome: Outcome) -> None:
    """Twenty people try every step at one case: refusals and steps, nothing else, and one story."""
    attempts = asked.times(short=10, full=500)
    with Scene(asked.twins, template="votes") as scene:
        use(scene.name)
        seeds = [f"{asked.seed}/{number}" for number in range(THREADS)]
        with ThreadPoolExecutor(THREADS) as pool:
            told = sum(pool.map(lambda seed: _attempts(seed, attempts), seeds), Counter())
        connection.close()
        scene.violations += [row[0] for row in scene.ask(BROKEN_CHAINS) + scene.ask(BROKEN_VOTES)]
        scene.violations += [f"{count} times {what}" for what, count in told.items() if what.startswith("!")]
        outcome.violations += scene.violations
    outcome.repetitions += THREADS * attempts
    outcome.figures |= {"attempts": THREADS * attempts, **told}


def _attempts(seed: str, count: int) -> "Counter[str]":
    from managers.models import User

    chance, told = random.Random(seed), Counter[str]()
    people = {user.username: user for user in User.objects.all()}
    try:
        for _number in range(count):
            told[_attempt(chance, people)] += 1
    finally:
        connection.close()
    return told


def _attempt(chance: random.Random, people: dict[str, Any]) -> str:
    """One try by anybody; "!" before what should never come out."""
    from django.core.exceptions import PermissionDenied

    from managers.services.stepping import Refusal

    name, who = (
        chance.choice(("decide", "decide", "publish", "close_vote", "appeal")),
        chance.choice(("leader", "second", "chair", "high", "higher", "hr", "rising")),
    )
    try:
        _try(name, people[who], chance)
    except Refusal:
        return "refused"
    except PermissionDenied:
        return "denied"
    except Exception as error:
        return f"! {type(error).__name__} {str(error)[:80]}"
    return f"{name} taken"


def _try(name: str, who: Any, chance: random.Random) -> None:
    from appraisal import services
    from tests.appraisal.acting import find
    from tests.appraisal.full import TODAY
    from tests.appraisal.smallbank import RISING

    case = find(RISING)
    if name == "decide":
        outcome = chance.choice(("keep", "promote", "demote"))
        services.decide(case, outcome=outcome, by=who, on=TODAY, reason="理由")
    elif name == "appeal":
        line = services.preparing.lines(case)[0]
        services.appeal(case, criterion=line, expected="1", text="证据", by=who, on=TODAY)
    else:
        getattr(services, name)(case, by=who, on=TODAY)
