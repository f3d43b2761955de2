"""What the rulebooks say of lending, for the loan side: credit forbidden, and limits by grade."""

from datetime import date

from credit.authority import Authority, Limit
from grading import presenters, queries
from grading.models import RulebookVersion
from grading.rules.authority_section import limits
from grading.rules.operands import Scope
from grading.rules.schema import numbers_in_force
from managers.models import ClientManager


def authority(manager: ClientManager, on: date) -> Authority:
    """By the grade held and the rulebook that covers line and branch; nothing where there is no grade."""
    held = queries.grades_on(on, [manager.pk]).get(manager.pk, "")
    version = queries.covering(manager, held, on) if held else None
    if version is None:
        return Authority()
    grade = queries.rulebook(version).grade(held)
    forbids = "credit" in grade.forbids
    return Authority(
        forbidden_by=presenters.titled(grade) if forbids else "",
        forbidden_cites=f"{version.title} {grade.cites}" if forbids else "",
        limits=_limits(version, held, manager, on),
    )


def _limits(version: RulebookVersion, grade: str, manager: ClientManager, on: date) -> tuple[Limit, ...]:
    book = queries.rulebook(version)
    scope = Scope(grade, numbers_in_force(book, on), {}, on, branch=manager.branch.path)
    return tuple(
        Limit(
            amount=term.amount,
            securities=frozenset(rule.securities),
            products=frozenset(rule.products),
            scheme=version.title,
            cites=term.cites or rule.cites,
        )
        for rule, term in limits(book.authority, scope)
    )
