"""What the credit side keeps of a manager's customer: a loan, its file, and what is done before and after.

As `holdings.py` does: a function makes the row of one manager. All are brought about by the stage "kept".
"""

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from credit.models import (
    Classification,
    Facility,
    Finding,
    Inspection,
    Investigation,
    LoanEnding,
    LoanProposal,
    LoanTerms,
    LoanWatch,
    MaturityNotice,
    Party,
    Reclassification,
)
from credit.models.inspections import InspectionFile
from ledger.models import Account, BalanceChange, Product
from managers.models import ClientManager, User
from managers.services import files, identity
from tests.access.records import UNTIL, customer
from tests.access.things import COUNTERPARTS
from tests.credit.loanbank import photo

if TYPE_CHECKING:
    from tests.access.scene import Scene

ON = date(2026, 10, 12)
ISSUED = date(2026, 1, 5)
#: The identity number of the owner of every customer.
OWNER = "110101196001010011"


def companion(who: ClientManager) -> ClientManager:
    """The colleague at the outlet, who has a login."""
    return ClientManager.objects.select_related("user").get(employee_no=COUNTERPARTS[who.branch.code])


def login(scene: "Scene", who: ClientManager) -> User:
    """The login of a manager; one is made for those who have none."""
    if who.user is None:
        who.user = User.objects.create(username=f"u-of-{who.employee_no}")
        who.save(update_fields=["user"])
    return who.user


def loan(scene: "Scene", who: ClientManager) -> Any:
    """A loan of the manager's customer, as the core system delivers it, and its place on the watch list."""
    login(scene, who)
    product, _new = Product.objects.get_or_create(kind="loan", code="working", defaults={"bucket": "loan"})
    row = Account.objects.create(
        account_no=f"L{who.employee_no}",
        customer=customer(who),
        product=product,
        currency="CNY",
        opened_on=ISSUED,
    )
    given: dict[str, Any] = {"account": row, "bundle": scene.bundle, "line": 1}
    BalanceChange.objects.create(business_date=ISSUED, balance=Decimal(20_000), **given)
    terms = {"issued_on": ISSUED, "matures_on": UNTIL, "security": "guarantee"}
    LoanTerms.objects.create(amount=Decimal(20_000), **terms, **given)
    LoanWatch.objects.create(account=row, as_of=ON, balance=Decimal(20_000), matures_on=UNTIL)
    return row


def _account(scene: "Scene", who: ClientManager) -> dict[str, Any]:
    return {"account_id": scene.rows["loan"][scene.thing_of(who)], "manager": who}


def classification(scene: "Scene", who: ClientManager) -> Any:
    """A class somebody has proposed for it."""
    return Reclassification.objects.create(
        proposed="special_mention",
        reason="下游回款变慢，现金流趋紧",
        amount=Decimal(20_000),
        level="outlet_head",
        proposed_on=ON,
        proposed_by=scene.people["stranger"],
        **_account(scene, who),
    )


def loan_inspection(scene: "Scene", who: ClientManager) -> Any:
    """An inspection that waits for its second signature, with a photo."""
    row = Inspection.objects.create(
        due_on=ON,
        every_days=90,
        companion=companion(who),
        state="recorded",
        done_on=ON,
        recorded_by=scene.people["stranger"],
        **_account(scene, who),
    )
    kept = files.keep(photo(), by=scene.people["stranger"], customer=customer(who), permission="view_loans")
    InspectionFile.objects.create(inspection=row, file=kept)
    scene.rows.setdefault("stored_file", {})[scene.thing_of(who)] = kept.pk
    return row


def loan_finding(scene: "Scene", who: ClientManager) -> Any:
    """Something found there, which the manager says is put right."""
    return Finding.objects.create(
        inspection_id=scene.rows["loan_inspection"][scene.thing_of(who)],
        words="仓库未投保",
        due_on=UNTIL,
        raised_by=scene.people["stranger"],
        raised_on=ON,
        state="remedied",
        remedy_words="已投保",
        remedied_by=scene.people["stranger"],
        **_account(scene, who),
    )


def maturity(scene: "Scene", who: ClientManager) -> Any:
    """A notice that it is due."""
    return MaturityNotice.objects.create(
        matures_on=UNTIL, days_before=30, made_on=ON, balance=Decimal(20_000), **_account(scene, who)
    )


def ending(scene: "Scene", who: ClientManager) -> Any:
    """A renewal somebody has proposed."""
    return _ending(scene, who, kind="renewed", reason="续贷", new_account_no="L-NEW")


def preserved(scene: "Scene", who: ClientManager) -> Any:
    """A loan gone bad that somebody offers to preservation."""
    given = _account(scene, who)
    bad = {"business_date": ISSUED, "loan_class": "doubtful", "bundle": scene.bundle, "line": 1}
    Classification.objects.create(account_id=given["account_id"], **bad)
    return _ending(scene, who, kind="preserved", reason="经催收无果")


def _ending(scene: "Scene", who: ClientManager, **given: str) -> LoanEnding:
    return LoanEnding.objects.create(
        amount=Decimal(20_000),
        level="outlet_head",
        matures_on=UNTIL,
        proposed_on=ON,
        proposed_by=scene.people["stranger"],
        **_account(scene, who),
        **given,
    )


def facility(scene: "Scene", who: ClientManager) -> Any:
    """A facility that waits for its second person."""
    return Facility.objects.create(
        customer=customer(who),
        number=f"SX-{who.employee_no}",
        limit=Decimal(500_000),
        starts_on=ISSUED,
        ends_on=UNTIL,
        added_by=scene.people["stranger"],
    )


def party(scene: "Scene", who: ClientManager) -> Any:
    """The owner of the customer, with an identity number."""
    row = Party.objects.create(
        customer=customer(who),
        role="legal_representative",
        name="赵总",
        added_by=scene.people["stranger"],
    )
    identity.seal(row, {"identity_no": OWNER})
    return row


def investigation(scene: "Scene", who: ClientManager) -> Any:
    """An investigation being written."""
    return Investigation.objects.create(
        customer=customer(who), kind="pre_loan", first=who, second=companion(who), started_on=ON
    )


def investigation_signed(scene: "Scene", who: ClientManager) -> Any:
    """One that both have signed."""
    row = Investigation.objects.create(
        customer=customer(who), kind="pre_loan", first=who, second=companion(who), started_on=ON
    )
    rows = Investigation.objects.filter(pk=row.pk)
    rows.update(state="signed_once", signed_first_by=login(scene, who), digest="0" * 64)
    rows.update(state="signed", signed_second_by=companion(who).user, signed_on=ON)
    return row


def proposal(scene: "Scene", who: ClientManager) -> Any:
    """A loan proposed on it."""
    return LoanProposal.objects.create(
        customer=customer(who),
        investigation_id=scene.rows["investigation_signed"][scene.thing_of(who)],
        proposer=who,
        proposed_by=login(scene, who),
        proposed_on=ON,
        amount=Decimal(10_000),
        product=Product.objects.get(kind="loan", code="working"),
        security="guarantee",
        term_months=6,
        purpose="购买原材料",
        total=Decimal(30_000),
        level="outlet_head",
        level_cites="授权书",
    )


#: In this order: what hangs on another row comes after it.
LENDING = {
    "loan": loan,
    "classification": classification,
    "loan_inspection": loan_inspection,
    "loan_finding": loan_finding,
    "maturity": maturity,
    "ending": ending,
    "facility": facility,
    "party": party,
    "investigation": investigation,
    "investigation_signed": investigation_signed,
    "proposal": proposal,
}
