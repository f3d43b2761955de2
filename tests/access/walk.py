"""Walks every address as every actor about every thing, and compares what comes back with the policy."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from tests.access.policy import POLICY, Row
from tests.access.scene import ACTORS, BEARERS, THINGS, TIED, Scene, visible

METHODS = ("GET", "POST")
#: What people decided, who may what, and the log: no refused request changes a row of these.
DECISIVE = (
    "appraisal_appeal",
    "appraisal_appraisal",
    "appraisal_cycle",
    "appraisal_decision",
    "appraisal_issue",
    "appraisal_payentry",
    "appraisal_score",
    "appraisal_step",
    "appraisal_vote",
    "grading_graderecord",
    "grading_rulebookversion",
    "grading_verdict",
    "ledger_bundle",
    "ledger_feedexpectation",
    "ledger_periodclosing",
    "ledger_quarantinedrow",
    "ledger_run",
    "ledger_runrequest",
    "managers_apitoken",
    "managers_clientmanager",
    "managers_delegation",
    "managers_grant",
    "managers_logentry",
    "managers_relation",
)


@dataclass(frozen=True)
class Cell:
    """One thing tried: who, where, how, about what ("" where the address names nobody)."""

    actor: str
    endpoint: str
    method: str
    thing: str

    def __str__(self) -> str:
        return f"{self.actor} {self.method} {self.endpoint}" + (f" about {self.thing}" if self.thing else "")


def endpoints() -> set[str]:
    """Every address of the house by its name; those without one by their route."""
    return set(_names(get_resolver(), ""))


def _names(resolver: URLResolver, space: str) -> Iterator[str]:
    for each in resolver.url_patterns:
        if isinstance(each, URLResolver):
            inner = f"{space}{each.namespace}:" if each.namespace else space
            yield from _names(each, inner)
        elif isinstance(each, URLPattern):
            yield f"{space}{each.name}" if each.name else f"{space}{each.pattern}"


def cells(
    actors: Iterable[str] = ACTORS, methods: Iterable[str] = METHODS, stage: str | None = None
) -> Iterator[Cell]:
    """Every cell, or those of some actors, methods and of the stage the cases are at."""
    for endpoint, row in POLICY.items():
        if stage is not None and row.stage != stage:
            continue
        for method in methods:
            if method not in row.methods:
                continue
            for actor in actors:
                for thing in _things(row, method, actor):
                    yield Cell(actor, endpoint, method, thing)


def _things(row: Row, method: str, actor: str) -> tuple[str, ...]:
    """About what an actor asks: all five where the answer may differ, one where it cannot.

    One token stands for all where tokens open nothing; a method nobody may use is tried by few.
    """
    rule = row.get if method == "GET" else row.post
    if row.scope is None and (actor in BEARERS[1:] or (actor in BEARERS and row.staff)):
        return ()
    if rule is None and actor not in ("anonymous", "nobody", "head_hr"):
        return ()
    if not row.about:
        return ("",)
    wrong_token = actor in BEARERS and actor != f"token {row.scope}"
    if rule is None or wrong_token or not (visible(actor) or rule.own):
        return ("far",)
    if actor not in rule.roles and not rule.own:
        return tuple(thing for thing in ("mate", "far") if thing in row.things)
    return row.things


def url(cell: Cell, scene: Scene) -> str:
    """The address of a cell."""
    row = POLICY[cell.endpoint]
    if row.path:
        return row.path
    return reverse(cell.endpoint, kwargs=row.kwargs(scene, cell.thing)) + row.query


def ask(cell: Cell, scene: Scene) -> tuple[Any, bool]:
    """The answer, and whether it changed anything that matters."""
    row = POLICY[cell.endpoint]
    address = url(cell, scene)
    with scene.cell(cell.actor, cell.thing) as client:
        if cell.method == "GET":
            return client.get(address), False
        form, before = row.body(scene, cell.thing), written()
        answer = client.post(address, form)
        # What was written and taken back again counts for nothing: only then are the tables compared.
        if written() == before:
            return answer, False
        after = digest()
    with scene.cell(cell.actor, cell.thing):
        return answer, digest() != after


def written() -> int:
    """How many rows of the decisive tables this transaction has touched, taken back or not."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT sum(n_tup_ins + n_tup_upd + n_tup_del) FROM pg_stat_xact_user_tables"
            " WHERE relname = ANY(%s)",
            [list(DECISIVE)],
        )
        return int(cursor.fetchone()[0] or 0)


def digest() -> tuple[Any, ...]:
    """The decisive tables, in short."""
    parts = " UNION ALL ".join(
        f"SELECT '{table}', count(*), md5(string_agg(t::text, '' ORDER BY t::text)) FROM {table} t"
        for table in DECISIVE
    )
    with connection.cursor() as cursor:
        cursor.execute(parts)
        return tuple(cursor.fetchall())


def wrong(cell: Cell, answer: Any, changed: bool, scene: Scene) -> Iterator[str]:
    """What an answer should not be, by the policy."""
    row = POLICY[cell.endpoint]
    allowed, statuses = row.expected(cell.actor, cell.method, cell.thing)
    if answer.status_code not in statuses:
        yield f"{cell}: {answer.status_code}, not {' or '.join(map(str, statuses))}"
    if changed and not allowed:
        yield f"{cell}: refused, and yet something changed"
    text = body(answer)
    named = row.kwargs(scene, cell.thing).values() if cell.thing else ()
    for thing in frozenset(THINGS) - _seen(cell):
        found = [
            word
            for word in scene.secrets[thing]
            if word in text and word not in {str(each) for each in named}
        ]
        if found:
            yield f"{cell}: tells of {thing}: {', '.join(found)}"
    if allowed and cell.method == "GET" and row.lists is not None and answer.status_code == 200:
        yield from _unequal(cell, text, row)


def _seen(cell: Cell) -> frozenset[str]:
    """What the actor may see; with a manager file of one's own it is the same set."""
    return visible(cell.actor)


def _unequal(cell: Cell, text: str, row: Row) -> Iterator[str]:
    listed = {thing for thing, (number, name, *_rest) in THINGS.items() if number in text or name in text}
    expected = set(row.lists or ()) & visible(cell.actor)
    if listed != expected:
        yield f"{cell}: lists {sorted(listed)}, not {sorted(expected)}"


def body(answer: Any) -> str:
    """What was answered, headers included: a redirect tells things, too."""
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    text = content.decode("utf-8", "replace") if b"%PDF" not in content[:8] else ""
    plain = re.sub(r"<[^>]+csrfmiddlewaretoken[^>]+>", "", text)
    return plain + answer.headers.get("Location", "")


def expects_file(actor: str) -> bool:
    """Whether the thing `self` is this actor's own."""
    return actor in TIED
