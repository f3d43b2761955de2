"""Whether a manager may do credit business at all: on post, able to log in, and not forbidden by grade."""

from collections.abc import Iterable
from datetime import date

from django.utils.translation import gettext as _

from credit.authority import authority
from credit.queries.lending import beyond
from credit.queries.loans import NoRate, Owed, owed
from managers.models import ClientManager, Handover
from managers.services.stepping import Refusal


def check_fit(manager: ClientManager, on: date) -> None:
    """Refusal, with who and why, for whoever may not investigate or propose."""
    words = {"who": manager.name, "status": manager.get_status_display()}
    if manager.status != ClientManager.Status.ON_POST:
        raise Refusal(_("%(who)s 的状态是“%(status)s”，不能办理信贷；请换在岗的客户经理。") % words)
    if manager.user is None or not manager.user.is_active:
        raise Refusal(_("%(who)s 没有可用的登录账号，不能签署；请先开通账号或换人。") % words)
    forbidden = forbidden_words(manager, on)
    if forbidden:
        raise Refusal(forbidden)


def forbidden_words(manager: ClientManager, on: date) -> str:
    """The clause that forbids a manager credit business, as a sentence; "" where none does."""
    said = authority(manager, on)
    if not said.forbidden_by:
        return ""
    words = {"who": manager.name, "grade": said.forbidden_by, "cites": said.forbidden_cites}
    return _("%(who)s 是%(grade)s，按%(cites)s不得办理信贷；请换有资格的客户经理。") % words


def handover_objection(row: Handover, on: date) -> str:
    """Why credit may not pass to the receiver of a handover: forbidden, or a customer owes beyond the limit.

    A limit whose amount is not known does not stand in the way: nothing new is lent by a handover.
    """
    lines = [each for each in row.lines.select_related("customer") if each.credit or each.liability]
    forbidden = forbidden_words(row.receiver, on) if lines else ""
    if forbidden:
        return forbidden
    if not authority(row.receiver, on).limits:
        return ""
    for line in lines:
        past = _past(row.receiver, line.customer_id, on)
        if past:
            words = {"customer": line.customer.customer_no, "clause": past, "who": row.receiver.name}
            return _("客户 %(customer)s 超出 %(who)s 的权限（%(clause)s）；请换接收人。") % words
    return ""


def _past(manager: ClientManager, customer: int, on: date) -> str:
    """The first limit that what a customer owes already goes past."""
    try:
        parts = owed(customer, on)
    except NoRate:
        return ""
    return next((text for each in parts for text in _known(manager, each, parts, on)), "")


def _known(manager: ClientManager, last: Owed, parts: Iterable[Owed], on: date) -> list[str]:
    others = [each for each in parts if each is not last]
    return [str(each) for each in beyond(manager, last, others, on) if each.limit.amount is not None]
