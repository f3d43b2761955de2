"""The language of the access policy: who may what at an address, and what everybody is told."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from managers.roles import ROLES
from tests.access.scene import Scene
from tests.access.things import BEARERS, THINGS, TIED, visible

ALL = frozenset(THINGS)
EVERYONE = frozenset({*ROLES, "nobody", "superuser"})
PUBLIC = frozenset({*EVERYONE, "anonymous", *BEARERS})
NOBODY: frozenset[str] = frozenset()


def roles(text: str) -> frozenset[str]:
    """Codes of roles, in one string."""
    assert set(text.split()) <= EVERYONE, text
    return frozenset(text.split())


KEEPERS = roles("security_admin")
RISK = roles("branch_risk head_risk")
HR = roles("branch_hr head_hr")
GROUP = roles("group_member group_chair")
#: Whoever sees people's files, figures and customers within the scope; and whoever sees appraisals.
PEOPLE = roles("auditor head_risk head_hr branch_risk branch_hr branch_market outlet_head api_client")
APPRAISALS = roles("auditor head_risk head_hr branch_risk branch_hr outlet_head api_client") | GROUP
OWN = roles("client_manager")
RUNS = roles("platform_admin auditor head_risk head_hr branch_risk branch_hr")
#: Whoever finds no manager file of one's own in the bank.
STAFF = EVERYONE - OWN


@dataclass(frozen=True)
class May:
    """Who may, and what everybody is told.

    `looks` pass a first gate that `roles` alone pass further: about what they see they are `told`, about the
    rest `hidden`. `tied` is the answer about the own row and that of kin, `mine` that about the own row where
    it differs.
    """

    roles: frozenset[str]
    ok: tuple[int, ...] = (200,)
    refused: tuple[int, ...] = (403,)
    hidden: tuple[int, ...] = (404,)
    tied: tuple[int, ...] | None = None
    mine: tuple[int, ...] | None = None
    looks: frozenset[str] = frozenset()
    told: tuple[int, ...] = (302,)
    lists: frozenset[str] | None = None
    own: bool = False
    idle: bool = False


Build = Callable[[Scene, str], dict[str, Any]]


def nothing(scene: Scene, thing: str) -> dict[str, Any]:
    """No arguments."""
    return {}


@dataclass(frozen=True)
class Row:
    """One address.

    `listed` are those for whom `lists` holds where not everybody finds names; `counted`: to whom the
    navigation says how many there are. `numbered` are those whose number the reader typed. `places`: whoever
    reads of all branches there. `logs`: asking leaves a line in the log, found or not. `reveals`: identity
    data is told. `actors`: who asks at all, where a row is about some of them.
    """

    get: May | None = None
    post: May | None = None
    about: bool = False
    kwargs: Build = nothing
    body: Build = nothing
    ask: Build = nothing
    stage: str = "in_risk_queue"
    scope: str | None = None
    login: bool = True
    path: str = ""
    methods: tuple[str, ...] = ("GET", "POST")
    things: tuple[str, ...] = tuple(THINGS)
    actors: frozenset[str] = PUBLIC
    staff: bool = False
    listed: frozenset[str] = PUBLIC
    named: frozenset[str] = frozenset()
    numbered: frozenset[str] = frozenset()
    counted: frozenset[str] = NOBODY
    places: frozenset[str] = frozenset()
    logs: bool = False
    reveals: bool = False

    def rule(self, method: str) -> May | None:
        """Who may by a method."""
        return self.get if method == "GET" else self.post

    @property
    def lists(self) -> frozenset[str] | None:
        """What the page names."""
        return self.get.lists if self.get else None

    def expected(self, actor: str, method: str, thing: str) -> tuple[bool, tuple[int, ...]]:
        """Whether the actor may, and the statuses an answer may have."""
        rule = self.rule(method)
        if self.scope is not None:
            return self._over_rest(actor, rule, thing)
        if actor.startswith("token "):
            actor = "anonymous"
        if actor == "anonymous" and self.login and (rule is None or rule.roles != PUBLIC):
            return False, (302,)
        if rule is None:
            return False, (405,)
        return self._ruled(actor, rule, thing)

    def _ruled(self, actor: str, rule: May, thing: str) -> tuple[bool, tuple[int, ...]]:
        mine = thing == "self" and actor in TIED
        if mine and rule.mine is not None:
            return rule.mine[0] == 200, rule.mine
        if actor not in rule.roles and not (rule.own and mine):
            return False, _turned_away(actor, rule, thing)
        if thing and thing not in visible(actor):
            return False, rule.hidden
        if rule.tied is not None and (mine or (thing == "kin" and actor in TIED)) and not (rule.own and mine):
            return False, rule.tied
        return True, rule.ok

    def _over_rest(self, actor: str, rule: May | None, thing: str) -> tuple[bool, tuple[int, ...]]:
        if rule is None:
            return False, (405,)
        if actor == "anonymous":
            return False, (401,)
        if actor.startswith("token "):
            if actor != f"token {self.scope}":
                return False, (403,)
            actor = "api_client"
        return self._ruled(actor, rule, thing)


def _turned_away(actor: str, rule: May, thing: str) -> tuple[int, ...]:
    """Whoever lacks the role: 404 about what they do not even see, where the address looks before it asks."""
    seen = not thing or thing in visible(actor)
    if actor in rule.looks:
        return rule.told if seen else rule.hidden
    if len(rule.refused) == 2:
        return rule.refused[:1] if seen else rule.refused[1:]
    return rule.refused


#: What those are told who lack the role: 403 about what they see, 404 about what they do not.
SCOPE_FIRST = (403, 404)


def employee(scene: Scene, thing: str) -> dict[str, Any]:
    """The manager by number."""
    return {"employee_no": THINGS[thing][0]}


def case(scene: Scene, thing: str) -> dict[str, Any]:
    """The appraisal by id."""
    return {"pk": scene.cases[thing]}


def of(kind: str, **more: str) -> Build:
    """The row of a kind (`scene.rows`) that hangs on the manager."""
    return lambda scene, thing: {"pk": scene.rows[kind][thing], **more}


def number(name: str, key: str = "pk", **more: str) -> Build:
    """Arguments out of `scene.numbers`."""
    return lambda scene, thing: {key: scene.numbers[name]} | {k: scene.numbers[v] for k, v in more.items()}


def own(name: str, key: str = "pk") -> Build:
    """The row that belongs to whoever asks (`scene.owned`); those who have none ask for somebody else's."""
    return lambda scene, thing: {key: scene.owned[name].get(scene.actor, scene.owned[name]["stranger"])}


def fixed(**given: Any) -> Build:
    """The same arguments always."""
    return lambda scene, thing: given


def key(**given: Any) -> Build:
    """A form with a key."""
    return lambda scene, thing: {"key": f"k-{thing}", **given}


def both(*builds: Build) -> Build:
    """The arguments of several together."""
    return lambda scene, thing: {
        name: value for build in builds for name, value in build(scene, thing).items()
    }


_READ = ("ok", "refused", "hidden", "mine", "looks", "told", "lists", "own")


def read(who: frozenset[str], **more: Any) -> Row:
    """A page that only shows: asked by GET; POST would show the same."""
    rule = {name: more.pop(name) for name in _READ if name in more}
    return Row(get=May(who, **rule), methods=("GET",), **more)


def do(who: frozenset[str], **more: Any) -> Row:
    """A step: posted, and then a redirect."""
    names = ("ok", "refused", "hidden", "tied", "mine", "looks", "told", "own", "idle")
    rule = {"ok": (302,)} | {name: more.pop(name) for name in names if name in more}
    return Row(post=May(who, **rule), **more)
