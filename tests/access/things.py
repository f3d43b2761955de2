"""What everything in the access test hangs on: five managers with unmistakable figures, and the actors."""

from managers.roles import ROLES
from managers.rules.exclusions import NO_MANAGER
from managers.tokens import SCOPES

#: What a manager is to whoever asks: (employee number, name, outlet, customer, yuan). Nothing of one shows in
#: anything of another.
THINGS = {
    "self": ("SE7101", "司徒自省", "S1", "阿尔法机械厂", 17_654_321),
    "mate": ("MA7202", "慕容同行", "S1", "贝塔纺织厂", 27_165_432),
    "kin": ("KI7303", "欧阳亲缘", "S1", "伽马食品厂", 37_216_543),
    "sister": ("SI7404", "上官邻里", "S2", "德尔塔运输队", 24_321_654),
    "far": ("FA7505", "诸葛远方", "S3", "艾普西隆矿业", 22_432_165),
}
#: Sealed: shown to nobody but whoever reveals it, one field at a time.
IDENTITY = {
    "self": "110101197101010013",
    "mate": "110101197202020034",
    "kin": "110101197303030055",
    "sister": "110101197404040076",
    "far": "110101197505050097",
}
PHONE = {thing: f"1370071{at}{at}{at}{at}" for at, thing in enumerate(THINGS, start=1)}
BRANCHES = [
    "HO,江城银行,head_office,",
    "R1,东区分行,branch,HO",
    "S1,东门支行,outlet,R1",
    "S2,东港支行,outlet,R1",
    "R2,西区分行,branch,HO",
    "S3,西关支行,outlet,R2",
]
#: A colleague at each outlet, who takes over what is handed over and is no secret.
COUNTERPARTS = {"S1": "TK9001", "S2": "TK9002", "S3": "TK9003"}
#: What else is told of far away: places and colleagues, on pages that have no business with them.
AROUND = {
    "sister": ("东港支行", "同事S2", "TK9002"),
    "far": ("西关支行", "西区分行", "同事S3", "TK9003"),
}
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
#: People without a role of the bank, and those who show a token of one scope each.
STRANGERS = ("anonymous", "nobody", "superuser")
BEARERS = tuple(f"token {scope}" for scope in SCOPES)
ACTORS = (*STRANGERS, *ROLES, *BEARERS)
#: Whoever may have a manager file beside the role: for them the thing "self" is their own.
TIED = [code for code in ROLES if code not in NO_MANAGER]


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
