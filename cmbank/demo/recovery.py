"""A loan of the demo bank that has gone bad, on its way to asset preservation: it waits to be received."""

from datetime import date

from cmbank.demo.logins import file_of, who
from credit.models import LoanEnding
from credit.queries.afterloan import loans
from credit.queries.standards import standard_on
from credit.rules.reclassifying import NON_PERFORMING
from credit.services.afterloan import endings

#: The manager whose loan was downgraded in the summer.
LENDER = "caohm"


def furnish(on: date) -> None:
    """Proposed by its manager, once: a bank that knows of any ending is left as it is."""
    checklist = standard_on(on).checklist(LoanEnding.Kind.PRESERVED)
    if LoanEnding.objects.exists() or checklist is None:
        return
    known = loans.loans(loans.handled_by(file_of(LENDER).pk, on), on)
    bad = [each for each in known.values() if each.is_open and each.loan_class in NON_PERFORMING]
    for loan in bad[:1]:
        endings.propose(
            loan.account,
            LoanEnding.Kind.PRESERVED,
            reason="借款人停产，催收两次未果，移交资产保全依法清收。",
            ticked=list(checklist.items),
            by=who(LENDER),
            on=on,
        )
