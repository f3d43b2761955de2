"""A manager's career: traineeship, post, suspension, back office, leaving; and its postings."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from managers.models import Assignment, Branch, ClientManager, Delegation, LogEntry, Posting, User
from managers.permissions import check_may
from managers.services import accounts
from managers.services.people import pinyin
from managers.services.stepping import Procedure, Refusal, Word, take

#: What each step of a career is called.
WORDS: Mapping[str, Word] = {
    "take_up": gettext_lazy("开始见习"),
    "confirm": gettext_lazy("见习转正"),
    "suspend": gettext_lazy("停职"),
    "reinstate": gettext_lazy("复职"),
    "move_inside": gettext_lazy("转内勤"),
    "restore": gettext_lazy("恢复岗位"),
    "leave": gettext_lazy("离职"),
}
CAREER = Procedure(ClientManager, "career", WORDS, related=("branch", "user"), column="status")
#: How many customers a refusal names before it only counts them.
NAMED = 5


def register(
    *, employee_no: str, name: str, branch: Branch, line: str, hired_on: date, by: User, on: date
) -> ClientManager:
    """HR opens the file of a candidate, whom no register has delivered yet.

    The same call again gives the file there is; Refusal where the number belongs to somebody else.
    """
    number, called = employee_no.strip(), name.strip()
    with transaction.atomic():
        known = ClientManager.objects.select_for_update(of=("self",)).filter(employee_no=number).first()
        made = known or ClientManager(
            employee_no=number,
            name=called,
            pinyin=pinyin(called),
            branch=branch,
            line=line,
            hired_on=hired_on,
            post_started_on=on,
            grade_code="",
            status=ClientManager.Status.CANDIDATE,
        )
        standing = check_may(by, "manage_career", on=on, about=made)
        if known is not None:
            return _the_same(known, called)
        _check_file(made, on)
        made.save()
        LogEntry.objects.create(
            by=by,
            on_behalf_of=standing.on_behalf_of,
            action="register_career",
            subject=f"career:{made.pk}",
            to_state=made.status,
            detail={"employee_no": number},
        )
        return made


def take_up(manager: ClientManager, *, starts_on: date, on: date, basis: str) -> LogEntry:
    """A candidate begins the traineeship on a day: it follows from the appointment that `basis` names."""

    def move(row: ClientManager) -> None:
        row.post_started_on = starts_on
        if not row.postings.filter(ends_on=None).exists():
            Posting.objects.create(manager=row, branch=row.branch, starts_on=starts_on, reason=basis)

    return _follows("take_up", manager, on=on, basis=basis, move=move)


def confirm(manager: ClientManager, *, on: date, basis: str) -> LogEntry:
    """The traineeship ends with the first grade above it, which `basis` names."""
    return _follows("confirm", manager, on=on, basis=basis)


def suspend(
    manager: ClientManager, *, by: User, on: date, at: datetime, reason: str, key: str = ""
) -> LogEntry:
    """Off the post: login, sessions, tokens and delegations end in the same transaction."""
    facts: dict[str, Any] = {"on": on.isoformat()}

    def move(row: ClientManager) -> None:
        facts.update(_end_access(row, by=by, on=on, at=at, reason=reason))

    return _step("suspend", manager, by=by, on=on, reason=reason, key=key, move=move, facts=facts)


def reinstate(manager: ClientManager, *, by: User, on: date, reason: str, key: str = "") -> LogEntry:
    """Back on the post; the login opens again where the suspension had closed it, the rest stays ended."""

    def move(row: ClientManager) -> None:
        last = LogEntry.objects.filter(subject=f"career:{row.pk}", action="suspend_career").first()
        if row.user is not None and last is not None and last.detail.get("login"):
            accounts.activate(row.user, by=by, reason=reason)

    facts = {"on": on.isoformat()}
    return _step("reinstate", manager, by=by, on=on, reason=reason, key=key, move=move, facts=facts)


def moved_inside(manager: ClientManager, *, on: date, basis: str) -> LogEntry:
    """To back-office work, as the removal from the grade says that `basis` names."""
    return _follows("move_inside", manager, on=on, basis=basis)


def restored(manager: ClientManager, *, on: date, basis: str) -> LogEntry:
    """Back on the post, as the change says that puts a removal right and that `basis` names."""
    return _follows("restore", manager, on=on, basis=basis)


def leave(
    manager: ClientManager, *, by: User, on: date, at: datetime, reason: str, key: str = ""
) -> LogEntry:
    """Out of the bank on `on`; refused, with their names, while customers are still assigned.

    What the pay ledger still holds back stays there and is released or taken back as it falls due.
    """
    facts: dict[str, Any] = {"on": on.isoformat()}

    def move(row: ClientManager) -> None:
        _refuse_customers(row, on)
        facts.update(_end_access(row, by=by, on=on, at=at, reason=reason))
        _end_posting(row, on)

    return _step("leave", manager, by=by, on=on, reason=reason, key=key, move=move, facts=facts)


def transfer(
    manager: ClientManager,
    branch: Branch,
    *,
    starts_on: date,
    by: User,
    on: date,
    reason: str,
    position: str = "",
) -> Posting:
    """A posting at another branch, or in another position, from a day on; the one before ends the day before.

    The customers stay where they are until they are handed over. The same transfer again gives the posting
    there is.
    """
    _reason_needed(reason)
    with transaction.atomic():
        row = (
            ClientManager.objects.select_for_update(of=("self",)).select_related("branch").get(pk=manager.pk)
        )
        standing = check_may(by, "manage_career", on=on, about=row)
        current = row.postings.filter(ends_on=None).first()
        if current is not None and _same(current, branch, position, starts_on):
            return current
        _check_transfer(row, current, branch, position, starts_on, by=by, on=on)
        posting = _posted(row, current, branch, position, starts_on, by=by, reason=reason)
        LogEntry.objects.create(
            by=by,
            on_behalf_of=standing.on_behalf_of,
            action="transfer_career",
            subject=f"career:{row.pk}",
            reason=reason.strip(),
            detail={"branch": branch.code, "position": position, "from": starts_on.isoformat()},
        )
        return posting


def record_postings(starts_on: date) -> None:
    """Keep up with the register: a posting for whoever has none yet, the next one where the branch changed.

    A first posting begins with the post, a later one on `starts_on`, the first day of the delivery.
    """
    people = _posted_elsewhere()
    postings = Posting.objects.filter(manager__in=people)
    held = {posting.manager_id: posting for posting in postings if posting.ends_on is None}
    known = {posting.manager_id for posting in postings}
    new, ended = [], []
    for row in people:
        current = held.get(row.pk)
        begins = starts_on if row.pk in known else min(row.post_started_on, starts_on)
        if current is not None:
            begins = max(begins, current.starts_on + timedelta(days=1))
            current.ends_on = begins - timedelta(days=1)
            ended.append(current)
        new.append(Posting(manager=row, branch_id=row.branch_id, starts_on=begins, reason="名册"))
    Posting.objects.bulk_update(ended, ["ends_on"], batch_size=1000)
    Posting.objects.bulk_create(new, batch_size=1000)


def _posted_elsewhere() -> list[ClientManager]:
    """Whoever is at work and has no posting at the branch of the register, found where the rows are."""
    posted = Posting.objects.filter(manager=OuterRef("pk"), branch=OuterRef("branch"), ends_on=None)
    gone = [ClientManager.Status.LEFT, ClientManager.Status.CANDIDATE]
    people = ClientManager.objects.exclude(status__in=gone).exclude(Exists(posted))
    return list(people.only("pk", "branch_id", "post_started_on"))


def _step(
    name: str,
    manager: ClientManager,
    *,
    by: User,
    on: date,
    reason: str,
    key: str,
    facts: Mapping[str, Any],
    move: Any = None,
) -> LogEntry:
    _reason_needed(reason)
    return take(
        CAREER,
        name,
        manager.pk,
        by=by,
        on=on,
        action="manage_career",
        move=move,
        reason=reason,
        key=key,
        detail=facts,
    )


def _follows(name: str, manager: ClientManager, *, on: date, basis: str, move: Any = None) -> LogEntry:
    """A step that follows from another record, which names its people: taken by the platform."""
    detail = {"on": on.isoformat(), "basis": basis}
    return take(CAREER, name, manager.pk, by=None, on=on, action="", move=move, detail=detail)


def _the_same(known: ClientManager, name: str) -> ClientManager:
    if known.status != ClientManager.Status.CANDIDATE or known.name != name:
        raise Refusal(_("工号 %(no)s 已有档案；请核对。") % {"no": known.employee_no})
    return known


def _check_file(made: ClientManager, on: date) -> None:
    if not made.employee_no or not made.name or made.line not in ClientManager.Line.values:
        raise Refusal(_("请填写工号、姓名与条线。"))
    if made.hired_on > on:
        raise Refusal(_("入行日期晚于今天；请核对。"))


def _reason_needed(reason: str) -> None:
    if not reason.strip():
        raise Refusal(_("须写明原因；请填写后再办理。"))


def _end_access(row: ClientManager, *, by: User, on: date, at: datetime, reason: str) -> dict[str, Any]:
    """Close the login with its sessions and tokens, and end every delegation to or by the person."""
    if row.user is None:
        return {"login": False}
    login = accounts.deactivate(row.user, at=at, by=by, reason=reason)
    live = Delegation.objects.filter(ended_at=None, ends_on__gte=on)
    ended = live.filter(Q(to=row.user) | Q(grant__user=row.user)).update(ended_at=at, ended_by=by)
    return {"login": login, "delegations": ended}


def _refuse_customers(row: ClientManager, on: date) -> None:
    """Refuse where anybody is assigned after the day of leaving."""
    left = (
        Assignment.objects.current()
        .filter(Q(ends_on=None) | Q(ends_on__gt=on), manager=row, share__gt=0)
        .select_related("customer")
        .order_by("customer__customer_no")
    )
    names = list(dict.fromkeys(f"{each.customer.name}（{each.customer.customer_no}）" for each in left))
    if names:
        shown = names[:NAMED] + ["……"] * (len(names) > NAMED)
        words = {"count": len(names), "names": "、".join(shown)}
        raise Refusal(_("名下还有 %(count)s 户客户：%(names)s；请先办理移交，再办离职。") % words)


def _end_posting(row: ClientManager, on: date) -> None:
    for posting in row.postings.filter(ends_on=None):
        posting.ends_on = max(on, posting.starts_on)
        posting.save(update_fields=["ends_on"])


def _same(current: Posting, branch: Branch, position: str, starts_on: date) -> bool:
    return (current.branch_id, current.position, current.starts_on) == (branch.pk, position, starts_on)


def _check_transfer(
    row: ClientManager,
    current: Posting | None,
    branch: Branch,
    position: str,
    starts_on: date,
    *,
    by: User,
    on: date,
) -> None:
    if row.status == ClientManager.Status.LEFT:
        raise Refusal(_("已离职，不能再调动。"))
    if not Branch.objects.visible_to(by, on).filter(pk=branch.pk).exists():
        raise Refusal(_("“%(branch)s”不在您的辖区；请由上级人力部门办理。") % {"branch": branch})
    if starts_on > on:
        raise Refusal(_("到任日 %(day)s 还没有到；请在当日或之后办理。") % {"day": starts_on})
    if current is None:
        return
    if starts_on <= current.starts_on:
        words = {"day": current.starts_on}
        raise Refusal(_("现任职自 %(day)s 起；新任职须在其后开始，过去的任职不能改写。") % words)
    if (current.branch_id, current.position) == (branch.pk, position):
        raise Refusal(_("已在该机构该岗位任职，没有变动。"))


def _posted(
    row: ClientManager,
    current: Posting | None,
    branch: Branch,
    position: str,
    starts_on: date,
    *,
    by: User,
    reason: str,
) -> Posting:
    if current is not None:
        current.ends_on = starts_on - timedelta(days=1)
        current.save(update_fields=["ends_on"])
    row.branch = branch
    row.save(update_fields=["branch"])
    return Posting.objects.create(
        manager=row,
        branch=branch,
        position=position,
        starts_on=starts_on,
        reason=reason.strip()[:200],
        recorded_by=by,
    )
