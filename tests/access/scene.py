"""The bank of the access test: five managers with unmistakable figures, and somebody of every role."""

import copy
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import time_machine
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from appraisal import services as procedure
from appraisal.models import Appraisal
from appraisal.queries import bodies
from grading.models import GradeRecord, RulebookVersion, Verdict
from ledger.models import QuarantinedRow
from ledger.services import requests
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
from managers.services import tokens
from managers.tokens import SCOPES
from tests.appraisal.smallbank import write_bundle

ON = date(2026, 10, 12)
SINCE = date(2020, 1, 1)
SCHEME, PERIOD = "corporate-six-grades", "2026Q3"
START, END = date(2025, 1, 1), date(2026, 9, 30)

#: What a manager is to whoever asks: (employee number, name, outlet, customer, yuan). Nothing of one shows in
#: anything of another.
THINGS = {
    "self": ("SE7101", "司徒自省", "S1", "阿尔法机械厂", 17_654_321),
    "mate": ("MA7202", "慕容同行", "S1", "贝塔纺织厂", 27_165_432),
    "kin": ("KI7303", "欧阳亲缘", "S1", "伽马食品厂", 37_216_543),
    "sister": ("SI7404", "上官邻里", "S2", "德尔塔运输队", 47_321_654),
    "far": ("FA7505", "诸葛远方", "S3", "艾普西隆矿业", 57_432_165),
}
BRANCHES = [
    "HO,江城银行,head_office,",
    "R1,东区分行,branch,HO",
    "S1,东门支行,outlet,R1",
    "S2,东港支行,outlet,R1",
    "R2,西区分行,branch,HO",
    "S3,西关支行,outlet,R2",
]
#: Where the role of each actor is held; roles not named here, at the outlet S1.
PLACES = {
    "platform_admin": "HO",
    "security_admin": "HO",
    "auditor": "HO",
    "head_risk": "HO",
    "head_hr": "HO",
    "group_member": "R1",
    "group_chair": "R1",
}
#: Tables of the admin with rows of one manager, and the way to the number.
OF_A_MANAGER: tuple[tuple[Any, str], ...] = (
    (ClientManager, "employee_no"),
    (Assignment, "manager__employee_no"),
    (Customer, "assignments__manager__employee_no"),
    (GradeRecord, "manager__employee_no"),
    (Verdict, "manager__employee_no"),
)
#: People without a role of the bank, and those who show a token of one scope each.
STRANGERS = ("anonymous", "nobody", "superuser")
BEARERS = tuple(f"token {scope}" for scope in SCOPES)
ACTORS = (*STRANGERS, *ROLES, *BEARERS)
#: Whoever may have a manager file beside the role: for them the thing "self" is their own.
TIED = [code for code in ROLES if code not in ("platform_admin", "security_admin", "auditor", "api_client")]


def visible(actor: str) -> frozenset[str]:
    """The things in an actor's scope (of those with a manager file: while it is theirs)."""
    if actor in STRANGERS:
        return frozenset()
    if actor.startswith("token "):
        return frozenset({"self", "mate", "kin"})
    reach = ROLES[actor].reach
    if reach == "all":
        return frozenset(THINGS)
    if reach == "subtree":
        return frozenset(THINGS) - {"far"} - ({"sister"} if PLACES.get(actor, "S1") == "S1" else set())
    return frozenset({"self"}) if reach == "own" else frozenset()


@dataclass
class Scene:
    """What the cells need: clients by actor, numbers of every thing, and the secrets of each."""

    clients: dict[str, Client] = field(default_factory=dict)
    people: dict[str, User] = field(default_factory=dict)
    cases: dict[str, int] = field(default_factory=dict)
    held: dict[str, int] = field(default_factory=dict)
    rows: dict[str, dict[str, int]] = field(default_factory=dict)
    numbers: dict[str, Any] = field(default_factory=dict)
    secrets: dict[str, tuple[str, ...]] = field(default_factory=dict)
    stage: str = "in_risk_queue"

    @contextmanager
    def at(self, stage: str) -> Iterator[None]:
        """Every case brought further on by people who take no other part; undone at the end."""
        with _undone():
            if stage in ("cleared", "decided"):
                for pk in self.cases.values():
                    procedure.clear(_case(pk), by=self.people["stand-in head_risk"], on=ON)
            if stage == "decided":
                for pk in self.cases.values():
                    _vote(pk)
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


def _case(pk: int) -> Appraisal:
    return Appraisal.objects.select_related("manager__branch", "verdict").get(pk=pk)


def _vote(pk: int) -> None:
    """The whole body of a case, until it is decided."""
    for member in bodies.body_of(_case(pk), ON).members:
        if _case(pk).state == "cleared":
            procedure.decide(_case(pk), outcome="keep", reason="维持", by=member, on=ON)


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
        load_bundle(write_bundle(folder / "bank", _rows(), start=START, end=END))
        run = run_nights(to=END, start=END).runs[-1]
        scene = Scene()
        _hire(scene)
        _work(scene, run)
        _sign_in(scene)
        yield scene


def _number_unmistakably() -> None:
    """Ids that no page holds by chance."""
    with connection.cursor() as cursor:
        for model, start in ((Appraisal, 8810001), (Customer, 8820001), (ClientManager, 8830001)):
            table = model._meta.db_table
            cursor.execute("SELECT setval(pg_get_serial_sequence(%s, 'id'), %s)", [table, start])


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
        found["balances.csv"].append(f"D{number},2026-06-30,{yuan}.09")
    return found


def _hire(scene: Scene) -> None:
    for role in ROLES:
        if role != "client_manager":
            scene.people[role] = _person(role, role, PLACES.get(role, "S1"))
    scene.people["client_manager"] = _person("client_manager")
    ClientManager.objects.filter(employee_no=THINGS["self"][0]).update(user=scene.people["client_manager"])
    scene.people["nobody"] = _person("nobody")
    scene.people["superuser"] = _person("superuser", is_superuser=True)
    for role, place in (
        ("security_admin", "HO"),
        ("head_risk", "HO"),
        ("head_hr", "HO"),
        ("group_chair", "HO"),
        ("group_chair", "R2"),
    ):
        scene.people[f"stand-in {role}"] = _person(f"stand-in-{role}-{place}", role, place)
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


def _work(scene: Scene, run: Any) -> None:
    """A cycle whose cases wait at the risk desk, a draft, a bad row, a request for a rerun."""
    opened, _measured = procedure.appraise(SCHEME, PERIOD, by=None, on=ON)
    procedure.submit_many(
        list(Appraisal.objects.values_list("pk", flat=True)), by=scene.people["stand-in head_hr"], on=ON
    )
    for thing, (number, name, _outlet, customer, yuan) in THINGS.items():
        case = Appraisal.objects.get(manager__employee_no=number)
        scene.cases[thing] = case.pk
        shown = (f"{yuan:,}", f"{yuan / 10_000:,.2f}")
        scene.secrets[thing] = (str(case.pk), number, name, customer, str(yuan), *shown)
    asked = requests.request_rerun(
        END, by=scene.people["stand-in head_hr"], at=timezone.now(), reason="为访问测试申请重算一次"
    )
    for line, (thing, (number, name, outlet, customer, _yuan)) in enumerate(THINGS.items(), start=2):
        raw = {"customer_no": f"X{number}", "name": f"{customer}{name}", "kind": "?", "branch_code": outlet}
        held = QuarantinedRow.objects.create(
            bundle=run.through_bundle,
            file="customers.csv",
            line=line,
            raw=raw,
            field="kind",
            value="?",
            code="not_a_choice",
            branch=Branch.objects.get(code=outlet),
        )
        scene.held[thing] = held.pk
    scene.numbers = {
        "cycle": opened.cycle.pk,
        "run": run.pk,
        "request": asked.pk,
        "bundle": run.through_bundle_id,
        "version": RulebookVersion.objects.get(code=SCHEME).pk,
        "code": SCHEME,
        "number": RulebookVersion.objects.get(code=SCHEME).number,
    }
    scene.numbers |= _access(scene)
    scene.rows = {"appraisal_appraisal": scene.cases} | {
        model._meta.label_lower.replace(".", "_"): {
            thing: model._default_manager.filter(**{path: THINGS[thing][0]}).first().pk for thing in THINGS
        }
        for model, path in OF_A_MANAGER
    }


def _access(scene: Scene) -> dict[str, Any]:
    """A request that waits, a grant that holds, a delegation and a relation, none of them an actor's own."""
    stranger, other = _person("stranger"), _person("other")
    at = Branch.objects.get(code="R2")
    keeper = scene.people["stand-in security_admin"]
    asked = Grant.objects.create(
        user=stranger, role="branch_market", branch=at, starts_on=ON, granted_by=keeper
    )
    granted = Grant.objects.create(user=other, role="outlet_head", branch=at, starts_on=SINCE)
    lent = Delegation.objects.create(
        grant=granted, to=stranger, starts_on=ON, ends_on=ON, reason="休假", made_by=other
    )
    tie = Relation.objects.create(
        user=stranger,
        manager=ClientManager.objects.get(employee_no=THINGS["far"][0]),
        kind="kin",
        starts_on=SINCE,
        reason="表亲",
        declared_by=stranger,
    )
    return {
        "pending": asked.pk,
        "granted": granted.pk,
        "delegation": lent.pk,
        "relation": tie.pk,
        "branch": at.pk,
    }


def _sign_in(scene: Scene) -> None:
    scene.clients["anonymous"] = Client(raise_request_exception=False)
    for name in (*STRANGERS[1:], *ROLES):
        client = Client(raise_request_exception=False)
        client.force_login(scene.people[name])
        scene.clients[name] = client
    for bearer in BEARERS:
        issued = tokens.issue(
            user=scene.people["api_client"],
            scopes=[bearer.removeprefix("token ")],
            at=timezone.now(),
            name=bearer,
        )
        scene.clients[bearer] = Client(
            raise_request_exception=False, headers={"authorization": f"Bearer {issued.text}"}
        )
    assert ApiToken.objects.count() == len(BEARERS)
