"""Home visits: entered by risk, what was seen kept sealed, opened for a reason that is written down."""

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from managers.models import ClientManager, HomeVisit, LogEntry, User
from managers.permissions import check_may, ties
from managers.services import sealedtext
from managers.services.identity import LEAST_CASE, LEAST_REASON, Refused, needs_case
from managers.services.stepping import Refusal

MANAGE, READ = "manage_conduct", "read_home_visit"
MOST = 2000


def record(
    manager: ClientManager,
    *,
    visited_on: date,
    visitor: User,
    second_visitor: User,
    summary: str,
    by: User,
    on: date,
) -> HomeVisit:
    """Two people were there; neither is the person visited, nor kin. The same day again is refused."""
    standing = check_may(by, MANAGE, on=on, about=manager)
    _check(manager, visited_on, (visitor, second_visitor), summary, on)
    with transaction.atomic():
        ClientManager.objects.select_for_update(of=("self",), no_key=True).get(pk=manager.pk)
        if HomeVisit.objects.filter(manager=manager, visited_on=visited_on).exists():
            raise Refusal(_("这一天的家访已经登记过；如须补充，请另记一次。"))
        made = HomeVisit.objects.create(
            manager=manager,
            visited_on=visited_on,
            visitor=visitor,
            second_visitor=second_visitor,
            recorded_by=by,
        )
        # What is sealed is bound to its row, so the row comes first.
        sealed = sealedtext.sealed(made, "summary", summary.strip())
        HomeVisit.objects.filter(pk=made.pk).update(summary=sealed)
        LogEntry.objects.create(
            by=by,
            on_behalf_of=standing.on_behalf_of,
            action="record_home_visit",
            subject=f"home_visit:{made.pk}",
        )
        return made


def read(visit: HomeVisit, *, by: User, on: date, reason: str, case_no: str = "") -> str:
    """What was seen, once; who asked and why is in the log before anybody reads it."""
    reason, case_no = reason.strip(), case_no.strip()
    with transaction.atomic():
        rows = HomeVisit.objects.select_for_update(of=("self",)).select_related("manager__branch")
        row = rows.get(pk=visit.pk)
        standing = check_may(by, READ, on=on, about=row.manager)
        if len(reason) < LEAST_REASON:
            raise Refused(_("请写明查看的原因（至少 %(count)s 个字）。") % {"count": LEAST_REASON})
        if needs_case(by, on=on) and len(case_no) < LEAST_CASE:
            raise Refused(_("稽核查看须填写案号。"))
        text = _opened(row)
        LogEntry.objects.create(
            by=by,
            on_behalf_of=standing.on_behalf_of,
            action="read_home_visit",
            subject=f"home_visit:{row.pk}",
            reason=reason,
            detail={"case": case_no} if case_no else {},
        )
        return text


def _opened(row: HomeVisit) -> str:
    try:
        return sealedtext.opened(row, "summary")
    except sealedtext.Unreadable:
        raise Refused(_("这项资料无法解密：密钥不符或内容被改动。请联系系统管理员核查。")) from None


def _check(
    manager: ClientManager, visited_on: date, visitors: tuple[User, User], summary: str, on: date
) -> None:
    if visitors[0].pk == visitors[1].pk:
        raise Refusal(_("家访须由两个人进行；请选择不同的两个人。"))
    if any(ties(each, on=on).to(manager.pk) for each in visitors):
        raise Refusal(_("家访人不能是本人、其亲属或下级；请改由他人家访。"))
    if visited_on > on:
        raise Refusal(_("家访日期晚于今天；请核对。"))
    if not summary.strip() or len(summary.strip()) > MOST:
        raise Refusal(_("请写明家访情况，不超过 %(count)s 个字。") % {"count": MOST})
