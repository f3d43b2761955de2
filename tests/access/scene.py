"""The bank of the access test: five managers with unmistakable figures, and somebody of every role."""

import copy
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import time_machine
from django.apps import apps
from django.db import connection, transaction
from django.test import Client
from django.test.client import ClientHandler
from django.utils import timezone

from appraisal import dossiers
from appraisal import services as procedure
from appraisal.models import Appraisal
from grading.models import GradeRecord, RulebookVersion, Verdict
from grading.services import versions
from ledger.models import Bundle, FeedExpectation
from ledger.rules import windows
from ledger.services import closings
from ledger.services.extracts import load_bundle
from ledger.services.nights import run_nights
from managers.models import (
    ApiToken,
    Assignment,
    Branch,
    ClientManager,
    Customer,
    Delegation,
    Grant,
    Relation,
    User,
)
from managers.roles import ROLES
from managers.services import identity, tokens
from tests.access import holdings
from tests.access.stages import STAGES
from tests.access.things import (
    BEARERS,
    BRANCHES,
    COUNTERPARTS,
    IDENTITY,
    PHONE,
    PLACES,
    STRANGERS,
    THINGS,
    TIED,
)
from tests.appraisal.smallbank import write_bundle

ON = holdings.ON
SINCE = date(2020, 1, 1)
SCHEME, PERIOD = "corporate-six-grades", "2026Q3"
START, END = date(2025, 1, 1), date(2026, 9, 30)
#: Tables of the admin with rows of one manager, and the way to the number.
OF_A_MANAGER: tuple[tuple[Any, str], ...] = (
    (ClientManager, "employee_no"),
    (Assignment, "manager__employee_no"),
    (Customer, "assignments__manager__employee_no"),
    (GradeRecord, "manager__employee_no"),
    (Verdict, "manager__employee_no"),
)

_HANDLER = ClientHandler(enforce_csrf_checks=False)


@dataclass
class Scene:
    """What the cells need: clients by actor, ids of every thing, and the secrets of each.

    `actor` is whoever asks in the cell being tried. `owned` are rows of one user by kind and actor.
    """

    clients: dict[str, Client] = field(default_factory=dict)
    people: dict[str, User] = field(default_factory=dict)
    cases: dict[str, int] = field(default_factory=dict)
    rows: dict[str, dict[str, int]] = field(default_factory=dict)
    owned: dict[str, dict[str, Any]] = field(default_factory=dict)
    numbers: dict[str, Any] = field(default_factory=dict)
    secrets: dict[str, tuple[str, ...]] = field(default_factory=dict)
    bundle: Bundle | None = None
    actor: str = ""

    def thing_of(self, who: ClientManager) -> str:
        """Which of the five a manager is."""
        return next(thing for thing, (number, *_rest) in THINGS.items() if number == who.employee_no)

    def first(self, model: str) -> int:
        """A row of a table whose rows are nobody's."""
        found = apps.get_model(*model.split("_"))._default_manager.order_by("pk").first()
        assert found is not None, f"the scene has no {model}"
        return int(found.pk)

    @contextmanager
    def at(self, stage: str) -> Iterator[None]:
        """Everything brought to a stage; undone at the end."""
        with _undone():
            for bring in STAGES[stage]:
                bring(self)
            yield

    @contextmanager
    def cell(self, actor: str, thing: str) -> Iterator[Client]:
        """A client as the actor, whose own file `self` is; whatever happens in it is undone."""
        with _undone():
            if thing == "self" and actor in TIED and actor != "client_manager":
                own = ClientManager.objects.filter(employee_no=THINGS["self"][0])
                own.update(user=self.people[actor])
            client = self.clients[actor]
            before = copy.copy(client.cookies)
            yield client
            client.cookies = before


@contextmanager
def _undone() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@contextmanager
def open_bank(folder: Path) -> Iterator[Scene]:
    """The bank on a day of its own, in one transaction that is undone at the end."""
    with time_machine.travel(ON, tick=True), _undone():
        _number_unmistakably()
        scene = Scene()
        _deliver(scene, folder)
        _hire(scene)
        _work(scene)
        _write_rulebooks(scene)
        _give(scene)
        _sign_in(scene)
        yield scene


def _number_unmistakably() -> None:
    """Ids that no page holds by chance."""
    with connection.cursor() as cursor:
        for model, start in ((Appraisal, 8810001), (Customer, 8820001), (ClientManager, 8830001)):
            table = model._meta.db_table
            cursor.execute("SELECT setval(pg_get_serial_sequence(%s, 'id'), %s)", [table, start])


def _deliver(scene: Scene, folder: Path) -> None:
    """Two versions of the last day: a balance of each of the five is put right after the first."""
    load_bundle(write_bundle(folder / "bank", _rows(), start=START, end=END))
    run_nights(to=END, start=END)
    late = {"balances.csv": [f"D{number},2026-06-30,{yuan}.09" for number, *_rest, yuan in THINGS.values()]}
    load_bundle(write_bundle(folder / "late", late, start=date(2026, 6, 30), end=date(2026, 6, 30)))
    run = run_nights(to=END).runs[-1]
    scene.bundle = run.through_bundle
    scene.numbers = {"run": run.pk, "bundle": run.through_bundle_id}


def _rows() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {"branches.csv": list(BRANCHES)}
    for number, name, outlet, customer, yuan in THINGS.values():
        lines = {
            "managers.csv": f"{number},{name},{outlet},corporate,2015-01-01,2020-01-01,fourth,bachelor,",
            "customers.csv": f"C{number},{customer},corporate,{outlet}",
            "accounts.csv": f"D{number},C{number},deposit,demand,CNY,2025-01-01,",
            "assignments.csv": f"C{number},{number},1,2025-01-01,",
            "balances.csv": f"D{number},2025-01-01,{yuan}.09",
        }
        for file, line in lines.items():
            found.setdefault(file, []).append(line)
        found["balances.csv"].append(f"D{number},2026-06-30,{yuan + 7}.09")
    return found


# --- People -----------------------------------------------------------------------------------------------


def _hire(scene: Scene) -> None:
    for role in ROLES:
        if role != "client_manager":
            scene.people[role] = _person(role, role, PLACES.get(role, "S1"))
    for name in ("client_manager", "nobody", "stranger", "other", "applicant", "newcomer"):
        scene.people[name] = _person(name)
    scene.people["superuser"] = _person("superuser", is_superuser=True)
    for role, place in (
        ("security_admin", "HO"),
        ("head_risk", "HO"),
        ("head_hr", "HO"),
        ("group_chair", "HO"),
        ("group_chair", "R2"),
        ("branch_risk", "R2"),
        ("branch_hr", "R2"),
    ):
        scene.people[f"stand-in {role}"] = _person(f"stand-in-{role}-{place}", role, place)
    _employ(scene)


def _employ(scene: Scene) -> None:
    """The own file of the client manager, a colleague at each outlet, and kin of everybody else."""
    ClientManager.objects.filter(employee_no=THINGS["self"][0]).update(user=scene.people["client_manager"])
    for outlet, number in COUNTERPARTS.items():
        ClientManager.objects.create(
            employee_no=number,
            name=f"同事{outlet}",
            branch=Branch.objects.get(code=outlet),
            line="corporate",
            hired_on=SINCE,
            post_started_on=SINCE,
            grade_code="",
            user=_person(f"colleague-{outlet}"),
        )
    kin = ClientManager.objects.get(employee_no=THINGS["kin"][0])
    for user in [scene.people[code] for code in TIED if code != "client_manager"]:
        Relation.objects.create(
            user=user, manager=kin, kind="kin", starts_on=SINCE, reason="表亲", declared_by=user
        )


def _person(name: str, role: str = "", branch: str = "", **extra: Any) -> User:
    """Staff all of them: what they see of the admin must follow from their roles alone."""
    user = User.objects.create(username=f"u-{name}", display_name=f"某{name}", is_staff=True, **extra)
    if role:
        at = Branch.objects.get(code=branch)
        Grant.objects.create(user=user, role=role, branch=at, starts_on=SINCE)
    return user


# --- What there is ----------------------------------------------------------------------------------------


def _work(scene: Scene) -> None:
    """A cycle measured, the secrets of the five, a request for a rerun, a closed quarter."""
    opened, _measured = procedure.appraise(SCHEME, PERIOD, by=None, on=ON)
    keeper, risk = scene.people["stand-in head_hr"], scene.people["stand-in head_risk"]
    for thing, (number, name, _outlet, customer, yuan) in THINGS.items():
        who = ClientManager.objects.get(employee_no=number)
        case = Appraisal.objects.get(manager=who)
        scene.cases[thing] = case.pk
        shown = (f"{yuan:,}", f"{yuan / 10_000:,.2f}")
        scene.secrets[thing] = (number, name, str(case.pk), customer, str(yuan), *shown)
        identity.amend(who, {"identity_no": IDENTITY[thing], "phone": PHONE[thing]}, by=keeper, on=ON)
    assert case.verdict is not None
    scene.numbers["line"] = next(
        code for _title, lines in dossiers.criteria(case.verdict) for code, _name in lines
    )
    closings.close_period(windows.period(PERIOD), by=keeper, second=risk, reason="季末关账", on=ON)
    scene.numbers |= {"cycle": opened.cycle.pk} | _access(scene)
    scene.rows = {"appraisal_appraisal": scene.cases} | {
        model._meta.label_lower.replace(".", "_"): {
            thing: model._default_manager.filter(**{path: THINGS[thing][0]}).first().pk for thing in THINGS
        }
        for model, path in OF_A_MANAGER
    }
    outlets = {branch.code: branch.pk for branch in Branch.objects.all()}
    scene.rows["managers_branch"] = {
        thing: outlets[place] for thing, (_no, _na, place, *_r) in THINGS.items()
    }
    scene.rows["managers_user"] = {"": scene.people["stranger"].pk}
    FeedExpectation.objects.create(file="balances.csv", starts_on=date(2027, 1, 1))
    holdings.hold(scene, **holdings.HOLDINGS)


def _access(scene: Scene) -> dict[str, Any]:
    """A request that waits, a grant that holds, a delegation and a relation, none of them an actor's own."""
    stranger, other = scene.people["stranger"], scene.people["other"]
    at = Branch.objects.get(code="R2")
    rows: dict[str, Any] = {
        "pending": _asked(
            "branch_market", at, scene.people["applicant"], scene.people["stand-in security_admin"]
        ),
        "asked": _asked("branch_market", at, scene.people["nobody"], scene.people["security_admin"]),
        "granted": Grant.objects.create(user=other, role="outlet_head", branch=at, starts_on=SINCE),
        "relation": Relation.objects.create(
            user=stranger,
            manager=ClientManager.objects.get(employee_no=THINGS["far"][0]),
            kind="kin",
            starts_on=SINCE,
            reason="表亲",
            declared_by=stranger,
        ),
    }
    rows["delegation"] = Delegation.objects.create(
        grant=rows["granted"], to=stranger, starts_on=ON, ends_on=ON, reason="休假", made_by=other
    )
    return {name: row.pk for name, row in rows.items()} | {"branch": at.pk}


def _asked(role: str, at: Branch, user: User, by: User) -> Grant:
    return Grant.objects.create(user=user, role=role, branch=at, starts_on=ON, granted_by=by)


def _write_rulebooks(scene: Scene) -> None:
    """The version in force, a draft somebody works on, and one that named what it would have changed."""
    shipped = RulebookVersion.objects.filter(code=SCHEME, state="adopted").order_by("number").first()
    assert shipped is not None
    maker = scene.people["stand-in head_hr"]
    draft = versions.draft(shipped.content, based_on=shipped, effective_on=date(2027, 1, 1), by=maker, on=ON)
    changed = [
        {"employee_no": number, "name": name, "period": PERIOD, "old_outcome": "warn", "old_grade": "fourth",
         "new_outcome": "keep", "new_grade": "fourth"}
        for number, name, *_rest in THINGS.values()
    ]  # fmt: skip
    again = RulebookVersion.objects.create(
        code=SCHEME, number=900, origin="published", state="adopted", title=shipped.title,
        content=shipped.content, sha256="0" * 64, lines=shipped.lines, effective_on=date(2027, 6, 1),
        made_by=maker, adopted_by=scene.people["stand-in head_risk"], adopted_at=timezone.now(),
        reissue_reason="补正笔误并重发一次", reissue_changes=changed,
    )  # fmt: skip
    scene.numbers |= {
        "version": shipped.pk,
        "code": SCHEME,
        "number": shipped.number,
        "draft": draft.pk,
        "reissued": again.pk,
    }


def _give(scene: Scene) -> None:
    """What belongs to one user alone."""
    kinds: dict[str, dict[str, Any]] = {"notice": {}, "export": {}, "exam_sheet": {}}
    for name, user in scene.people.items():
        for kind, pk in holdings.give(scene, user).items():
            kinds[kind][name] = pk
    for name in ("branch_hr", "head_hr", "stand-in head_hr"):
        kinds["exam_sheet"][name] = holdings.stage_sheet(scene.people[name])
    kinds["exam_sheet"]["stranger"] = kinds["exam_sheet"].pop("stand-in head_hr")
    scene.owned = kinds | {f"foreign_{kind}": {"stranger": rows["stranger"]} for kind, rows in kinds.items()}


def _sign_in(scene: Scene) -> None:
    scene.clients["anonymous"] = _client()
    for name in (*STRANGERS[1:], *ROLES):
        client = _client()
        client.force_login(scene.people[name])
        scene.clients[name] = client
    for bearer in BEARERS:
        issued = tokens.issue(
            user=scene.people["api_client"],
            scopes=[bearer.removeprefix("token ")],
            at=timezone.now(),
            name=bearer,
        )
        scene.clients[bearer] = _client(headers={"authorization": f"Bearer {issued.text}"})
    assert ApiToken.objects.count() == len(BEARERS)


def _client(**more: Any) -> Client:
    """A browser; all share one chain of middleware, which is slow to build."""
    client = Client(raise_request_exception=False, **more)
    client.handler = _HANDLER
    return client
