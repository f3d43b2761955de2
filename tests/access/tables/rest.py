"""The REST interface: the same rules for sessions and tokens."""

from typing import Any

from tests.access.rows import (
    ALL,
    APPRAISALS,
    EVERYONE,
    GROUP,
    NOBODY,
    OWN,
    PEOPLE,
    PUBLIC,
    May,
    Row,
    employee,
    nothing,
    number,
    roles,
)

#: Business roles over REST; whoever has a manager file reads the own rows of every resource.
READERS = PEOPLE | GROUP | OWN


def rest(scope: str, who: frozenset[str], *, about: bool = False, lists: bool = True, **more: Any) -> Row:
    """A REST resource: read-only, opened by a token of the scope or by a role."""
    rule = May(who, own=about, lists=ALL if lists and not about else None)
    kwargs = more.pop("kwargs", employee if about else nothing)
    return Row(get=rule, scope=scope, about=about, kwargs=kwargs, **more)


TABLE: dict[str, Row] = {
    "v1:managers": rest("managers:read", READERS),
    "v1:manager": rest("managers:read", READERS, about=True),
    "v1:manager-grade": rest("grades:read", READERS, about=True),
    "v1:manager-metrics": rest("metrics:read", READERS, about=True),
    "v1:manager-verdicts": rest("verdicts:read", APPRAISALS | OWN, about=True),
    "v1:grades": rest("grades:read", READERS),
    "v1:grade-changes": rest("grades:read", READERS),
    "v1:appraisals": rest("appraisals:read", APPRAISALS | OWN),
    "v1:rulebooks": rest("rulebooks:read", EVERYONE, lists=False),
    "v1:customers": rest("customers:read", PEOPLE | OWN),
    "v1:runs": rest("runs:read", READERS | roles("platform_admin"), lists=False),
    "v1:run-differences": rest("metrics:read", READERS, kwargs=number("run", "id")),
    "v1:schema": Row(get=May(PUBLIC), login=False, methods=("GET",)),
    "v1:docs": Row(get=May(PUBLIC), login=False, methods=("GET",)),
    "^(?:.*/)?$": Row(get=May(NOBODY, refused=(404,)), methods=("GET",), path="/api/nowhere/", login=False),
}
