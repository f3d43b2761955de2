"""Walks every address as every actor about every thing, and compares what comes back with the policy."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any
from urllib.parse import unquote, urlencode
from zlib import crc32

from django.contrib.messages import get_messages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from pypdf import PdfReader

from managers import history
from tests.access.policy import POLICY, endpoint
from tests.access.rows import May, Row
from tests.access.scene import Scene
from tests.access.things import ACTORS, AROUND, BEARERS, IDENTITY, PHONE, THINGS, TIED, visible

METHODS = ("GET", "POST")
#: What a reader leaves behind without deciding anything.
READING = {"managers_logentry", "managers_notice"}
#: What refused requests change nothing of: every table whose history is kept, and what counts beside them.
DECISIVE = sorted(
    {*history.kept_tables(), "managers_logentry", "managers_notice", "managers_noticesettings"}
    | {"appraisal_step", "ledger_run", "ledger_bundle"}
)


@dataclass(frozen=True)
class Cell:
    """One thing tried: who, where, how, about what ("" where the address names nobody)."""

    actor: str
    row: str
    method: str
    thing: str

    def __str__(self) -> str:
        return f"{self.actor} {self.method} {self.row}" + (f" about {self.thing}" if self.thing else "")


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
    """Every cell, or those of some actors, methods and of the stage things are at."""
    for name, row in POLICY.items():
        if stage is not None and row.stage != stage:
            continue
        for method in methods:
            # The other method of an address is the business of its plain row.
            if method not in row.methods or ("[" in name and row.rule(method) is None):
                continue
            for actor in (each for each in actors if each in row.actors):
                for thing in _things(name, method, actor):
                    yield Cell(actor, name, method, thing)


def fair(every: Iterable[Cell]) -> Iterator[Cell]:
    """The cells the suite tries; `make access` tries all.

    Of every address and method, about every thing, one of those who should get the same answer because they
    may the same there and see as far (two where a page lists people); who it is changes from address to
    address and thing to thing. Whoever sees everything asks about one of those that are not the own file or
    kin, and kin is left out where nothing forbids anything about them.
    """
    groups: dict[tuple[Any, ...], list[Cell]] = {}
    for cell in every:
        rule = POLICY[cell.row].rule(cell.method)
        if cell.thing != "kin" or (rule is not None and rule.tied is not None):
            groups.setdefault(_alike(cell, rule), []).append(cell)
    for key, group in groups.items():
        first = crc32(" ".join(map(str, key[:3])).encode()) % len(group)
        listed = key[3] == "may" and POLICY[key[0]].lists is not None
        yield from (group[first:] + group[:first])[: 2 if listed else 1]


def _alike(cell: Cell, rule: May | None) -> tuple[Any, ...]:
    """Address, thing and what tells actors apart there: right, reach, whether it may be their own file."""
    row, standing = POLICY[cell.row], "refused"
    if rule is not None and cell.actor in rule.roles:
        standing = "may"
    elif rule is not None and (cell.actor in rule.looks or (rule.own and cell.thing == "self")):
        standing = "looks"
    asker = cell.actor if cell.actor in ("anonymous", *BEARERS) else ""
    tied = cell.thing in ("self", "kin") and cell.actor in TIED
    others = visible(cell.actor) == frozenset(THINGS) and cell.thing not in ("", "self", "kin")
    thing = "any" if others else cell.thing
    shown = (cell.actor in row.listed, cell.actor in row.counted, cell.actor in row.places)
    return cell.row, cell.method, thing, standing, visible(cell.actor), asker, tied, *shown


#: Who tries what nobody may: those who would gain most by it.
FEW = ("anonymous", "nobody", "superuser", "client_manager", "branch_hr", "head_hr", "platform_admin")
#: Roles that may the same but for a few rows: where a row treats both alike, one of them asks about less.
TWINS = {"group_chair": "group_member", "superuser": "nobody", "head_risk": "head_hr"}


def _things(name: str, method: str, actor: str) -> tuple[str, ...]:
    """About what an actor asks: all five where the answer may differ, one where it cannot.

    One token stands for all where tokens open nothing; a method nobody may use is tried by few.
    """
    row = POLICY[name]
    rule = row.rule(method)
    if row.scope is None and (actor in BEARERS[1:] or (actor in BEARERS and row.staff)):
        return ()
    if rule is None and actor not in ("anonymous", "nobody", "head_hr"):
        return ()
    if rule is not None and not (rule.roles or rule.looks or rule.own) and actor not in FEW:
        return ()
    if not row.about:
        return ("",)
    wrong_token = actor in BEARERS and actor != f"token {row.scope}"
    if rule is None or wrong_token or not (visible(actor) or rule.own):
        return row.things[-1:]
    return tuple(thing for thing in _asked(name, rule, actor) if thing in row.things)


def _asked(name: str, rule: May, actor: str) -> tuple[str, ...]:
    """Whoever may asks about all; whoever may not about what they see and what they do not."""
    twin = TWINS.get(actor, "")
    if (
        twin
        and (actor in rule.roles) == (twin in rule.roles)
        and (actor in rule.looks) == (twin in rule.looks)
    ):
        return ("kin", "far")
    if actor in rule.roles:
        return tuple(THINGS)
    variant = "[" in name
    if actor in rule.looks:
        return ("self", "mate", "far")
    if rule.own or rule.mine is not None:
        return ("self", "mate") if variant else ("self", "mate", "far")
    # Where the role is asked for first, what is far away is refused like what is near.
    return ("mate", "far") if len(rule.refused) == 2 and not variant else ("mate",)


def url(cell: Cell, scene: Scene) -> str:
    """The address of a cell."""
    row = POLICY[cell.row]
    if row.path:
        return row.path
    query = urlencode(row.ask(scene, cell.thing))
    return reverse(endpoint(cell.row), kwargs=row.kwargs(scene, cell.thing)) + (f"?{query}" if query else "")


@dataclass(frozen=True)
class Outcome:
    """What came back: the answer, whether it changed anything that matters, and whose rows it changed."""

    answer: Any
    changed: bool = False
    touched: frozenset[str] = frozenset()


def ask(cell: Cell, scene: Scene) -> Outcome:
    """Try a cell; whatever it did is undone."""
    row, scene.actor = POLICY[cell.row], cell.actor
    address = url(cell, scene)
    with scene.cell(cell.actor, cell.thing) as client:
        if cell.method == "GET":
            return Outcome(client.get(address))
        form, before = row.body(scene, cell.thing), written()
        answer = client.post(address, form)
        # What was written and taken back again counts for nothing: only then are the tables compared.
        moved = {table for table, count in written().items() if count != before.get(table, 0)}
        if row.logs:
            moved -= READING
        if not moved:
            return Outcome(answer)
        after, stood = digest(moved), standing(scene)
    with scene.cell(cell.actor, cell.thing):
        held = standing(scene)
        touched = frozenset(thing for thing in THINGS if stood.get(thing) != held.get(thing))
        return Outcome(answer, digest(moved) != after, touched)


def written() -> dict[str, int]:
    """How many rows of each decisive table this transaction has touched, taken back or not.

    What the view `pg_stat_xact_user_tables` says of them, without its joins over all tables.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name, pg_stat_get_xact_tuples_inserted(name::regclass)"
            " + pg_stat_get_xact_tuples_updated(name::regclass)"
            " + pg_stat_get_xact_tuples_deleted(name::regclass) FROM unnest(%s) AS name",
            [DECISIVE],
        )
        return dict(cursor.fetchall())


def digest(tables: Iterable[str]) -> tuple[Any, ...]:
    """What stands in some tables, in short."""
    parts = " UNION ALL ".join(
        f"SELECT '{table}', count(*), md5(string_agg(t::text, '' ORDER BY t::text)) FROM {table} t"
        for table in sorted(tables)
    )
    with connection.cursor() as cursor:
        cursor.execute(parts)
        return tuple(cursor.fetchall())


def standing(scene: Scene) -> dict[str, str]:
    """How the cases of the five stand."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, state, verdict_id FROM appraisal_appraisal")
        found = {pk: f"{state} {verdict}" for pk, state, verdict in cursor.fetchall()}
    return {thing: found[pk] for thing, pk in scene.cases.items()}


def wrong(cell: Cell, outcome: Outcome, scene: Scene) -> Iterator[str]:
    """What an answer should not be, by the policy."""
    row, answer = POLICY[cell.row], outcome.answer
    allowed, statuses = row.expected(cell.actor, cell.method, cell.thing)
    if answer.status_code not in statuses:
        yield f"{cell}: {answer.status_code}, not {' or '.join(map(str, statuses))}"
    if outcome.changed and not allowed:
        yield f"{cell}: refused, and yet something changed"
    if foreign := sorted(outcome.touched - visible(cell.actor)):
        yield f"{cell}: moves the cases of {foreign}"
    if cell.method == "POST" and allowed and not outcome.changed and not _idle(row):
        yield f"{cell}: allowed, and yet nothing changed: is the form valid? {said(answer)}"
    text = body(answer)
    yield from _tells(cell, text, row, allowed, scene)
    if allowed and cell.method == "GET" and row.lists is not None and answer.status_code == 200:
        yield from _unequal(cell, text, row, outcome)


def _idle(row: Row) -> bool:
    return row.logs or (row.post is not None and row.post.idle)


def _tells(cell: Cell, text: str, row: Row, allowed: bool, scene: Scene) -> Iterator[str]:
    """Words of managers out of scope, and identity data where nobody reveals it."""
    given = [str(each) for each in _given(cell, row, scene)]

    def told(words: Iterable[str]) -> list[str]:
        """Words of the answer that whoever asks did not type, as such or within something."""
        return [word for word in words if word in text and not any(word in each for each in given)]

    for thing in frozenset(THINGS) - visible(cell.actor):
        if found := told(_hidden(cell, row, allowed, scene.secrets[thing], thing)):
            yield f"{cell}: tells of {thing}: {', '.join(found)}"
    for thing in THINGS:
        if told((IDENTITY[thing], PHONE[thing])) and not (row.reveals and allowed and thing == cell.thing):
            yield f"{cell}: tells identity data of {thing}"


def _hidden(cell: Cell, row: Row, allowed: bool, words: tuple[str, ...], thing: str) -> tuple[str, ...]:
    """What an answer says nothing of: the words of a manager, and those around where they stand for one."""
    around = AROUND.get(thing, ())
    if allowed and thing in row.named:
        return words[2:]
    if allowed and thing in row.numbered:
        words = words[1:]
    return words if allowed and cell.actor in row.places else (*words, *around)


def _given(cell: Cell, row: Row, scene: Scene) -> Iterator[Any]:
    """What whoever asks has typed."""
    if cell.thing:
        yield from row.kwargs(scene, cell.thing).values()
    yield from row.ask(scene, cell.thing).values()
    if cell.method == "POST":
        for value in row.body(scene, cell.thing).values():
            yield value.read().decode() if isinstance(value, SimpleUploadedFile) else value


def _unequal(cell: Cell, text: str, row: Row, outcome: Outcome) -> Iterator[str]:
    shown = re.sub(r"<nav\b.*?</nav>", "", text, flags=re.S)  # it leads to the reader's own pages
    listed = {thing for thing, (number, name, *_rest) in THINGS.items() if number in shown or name in shown}
    expected = set(row.lists or ()) & visible(cell.actor) if cell.actor in row.listed else set()
    if listed - row.named != expected - row.named:
        yield f"{cell}: lists {sorted(listed)}, not {sorted(expected)}"
    if cell.actor in row.counted and (count := _count(outcome.answer)) != len(expected):
        yield f"{cell}: the navigation counts {count}, not {len(expected)}"


def _count(answer: Any) -> int | None:
    """The number beside the entry of the page in the navigation."""
    items = answer.context["shell"]["nav"]
    return next((item["count"] for item in items if item["active"]), None)


def said(answer: Any) -> str:
    """What an answer says to its reader, in short: for whoever mends a row."""
    notes = [str(each) for each in get_messages(answer.wsgi_request)] if answer.wsgi_request else []
    shown = re.findall(
        r'class="(?:errorlist|notice notice-error|field-error)[^>]*>(.*?)</', body(answer), re.S
    )
    return " | ".join([*notes, *shown])[:200]


def body(answer: Any) -> str:
    """What was answered, headers included: a redirect tells things, too."""
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    if content[:5] == b"%PDF-":
        text = "".join("".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages).split())
    else:
        text = content.decode("utf-8", "replace")
    plain = re.sub(r"<[^>]+csrfmiddlewaretoken[^>]+>", "", text)
    return plain + unquote(answer.headers.get("Location", "") + answer.headers.get("Content-Disposition", ""))
