"""Whether a manager may lend a customer more: what is owed, held against what the regulations allow."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from credit.authority import Limit, authority
from credit.models import Security
from credit.queries.loans import NIL, Owed
from ledger.rules.money import exact_amount
from managers.models import ClientManager


@dataclass(frozen=True)
class Beyond:
    """A limit that does not allow it, and what the loans it speaks of would come to."""

    limit: Limit
    total: Decimal

    def __str__(self) -> str:
        """The clause and the numbers, as whoever is refused reads them."""
        words = {"scheme": self.limit.scheme, "cites": self.limit.cites, "total": exact_amount(self.total)}
        if self.limit.amount is None:
            return _("《%(scheme)s》（%(cites)s）设有单户权限，本行尚未填写数额") % words
        words |= {"limit": exact_amount(self.limit.amount), "kinds": _kinds(self.limit)}
        return (
            _("按《%(scheme)s》（%(cites)s），%(kinds)s贷款单户合计不超过 %(limit)s 元，合计为 %(total)s 元")
            % words
        )


def _kinds(limit: Limit) -> str:
    names = [str(Security(each).label) for each in sorted(limit.securities)]
    return "、".join([*names, *sorted(limit.products)])


def beyond(manager: ClientManager, wanted: Owed, already: Iterable[Owed], on: date) -> list[Beyond]:
    """The limits of a manager that one more loan of a customer would pass; every part counts to the fen."""
    parts = [*already, wanted]
    found = []
    for limit in authority(manager, on).limits:
        if not limit.speaks_of(security=wanted.security, product=wanted.product):
            continue
        counted = (each for each in parts if limit.speaks_of(security=each.security, product=each.product))
        total = sum((each.yuan for each in counted), NIL)
        if limit.amount is None or total > limit.amount:
            found.append(Beyond(limit, total))
    return found
