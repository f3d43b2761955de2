"""Who may what, address by address: the table the access test holds every answer against.

To add an address, add a row under its name (`namespace:name`; the test names those that lack one):

    "queue": Row(get=May(RISK, lists=THINGS)),

`get` and `post` say who may and what the others are told; None means the method is not allowed (405).
- `May(roles)`: these roles; `EVERYONE` is whoever signed in, `PUBLIC` anybody. `ok`: the statuses of an
  allowed request; `refused`: what all others get (403).
- An address about one of the five things (`scene.THINGS`) has `about` set: `employee`, `case`, ... build its
  arguments. `hidden` is what a permitted role gets for a thing outside its scope; `tied` what it gets for
  its own case and that of kin, where separation forbids the step.
- `lists`: the things a page names to somebody who sees everything; each actor must find exactly those in
  the own scope. Leave it out where a page names nobody.
- `methods`: a page that only shows is asked by GET; POST would show the same.
- `things` leaves some of the five out, where others tell the same.
- `scope`: the token scope of a REST resource. `body` builds a form that would be valid; `stage` is where the
  cases stand (`in_risk_queue`, `cleared`, `decided`); `query` follows the address.

Nothing here is read from `managers.roles`: a role that gains a permission by mistake turns a cell red.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from managers.roles import ROLES
from tests.access.scene import BEARERS, THINGS, TIED, Scene, visible

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


@dataclass(frozen=True)
class May:
    """Who may, and what everybody is told."""

    roles: frozenset[str]
    ok: tuple[int, ...] = (200,)
    refused: tuple[int, ...] = (403,)
    hidden: tuple[int, ...] = (404,)
    tied: tuple[int, ...] | None = None
    lists: frozenset[str] | None = None
    own: bool = False


Build = Callable[[Scene, str], dict[str, Any]]


def nothing(scene: Scene, thing: str) -> dict[str, Any]:
    """No arguments."""
    return {}


@dataclass(frozen=True)
class Row:
    """One address."""

    get: May | None = None
    post: May | None = None
    about: bool = False
    kwargs: Build = nothing
    body: Build = nothing
    stage: str = "in_risk_queue"
    scope: str | None = None
    login: bool = True
    query: str = ""
    path: str = ""
    methods: tuple[str, ...] = ("GET", "POST")
    things: tuple[str, ...] = tuple(THINGS)
    staff: bool = False

    @property
    def lists(self) -> frozenset[str] | None:
        """What the page names."""
        return self.get.lists if self.get else None

    def expected(self, actor: str, method: str, thing: str) -> tuple[bool, tuple[int, ...]]:
        """Whether the actor may, and the statuses an answer may have."""
        rule = self.get if method == "GET" else self.post
        if self.scope is not None:
            return self._over_rest(actor, rule, thing)
        if actor.startswith("token "):
            actor = "anonymous"
        if actor == "anonymous" and self.login and (rule is None or rule.roles != PUBLIC):
            return False, (302, 403)
        if rule is None:
            return False, (405,)
        return self._ruled(actor, rule, thing)

    def _ruled(self, actor: str, rule: May, thing: str) -> tuple[bool, tuple[int, ...]]:
        mine = thing == "self" and actor in TIED
        if actor not in rule.roles and not (rule.own and mine):
            return False, rule.refused
        if thing and thing not in visible(actor):
            return False, rule.hidden
        if rule.tied is not None and (mine or (thing == "kin" and actor in TIED)):
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


def employee(scene: Scene, thing: str) -> dict[str, Any]:
    """The manager by number."""
    return {"employee_no": THINGS[thing][0]}


def case(scene: Scene, thing: str) -> dict[str, Any]:
    """The appraisal by id."""
    return {"pk": scene.cases[thing]}


def held(scene: Scene, thing: str) -> dict[str, Any]:
    """The quarantined row of the manager's branch."""
    return {"pk": scene.held[thing]}


def number(name: str, key: str = "pk", **more: str) -> Build:
    """Arguments out of `scene.numbers`."""
    return lambda scene, thing: {key: scene.numbers[name]} | {k: scene.numbers[v] for k, v in more.items()}


def fixed(**given: Any) -> Build:
    """The same arguments always."""
    return lambda scene, thing: given


def key(**given: Any) -> Build:
    """A form with a key."""
    return lambda scene, thing: {"key": f"k-{thing}", **given}


PAGES: dict[str, Row] = {
    "home": Row(get=May(EVERYONE, ok=(200, 302)), methods=("GET",)),
    "login": Row(get=May(PUBLIC), login=False, methods=("GET",)),
    "logout": Row(post=May(PUBLIC, ok=(302,)), login=False),
    "password_change": Row(get=May(EVERYONE), methods=("GET",)),
    "password_change_done": Row(get=May(EVERYONE), methods=("GET",)),
    "set_language": Row(
        get=May(PUBLIC, ok=(302,)), post=May(PUBLIC, ok=(302,)), body=fixed(language="en"), login=False
    ),
    "healthz": Row(get=May(PUBLIC), login=False, methods=("GET",)),
    # --- figures and rulebooks -----------------------------------------------------------------------------
    "figure": Row(
        get=May(PEOPLE, own=True, refused=(403, 404)),
        methods=("GET",),
        about=True,
        kwargs=lambda scene, thing: employee(scene, thing) | {"metric": "deposit_daily_average"},
    ),
    "rulebooks": Row(get=May(EVERYONE), methods=("GET",)),
    "rulebook": Row(get=May(EVERYONE), methods=("GET",), kwargs=number("code", "code", number="number")),
    "rulebook_version": Row(get=May(EVERYONE), methods=("GET",), kwargs=number("version")),
    "rulebook_pdf": Row(get=May(EVERYONE), methods=("GET",), kwargs=number("version")),
    "rulebook_text": Row(get=May(EVERYONE), methods=("GET",), kwargs=number("version")),
    "rulebook_upload": Row(post=May(HR, ok=(200, 302))),
    "rulebook_step": Row(
        post=May(HR, ok=(200, 302)),
        kwargs=lambda scene, thing: {"pk": scene.numbers["version"], "name": "check"},
        body=key(),
    ),
    "simulation": Row(
        get=May(HR | RISK | roles("auditor"), lists=NOBODY), kwargs=number("version"), methods=("GET",)
    ),
    "simulation_threshold": Row(
        get=May(HR | RISK | roles("auditor")), kwargs=number("version"), methods=("GET",)
    ),
    "numbers_grid": Row(get=May(EVERYONE), post=May(HR, ok=(200, 302)), kwargs=number("code", "code")),
    # --- the procedure -------------------------------------------------------------------------------------
    "me": Row(get=May(OWN, lists=frozenset({"self"})), methods=("GET",)),
    "manager": Row(
        get=May(PEOPLE | GROUP, own=True, refused=(403, 404)), methods=("GET",), about=True, kwargs=employee
    ),
    "queue": Row(get=May(RISK, lists=ALL), methods=("GET",)),
    "clear_unflagged": Row(
        post=May(RISK, ok=(302,), hidden=(302,), tied=(403,)),
        about=True,
        kwargs=nothing,
        body=lambda scene, thing: {"id": [scene.cases[thing]], "key": "k"},
    ),
    "clear": Row(post=May(RISK, ok=(302,), tied=(403,)), about=True, kwargs=case, body=key()),
    "send_back": Row(
        post=May(RISK, ok=(302,), tied=(403,)),
        about=True,
        kwargs=case,
        body=key(choice="evidence", reason="请补证据"),
    ),
    "decisions": Row(get=May(GROUP, lists=ALL), methods=("GET",), stage="cleared"),
    "decide": Row(
        post=May(GROUP, ok=(302,), tied=(403,)),
        about=True,
        kwargs=case,
        body=key(outcome="keep", reason="先稳定一季"),
        stage="cleared",
    ),
    "cycles": Row(get=May(APPRAISALS), methods=("GET",)),
    "cycle": Row(get=May(APPRAISALS, lists=ALL), methods=("GET",), kwargs=number("cycle")),
    "open_cycle": Row(
        post=May(HR, ok=(200, 302)), body=fixed(scheme="corporate-six-grades", period="2026Q3")
    ),
    "measure": Row(post=May(HR, ok=(302,)), kwargs=number("cycle"), body=key()),
    "submit": Row(post=May(HR, ok=(302,)), kwargs=number("cycle"), body=key()),
    "publish": Row(
        post=May(HR, ok=(302,)),
        kwargs=number("cycle"),
        body=lambda scene, thing: {"id": list(scene.cases.values()), "key": "k"},
        stage="decided",
    ),
    "answer": Row(
        post=May(HR, ok=(302,), refused=(403, 404), tied=(403,)),
        about=True,
        kwargs=case,
        body=key(reason="已核对"),
    ),
    # --- grants, delegations, relations --------------------------------------------------------------------
    "access": Row(get=May(KEEPERS | roles("auditor"), lists=NOBODY), methods=("GET",)),
    "grant_ask": Row(
        post=May(KEEPERS, ok=(302,)),
        body=lambda scene, thing: {
            "user": scene.people["nobody"].pk,
            "role": "branch_market",
            "branch": scene.numbers["branch"],
            "starts_on": "2026-10-12",
            "reason": "岗位需要",
        },
    ),
    "grant_confirm": Row(post=May(KEEPERS, ok=(302,)), kwargs=number("pending")),
    "grant_refuse": Row(post=May(KEEPERS, ok=(302,)), kwargs=number("pending"), body=fixed(reason="不")),
    "grant_revoke": Row(post=May(KEEPERS, ok=(302,)), kwargs=number("granted"), body=fixed(reason="调岗")),
    "delegations": Row(
        get=May(EVERYONE),
        post=May(EVERYONE),
        body=lambda scene, thing: {"grant": scene.numbers["granted"], "to": scene.people["nobody"].pk},
    ),
    "delegation_end": Row(post=May(KEEPERS, ok=(302,), refused=(302,)), kwargs=number("delegation")),
    "relations": Row(get=May(frozenset(ROLES)), methods=("GET",)),
    "relation_end": Row(
        post=May(roles("head_hr"), ok=(302,)),
        kwargs=number("relation"),
        body=fixed(reason="误报", ends_on="2026-10-12"),
    ),
    # --- nights and deliveries -----------------------------------------------------------------------------
    "runs": Row(
        get=May(RUNS),
        post=May(roles("platform_admin head_risk head_hr"), ok=(200, 302)),
        body=fixed(kind="rerun", business_date="2026-09-29", reason="为访问测试申请重算一次"),
    ),
    "progress": Row(get=May(RUNS), methods=("GET",)),
    "run": Row(get=May(RUNS), methods=("GET",), kwargs=number("run")),
    "decide_run": Row(
        post=May(roles("head_risk head_hr"), ok=(200, 302)),
        kwargs=number("request"),
        body=fixed(decision="refused", note="理由不足，不予重算"),
    ),
    "closings": Row(get=May(RUNS), methods=("GET",)),
    "bundles": Row(get=May(RUNS), methods=("GET",)),
    "quarantine": Row(get=May(RUNS), methods=("GET",), kwargs=number("bundle")),
    "quarantined_row": Row(get=May(RUNS), methods=("GET",), about=True, kwargs=held),
    "replay_row": Row(post=May(HR, ok=(200, 302)), about=True, kwargs=held, body=fixed(kind="corporate")),
    "dismiss_row": Row(post=May(HR, ok=(200, 302)), about=True, kwargs=held, body=fixed(reason="重复送达")),
}


def _rest(scope: str, who: frozenset[str], *, about: bool = False, lists: bool = True, **more: Any) -> Row:
    """A REST resource: read-only, the same rules for sessions and tokens."""
    rule = May(who, own=about, lists=ALL if lists and not about else None)
    return Row(get=rule, scope=scope, about=about, kwargs=employee if about else nothing, **more)


#: Business roles over REST; whoever has a manager file reads the own rows of every resource.
READERS = PEOPLE | GROUP | OWN
REST: dict[str, Row] = {
    "v1:managers": _rest("managers:read", READERS),
    "v1:manager": _rest("managers:read", READERS, about=True),
    "v1:manager-grade": _rest("grades:read", READERS, about=True),
    "v1:manager-metrics": _rest("metrics:read", READERS, about=True),
    "v1:manager-verdicts": _rest("verdicts:read", APPRAISALS | OWN, about=True),
    "v1:grades": _rest("grades:read", READERS),
    "v1:grade-changes": _rest("grades:read", READERS),
    "v1:appraisals": _rest("appraisals:read", APPRAISALS | OWN),
    "v1:rulebooks": _rest("rulebooks:read", EVERYONE, lists=False),
    "v1:customers": _rest("customers:read", PEOPLE | OWN),
    "v1:runs": _rest("runs:read", READERS, lists=False),
    "v1:run-differences": Row(
        get=May(READERS), scope="runs:read", kwargs=number("run", "id"), methods=("GET",)
    ),
    "v1:schema": Row(get=May(PUBLIC), login=False, methods=("GET",)),
    "v1:docs": Row(get=May(PUBLIC), login=False, methods=("GET",)),
    "^(?:.*/)?$": Row(get=May(NOBODY, refused=(404,)), methods=("GET",), path="/api/nowhere/", login=False),
}

STAFF = May(EVERYONE)
ADMIN: dict[str, Row] = {
    "admin:index": Row(get=STAFF, methods=("GET",)),
    "admin:login": Row(get=May(PUBLIC, ok=(200, 302)), methods=("GET",), login=False),
    "admin:logout": Row(post=May(PUBLIC, ok=(302, 200))),
    "admin:password_change": Row(get=STAFF, methods=("GET",)),
    "admin:password_change_done": Row(get=STAFF, methods=("GET",)),
    "admin:jsi18n": Row(get=STAFF, methods=("GET",)),
    "admin:autocomplete": Row(get=May(NOBODY), methods=("GET",)),
    "admin:view_on_site": Row(
        get=May(NOBODY, refused=(404,)),
        methods=("GET",),
        kwargs=fixed(content_type_id=1, object_id=1),
    ),
    "admin:app_list": Row(
        get=May(EVERYONE, ok=(200, 404)),
        methods=("GET",),
        kwargs=fixed(app_label="managers"),
    ),
    "admin:(?P<url>.*)$": Row(get=May(NOBODY, refused=(404,)), methods=("GET",), path="/admin/nowhere/"),
    "admin:<path:object_id>/": Row(
        get=May(NOBODY, refused=(302, 403, 404)),
        methods=("GET",),
        path="/admin/managers/customer/1/",
    ),
}


def _model(model: str, who: frozenset[str], *, scoped: bool = False, keep: frozenset[str] = NOBODY) -> dict:
    """The five addresses of a model in the admin: looked at by some within their scope, kept by few.

    Nothing is added or deleted there, whoever asks, but what `ADDED` names.
    """
    adds = ADDED.get(model, NOBODY)
    gone = (302,)
    seen = May(who, ok=(200,) if scoped else (200, 302), refused=(302, 403), hidden=gone)
    kept = May(keep, ok=(200, 302), refused=(302, 403), hidden=gone, tied=(403,) if scoped else None)
    row = {"about": scoped, "kwargs": _pk(model), "staff": True}
    return {
        f"admin:{model}_changelist": Row(
            get=May(who, lists=ALL if scoped else None), methods=("GET",), staff=True
        ),
        f"admin:{model}_add": Row(get=May(adds), methods=("GET",)),
        f"admin:{model}_change": Row(
            get=seen, post=kept, things=tuple(THINGS) if keep else ("mate", "far"), **row
        ),
        f"admin:{model}_delete": Row(get=May(NOBODY), methods=("GET",), **row),
        f"admin:{model}_history": Row(get=seen, methods=("GET",), things=("far",), **row),
    }


def _pk(model: str) -> Build:
    return lambda scene, thing: {"object_id": scene.rows.get(model, {}).get(thing, 1)}


ADDED = {"ledger_feedexpectation": roles("head_hr")}
for _name, _who, _more in (
    ("appraisal_appraisal", APPRAISALS, {"scoped": True}),
    ("appraisal_cycle", APPRAISALS, {}),
    ("grading_graderecord", PEOPLE, {"scoped": True}),
    ("grading_rulebookversion", EVERYONE - {"nobody", "superuser", "client_manager"}, {}),
    ("grading_verdict", APPRAISALS, {"scoped": True}),
    ("ledger_bundle", RUNS, {}),
    ("ledger_event", PEOPLE, {}),
    ("ledger_feedexpectation", RUNS, {"keep": roles("head_hr")}),
    ("ledger_outboxmessage", roles("platform_admin auditor"), {}),
    ("ledger_run", RUNS, {}),
    ("ledger_runrequest", RUNS, {}),
    ("ledger_target", PEOPLE, {}),
    ("managers_apitoken", roles("platform_admin auditor"), {}),
    ("managers_assignment", PEOPLE, {"scoped": True}),
    ("managers_branch", PEOPLE, {}),
    ("managers_clientmanager", PEOPLE, {"scoped": True, "keep": HR}),
    ("managers_customer", PEOPLE, {"scoped": True}),
    ("managers_grant", roles("security_admin auditor"), {}),
    ("managers_logentry", roles("auditor"), {}),
    ("managers_user", roles("platform_admin security_admin"), {"keep": roles("platform_admin")}),
):
    ADMIN |= _model(_name, _who, **_more)

POLICY: dict[str, Row] = PAGES | REST | ADMIN
