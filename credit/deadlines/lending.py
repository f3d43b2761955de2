"""What of the loan side waits for a person: loans proposed for their level, investigations for the second."""

from collections.abc import Collection, Iterator
from datetime import date

from django.urls import reverse

from credit.models import Investigation, LoanProposal
from managers.deadlines import Kind, Waiting
from managers.models import ClientManager
from managers.roles import ROLES

#: Calendar days for a decision, and for the second signature.
DECIDE_DAYS, SIGN_DAYS = 5, 5


def waiting_proposals(on: date, ids: Collection[int] | None) -> Iterator[Waiting]:
    """Proposed loans wait for whoever owns the amount, the two investigators aside."""
    found = LoanProposal.objects.filter(state=LoanProposal.State.PROPOSED)
    rows = found if ids is None else found.filter(pk__in=ids)
    related = ("customer", "proposer__branch", "investigation__first", "investigation__second")
    for row in rows.select_related(*related).order_by("pk"):
        yield _proposal(row)


def _proposal(row: LoanProposal) -> Waiting:
    both = (row.investigation.first.user_id, row.investigation.second.user_id, row.proposed_by_id)
    # A level that sees the whole bank is asked at the head office, not at the nearest outlet.
    near = row.level in ROLES and ROLES[row.level].reach == "subtree"
    return Waiting(
        pk=row.pk,
        code="loan_proposal_proposed",
        since=row.proposed_on,
        days=DECIDE_DAYS,
        occasion=row.proposed_on.isoformat(),
        url=reverse("loan_proposal", args=[row.pk]),
        words={"customer": row.customer.customer_no, "number": str(row.pk)},
        action="approve_loan",
        path=row.proposer.branch.path if near else "",
        manager=row.proposer_id,
        not_by=frozenset(each for each in both if each is not None),
    )


def waiting_signatures(on: date, ids: Collection[int] | None) -> Iterator[Waiting]:
    """An investigation that one has signed waits for the other."""
    found = Investigation.objects.filter(state=Investigation.State.SIGNED_ONCE)
    rows = found if ids is None else found.filter(pk__in=ids)
    for row in rows.select_related("customer", "first", "second").order_by("pk"):
        other: ClientManager = row.second if row.signed_second_by_id is None else row.first
        yield Waiting(
            pk=row.pk,
            code="investigation_signed_once",
            since=row.signed_once_on or row.started_on,
            days=SIGN_DAYS,
            occasion=row.digest,
            url=reverse("investigation", args=[row.pk]),
            words={"customer": row.customer.customer_no, "number": str(row.pk)},
            person=other.user_id,
        )


KINDS = (
    Kind("loan_proposal", waiting_proposals),
    Kind("investigation", waiting_signatures),
)
