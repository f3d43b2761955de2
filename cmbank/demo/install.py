"""Put the demo bank into the database through the ordinary doors: bundles, nights, grants, a cycle, loans."""

import tempfile
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from django.db import transaction

from appraisal import services as appraisal
from appraisal.models import Appraisal, State
from cmbank.demo import growth, recovery, standing
from cmbank.demo.bank import DemoBank, build
from cmbank.demo.cast import DemoUser
from credit.services.afterloan import inspecting, maturing, watching
from ledger.models import Bundle, Product
from ledger.services import manifest, naming, records
from ledger.services.extracts import load_bundle
from ledger.services.nights import run_nights
from managers.models import Branch, ClientManager, Grant, User
from managers.roles import ROLES

SCHEME = "corporate-six-grades"
PASSWORD = "Demo-bank-2026"  # nosec B105  # of the demonstration, and printed
FIRST_NIGHT = date(2026, 6, 30)
#: Whose grants are of the set-up: the two security administrators give and confirm all others.
KEEPERS = ("security_admin", "platform_admin")
IN_ADMIN = ("branch_hr", "head_hr", "platform_admin", "security_admin", "auditor")
PRODUCTS = {
    "demand": "活期存款",
    "time": "定期存款",
    "notice": "通知存款",
    "agreement": "协议存款",
    "working_capital": "流动资金贷款",
    "fixed_asset": "固定资产贷款",
    "mortgage": "个人住房贷款",
}


class NotEmpty(Exception):
    """The database already holds a bank that is not the demo bank."""


@dataclass(frozen=True)
class Installed:
    """What was put in, or that it was there already."""

    bank: DemoBank
    already: bool


def install(*, size: str, seed: int) -> Installed:
    """Load the demo bank, work its nights, open its last quarter, watch its loans; again changes nothing.

    Raises NotEmpty where other bundles are loaded: demo logins have a known password and must never
    stand beside real data.
    """
    with tempfile.TemporaryDirectory() as directory:
        bank = build(Path(directory), size=size, seed=seed)
        already = is_present(bank)
        for bundle in bank.bundles:
            load_bundle(bundle)
    create_logins(bank)
    _name_products(bank)
    furnish(bank)
    run_nights(to=bank.last_date, start=FIRST_NIGHT)
    _open_cycle(bank)
    _watch_loans(bank)
    return Installed(bank, already)


def is_present(bank: DemoBank) -> bool:
    """Whether just this demo bank is loaded; a stranger's bundle, or another demo bank's, is refused."""
    ours = {_digest(bundle) for bundle in bank.bundles}
    # what people have decided in the bank since is theirs, and in bundles of its own
    delivered = Bundle.objects.filter(record="", handover=None)
    loaded = dict(delivered.values_list("digest", "name"))
    strangers = [name for digest, name in loaded.items() if digest not in ours]
    if strangers:
        raise NotEmpty(", ".join(sorted(strangers)))
    return len(loaded) == len(ours)


def _digest(bundle: Path) -> str:
    with manifest.opened(bundle) as found:
        return manifest.read(bundle, found, manifest_required=True).digest


@transaction.atomic
def create_logins(bank: DemoBank) -> None:
    """One login a demo user, with the grant of its role, given by security and confirmed by operations."""
    for demo in sorted(bank.users, key=lambda each: each.role not in KEEPERS):
        user, created = User.objects.get_or_create(
            username=demo.username,
            defaults={"display_name": demo.display_name, "is_staff": demo.role in IN_ADMIN},
        )
        if created:
            user.set_password(PASSWORD)
            user.save(update_fields=["password"])
            _link(user, demo, bank)


def _link(user: User, demo: DemoUser, bank: DemoBank) -> None:
    if demo.employee_no:
        ClientManager.objects.filter(employee_no=demo.employee_no).update(user=user)
    if demo.role in ROLES and ROLES[demo.role].reach != "own":
        branch = Branch.objects.get(code=demo.branch_code)
        given = {} if demo.role in KEEPERS else _given(bank)
        Grant.objects.create(user=user, role=demo.role, branch=branch, starts_on=bank.first_date, **given)


def _given(bank: DemoBank) -> dict[str, User]:
    """Who gave and who confirmed a grant: the two security administrators, who were there from the set-up."""
    keepers = [demo.username for demo in bank.users if demo.role == "security_admin"]
    names = ("granted_by", "confirmed_by")
    return {name: User.objects.get(username=who) for name, who in zip(names, keepers, strict=True)}


def _name_products(bank: DemoBank) -> None:
    """The core system delivers codes; head office HR says what people call them."""
    hr = User.objects.get(username="hr2")
    for row in Product.objects.filter(name="", code__in=PRODUCTS):
        naming.name_product(row.pk, PRODUCTS[row.code], by=hr, on=bank.last_date)


def furnish(bank: DemoBank) -> None:
    """What people have written down by the last day; what of it counts is there before the first night."""
    standing.furnish(bank.last_date)
    growth.furnish(bank.last_date)
    records.enter_events(to=bank.last_date)


def _open_cycle(bank: DemoBank) -> None:
    """The last quarter's appraisal, opened and measured for all, its branch handed to risk by HR."""
    opened = appraisal.open_cycle(SCHEME, bank.period, by=None, on=bank.last_date)
    if opened.added:
        appraisal.measure(opened.cycle, by=None, on=bank.last_date)
        hr = User.objects.get(username="hr")
        measured = Appraisal.objects.visible_to(hr, bank.last_date).filter(
            cycle=opened.cycle, state=State.MEASURED
        )
        appraisal.submit_many([each.pk for each in measured], by=hr, on=bank.last_date)


def _watch_loans(bank: DemoBank) -> None:
    """What the jobs over loans do in the morning, done once, so that they need not be waited for."""
    watching.keep_watch(on=bank.last_date)
    inspecting.plan(on=bank.last_date)
    maturing.make_notices(on=bank.last_date)
    recovery.furnish(bank.last_date)
