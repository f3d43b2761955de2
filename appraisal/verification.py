"""Invariants I04 and I05: one outcome a case, and nobody on two sides of anything."""

import logging
from collections.abc import Iterator
from itertools import combinations

from django.db import connection
from django.utils.translation import gettext_lazy as _

from appraisal.models import Appraisal, Step
from appraisal.rules.procedure import STEPS
from ledger.services.verification import Invariant, Result
from managers.models import ClientManager, Grant, LogEntry, User
from managers.models.scope import counted
from managers.rules import exclusions
from managers.services import grants

log = logging.getLogger(__name__)
#: Findings kept in one row of the log; `verify` lists them all.
KEPT = 20

#: What a broken case looks like, as (what is wrong, SELECT of the rows that are).
OUTCOMES = (
    (
        "the log is broken",
        "SELECT appraisal_id, name, from_state FROM (SELECT *, lag(to_state) OVER (PARTITION BY appraisal_id"
        " ORDER BY id) AS before FROM appraisal_step) s WHERE before <> from_state",
    ),
    (
        "the state is not what the log led to",
        "SELECT a.id, a.state, s.to_state FROM appraisal_appraisal a LEFT JOIN LATERAL (SELECT to_state"
        " FROM appraisal_step WHERE appraisal_id = a.id ORDER BY id DESC LIMIT 1) s ON true"
        " WHERE s.to_state IS DISTINCT FROM a.state",
    ),
    (
        "decided otherwise than its last decision says",
        "SELECT a.id, a.decided_outcome, a.decided_grade, d.outcome, d.grade FROM appraisal_appraisal a"
        " LEFT JOIN LATERAL (SELECT outcome, grade FROM appraisal_decision WHERE appraisal_id = a.id"
        " ORDER BY number DESC LIMIT 1) d ON true WHERE a.state IN"
        " ('decided', 'published', 'appealed', 'closed', 'reopened')"
        " AND (a.decided_outcome, a.decided_grade) IS DISTINCT FROM (d.outcome, d.grade)",
    ),
    (
        "not one decision for each time it was decided",
        "SELECT a.id, s.taken, d.made FROM appraisal_appraisal a"
        " CROSS JOIN LATERAL (SELECT count(*) AS taken FROM appraisal_step WHERE appraisal_id = a.id"
        " AND name IN ('decide', 'resolve')) s CROSS JOIN LATERAL (SELECT count(*) AS made"
        " FROM appraisal_decision WHERE appraisal_id = a.id) d WHERE s.taken <> d.made",
    ),
    (
        "one seat voted twice in a round",
        "SELECT appraisal_id, round, coalesce(on_behalf_of_id, by_id) FROM appraisal_vote"
        " GROUP BY 1, 2, 3 HAVING count(*) > 1",
    ),
)

#: Two people where there must be two, as (what is wrong, SELECT of the rows where there is one).
TWO_PEOPLE = (
    (
        "grant",
        "SELECT id, user_id, granted_by_id, confirmed_by_id FROM managers_grant WHERE granted_by_id ="
        " confirmed_by_id OR user_id IN (granted_by_id, confirmed_by_id)"
        " OR granted_by_id IS NULL AND confirmed_by_id IS NOT NULL",
    ),
    (
        "delegation",
        "SELECT d.id, d.grant_id, d.to_id FROM managers_delegation d JOIN managers_grant g ON g.id ="
        " d.grant_id WHERE d.to_id = g.user_id OR d.made_by_id <> g.user_id OR d.ends_on - d.starts_on >= 62",
    ),
    (
        "run request",
        "SELECT id, requested_by_id FROM ledger_runrequest WHERE requested_by_id = decided_by_id",
    ),
    ("closing", "SELECT period, closed_by_id FROM ledger_periodclosing WHERE closed_by_id = confirmed_by_id"),
    (
        "rulebook version",
        "SELECT code, number, made_by_id FROM grading_rulebookversion WHERE made_by_id = adopted_by_id",
    ),
    (
        "answered issue",
        "SELECT id, raised_by_id FROM appraisal_issue WHERE raised_by_id = answered_by_id",
    ),
)

#: Acts on a case by people, whoever acted and whoever was acted for: (appraisal, person, day, act). Days are
#: the bank's; the database's own are those of Greenwich.
_ACTS = """
    SELECT appraisal_id, unnest(ARRAY[by_id, on_behalf_of_id]) AS person,
           (at AT TIME ZONE 'Asia/Shanghai')::date AS day, act
    FROM (SELECT appraisal_id, by_id, on_behalf_of_id, at, name AS act FROM appraisal_step
          WHERE name NOT IN ('open', 'state', 'appeal', 'withdraw_appeal')
        UNION ALL SELECT appraisal_id, by_id, on_behalf_of_id, at, 'vote' FROM appraisal_vote
        UNION ALL SELECT appraisal_id, by_id, on_behalf_of_id, at, 'score' FROM appraisal_score) acts
"""
#: Nobody on the own case, that of kin, or that of the own superior, on the day of the act.
TIED = (
    (
        "acted on the own case",
        f"SELECT x.appraisal_id, x.act, x.person FROM ({_ACTS}) x JOIN appraisal_appraisal a ON a.id ="
        " x.appraisal_id JOIN managers_clientmanager m ON m.id = a.manager_id WHERE m.user_id = x.person",
    ),
    (
        "acted although tied",
        f"SELECT x.appraisal_id, x.act, x.person, r.kind FROM ({_ACTS}) x JOIN appraisal_appraisal a ON a.id"
        " = x.appraisal_id JOIN managers_relation r ON r.manager_id = a.manager_id AND r.user_id = x.person"
        " WHERE x.day BETWEEN r.starts_on AND coalesce(r.ends_on, 'infinity')",
    ),
    (
        "the own step taken by another",
        "SELECT s.appraisal_id, s.name, s.by_id FROM appraisal_step s JOIN appraisal_appraisal a ON a.id ="
        " s.appraisal_id JOIN managers_clientmanager m ON m.id = a.manager_id"
        " WHERE s.name IN ('state', 'appeal', 'withdraw_appeal') AND m.user_id IS DISTINCT FROM s.by_id",
    ),
)


def _found(*checks: tuple[str, str]) -> Iterator[str]:
    """One line for each row a check selects."""
    with connection.cursor() as cursor:
        for what, select in checks:
            cursor.execute(f"SELECT * FROM ({select}) found ORDER BY 1 LIMIT 100")
            yield from (f"{what}: {' '.join(str(part) for part in row)}" for row in cursor.fetchall())


def _outcomes(full: bool) -> Result:
    return Result(Appraisal.objects.count(), tuple(_found(*OUTCOMES)))


def _separation(full: bool) -> Result:
    """Two people for everything; nobody tied; one seat a person; roles that exclude each other apart."""
    hits = (*_found(*TWO_PEOPLE, *TIED), *_seats(), *_exclusions(), *_superusers())
    return Result(Step.objects.count() + Grant.objects.count(), hits)


def _seats() -> Iterator[str]:
    """People who sat on two sides of one case, for themselves or for others."""
    found: dict[tuple[int, int], set[str]] = {}
    rows = Step.objects.values_list("appraisal_id", "name", "by_id", "on_behalf_of_id").order_by("id")
    for appraisal, name, *people in rows.iterator():
        for person in filter(None, people):
            found.setdefault((appraisal, person), set()).add(STEPS[name].seat)
    for (appraisal, person), seats in found.items():
        if len(seats) > 1:
            yield f"appraisal {appraisal}: user {person} took the seats {', '.join(sorted(seats))}"


def _exclusions() -> Iterator[str]:
    """People whose roles exclude each other on some common day, delegated ones included."""
    keepers = Grant.objects.filter(counted(), role__in=exclusions.NO_MANAGER).values("user")
    for user in User.objects.filter(client_manager__in=ClientManager.objects.all(), pk__in=keepers):
        yield f"user {user.username}: a keeper with a manager file"
    several = Grant.objects.filter(counted()).values_list("user", flat=True)
    for user in User.objects.filter(pk__in=several).order_by("pk"):
        for one, other in combinations(list(grants.held(user)), 2):
            if exclusions.clash(one, other):
                yield f"user {user.username}: {one.role} {one.path} and {other.role} {other.path}"


def _superusers() -> Iterator[str]:
    """Django's superuser has no place beside grants that two people gave."""
    found = User.objects.filter(is_superuser=True, is_active=True).order_by("pk")
    yield from (f"user {user.username}: is a Django superuser" for user in found)


INVARIANTS = (
    Invariant(
        "I04",
        _("每件考核的决定唯一且与记录一致，每个席位一次"),
        _outcomes,
        _("考核记录已被改动：请停止使用所列考核，核查数据库操作记录并从备份恢复。"),
    ),
    Invariant(
        "I05",
        _("经办与复核为不同的人；无人办理本人、亲属或上级的事项；不相容的角色不在一人"),
        _separation,
        _("授权：由安全管理员收回其一；事项：由风险部门重开所列考核，改由他人办理。"),
    ),
)


def tell() -> int:
    """Check both, and keep what was found in the log, where auditors read it. How many are broken."""
    broken = 0
    for invariant in INVARIANTS:
        hits = invariant.check(True).hits
        if hits:
            broken += 1
            log.error("%s: %s findings, first %s", invariant.code, len(hits), hits[0])
            LogEntry.objects.create(
                action="invariant_broken",
                subject=f"invariant:{invariant.code}",
                reason=str(invariant.remedy),
                detail={"count": len(hits), "hits": list(hits[:KEPT])},
            )
    return broken
