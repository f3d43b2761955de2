"""What people call the products of the core system: kept by head office HR, each change with a log entry."""

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from ledger.models import Product
from managers.models import LogEntry, User
from managers.permissions import check_may
from managers.services.stepping import Refusal

#: The right of whoever agrees with the core system on what it delivers.
ACTION = "expect_feeds"


def name_product(pk: int, name: str, *, by: User, on: date) -> None:
    """Call a product by a name from now on; "" shows its code again.

    Raises PermissionDenied, and Refusal where another product of the kind is called so already.
    """
    check_may(by, ACTION, on=on)
    name = " ".join(name.split())
    with transaction.atomic():
        row = Product.objects.select_for_update().get(pk=pk)
        if wrong := objection(row, name):
            raise Refusal(wrong)
        detail = {"from": row.name, "to": name}
        row.name = name
        row.save(update_fields=["name"])
        LogEntry.objects.create(
            by=by, action="name_product", subject=f"product:{row.kind}:{row.code}", detail=detail
        )


def objection(row: Product, name: str) -> str:
    """Why a product cannot be called by a name: another one of its kind is; "" where it can."""
    name = " ".join(name.split())
    other = Product.objects.filter(kind=row.kind, name=name).exclude(pk=row.pk).first() if name else None
    if other is None:
        return ""
    words = {"name": name, "code": other.code}
    return _("产品 %(code)s 已叫“%(name)s”；请另取一个能区分的名称。") % words
