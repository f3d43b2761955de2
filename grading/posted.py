"""What a form of a career step sends, read strictly; what cannot be read is refused in words."""

from datetime import date
from decimal import Decimal, InvalidOperation

from django.http import HttpRequest
from django.utils.translation import gettext as _

from managers.services.stepping import Refusal


def text(request: HttpRequest, name: str) -> str:
    """A text field without the spaces around it."""
    return str(request.POST.get(name, "")).strip()


def day(request: HttpRequest, name: str) -> date:
    """A date that must be there."""
    found = day_or_none(request, name)
    if found is None:
        raise Refusal(_("请填写日期。"))
    return found


def day_or_none(request: HttpRequest, name: str) -> date | None:
    """A date that may be left empty."""
    written = text(request, name)
    if not written:
        return None
    try:
        return date.fromisoformat(written)
    except ValueError:
        raise Refusal(_("日期须写成 2027-01-01 这样。")) from None


def number(request: HttpRequest, name: str) -> Decimal | None:
    """A number that may be left empty."""
    written = text(request, name)
    if not written:
        return None
    try:
        found = Decimal(written)
    except InvalidOperation:
        raise Refusal(_("“%(text)s”不是数；请写 85 或 85.5 这样的数。") % {"text": written[:20]}) from None
    if not found.is_finite() or found != round(found, 2):
        raise Refusal(_("数最多两位小数；请核对。"))
    return found


def score(request: HttpRequest, name: str) -> Decimal:
    """A number that must be there."""
    found = number(request, name)
    if found is None:
        raise Refusal(_("请填写成绩。"))
    return found
