"""A rulebook on its way: drafted, checked, simulated, adopted by a second person; or withdrawn."""

import hashlib
from collections.abc import Callable
from datetime import date
from typing import Any

from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _
from django_fsm import can_proceed

from grading import queries
from grading.models import RulebookVersion
from grading.rules import checker
from grading.rules.schema import Rulebook
from grading.services.refusals import Refusal
from grading.services.reissues import would_change
from managers.models import LogEntry, User
from managers.permissions import check_may
from managers.services import deadlines

State = RulebookVersion.State
#: Characters the reason of a re-issue must have at least; fewer explain nothing to those concerned.
LEAST_REASON = 10
Move = Callable[[RulebookVersion], None]


def draft(
    text: str, *, effective_on: date, by: User, on: date, based_on: RulebookVersion | None = None
) -> RulebookVersion:
    """A new draft of the scheme the text names; the same text by the same person twice is one draft.

    Raises checker.RulebookError where the text does not even say what it is, PermissionDenied otherwise.
    """
    check_may(by, "edit_rulebook", on=on)
    refuse_managers(by)
    with transaction.atomic():
        return drafted(text, effective_on=effective_on, by=by, based_on=based_on)


def drafted(
    text: str, *, effective_on: date, by: User, based_on: RulebookVersion | None = None
) -> RulebookVersion:
    """The draft written down and logged, whoever asks; within the caller's transaction."""
    book = checker.load(text)
    lock_scheme(book.scheme.code)
    same = RulebookVersion.objects.filter(
        code=book.scheme.code,
        state=State.DRAFT,
        made_by=by,
        sha256=digest(text),
        effective_on=effective_on,
        based_on=based_on,
    ).first()
    if same is not None:
        return same
    row = RulebookVersion.objects.create(
        **described(book, text),
        number=next_number(book.scheme.code),
        origin=RulebookVersion.Origin.PUBLISHED,
        effective_on=effective_on,
        made_by=by,
        based_on=based_on,
    )
    log("draft_rulebook", row, by, detail={"based_on": based_on.number if based_on else None})
    return row


def rewrite(
    version: RulebookVersion, text: str, *, effective_on: date, by: User, on: date
) -> RulebookVersion:
    """Another text for a draft, by its maker: whoever wants to change somebody else's makes an own one."""
    book = checker.load(text)

    def move(row: RulebookVersion) -> None:
        if row.state != State.DRAFT:
            raise Refusal(_("只有起草中的稿可以修改正文；请先退回修改。"))
        if book.scheme.code != row.code:
            raise Refusal(_("正文的办法代码不能改为另一办法；请另立一稿。"))
        for name, value in described(book, text).items():
            setattr(row, name, value)
        row.effective_on = effective_on

    return _take("rewrite_rulebook", version, by=by, on=on, move=move, own=True)


def check(version: RulebookVersion, *, by: User, on: date) -> RulebookVersion:
    """The text is read by the checker: with errors it stays a draft, its flaws are kept with it."""

    def move(row: RulebookVersion) -> None:
        _proceed(row, "mark_checked")
        checked(row)

    return _take("check_rulebook", version, by=by, on=on, move=move)


def checked(row: RulebookVersion) -> None:
    """The move itself: flaws kept, state moved; Refusal where there are errors."""
    found = checker.check(row.content)
    if found.errors:
        raise Refusal(_("正文有 %(count)s 处错误，须先改正。") % {"count": len(found.errors)})
    row.warnings = [finding.to_dict() for finding in found.warnings]
    row.mark_checked()


def simulated(
    version: RulebookVersion, *, by: User, on: date, summary: dict[str, Any] | None = None
) -> RulebookVersion:
    """Somebody has seen what the version would have meant; `summary` (JSON) says what was looked at."""

    def move(row: RulebookVersion) -> None:
        _proceed(row, "mark_simulated")
        row.simulation = summary or {}
        row.mark_simulated()

    return _take("simulate_rulebook", version, by=by, on=on, move=move)


def revise(version: RulebookVersion, *, by: User, on: date) -> RulebookVersion:
    """Back to the draft, by its maker; check and simulation are to be done again."""

    def move(row: RulebookVersion) -> None:
        _proceed(row, "revise")
        row.warnings, row.simulation = [], None
        row.revise()

    return _take("revise_rulebook", version, by=by, on=on, move=move, own=True)


def withdraw(version: RulebookVersion, *, by: User, on: date, reason: str) -> RulebookVersion:
    """Nobody goes on with this one; it stays to be read, with the reason in the log."""
    if not reason.strip():
        raise Refusal(_("撤回须写明原因。"))

    def move(row: RulebookVersion) -> None:
        _proceed(row, "withdraw")
        row.withdraw()

    return _take("withdraw_rulebook", version, by=by, on=on, move=move, reason=reason)


def adopt(
    version: RulebookVersion, *, effective_on: date, by: User, on: date, reason: str = ""
) -> RulebookVersion:
    """A second person puts the version in force from a day on.

    A day before `on` makes it a re-issue: it needs a reason, and the frozen verdicts that would come out
    otherwise are listed and kept with the version (they stay as they are). Refusal says what stands in the
    way: an own draft, a basis that is no longer in force, the same text for the same day.
    """

    def move(row: RulebookVersion) -> None:
        _proceed(row, "adopt")
        # Before looking at what is in force: two adoptions at once must see each other.
        lock_scheme(row.code)
        _check_basis(row, effective_on)
        adopted(row, effective_on=effective_on, by=by, on=on, reason=reason)

    with transaction.atomic():
        row = _take(
            "adopt_rulebook", version, by=by, on=on, move=move, action="adopt_rulebook", reason=reason
        )
        settle(row.code, by=by)
        return queries.version(row.pk)


def adopted(row: RulebookVersion, *, effective_on: date, by: User, on: date, reason: str) -> None:
    """The move itself, whoever asks: two people, no repeat, and what a day in the past would change."""
    refuse_one_person(row.made_by, by)
    lock_scheme(row.code)
    _refuse_repeat(row, effective_on)
    if effective_on < on:
        if len(reason.strip()) < LEAST_REASON:
            raise Refusal(
                _("生效日早于今日属于追溯重发，须写明原因（至少 %(count)s 个字）。") % {"count": LEAST_REASON}
            )
        row.reissue_changes = would_change(row, effective_on=effective_on)
        row.reissue_reason = reason.strip()
    row.effective_on, row.adopted_by, row.adopted_at = effective_on, by, timezone.now()
    row.adopt()


def settle(code: str, *, by: User | None) -> None:
    """Every adopted version that a later one covers whole is superseded by the next such one."""
    rows = list(queries.counting(code))
    for earlier, row in enumerate(rows):
        successor = next((each for each in rows[earlier + 1 :] if queries.covers(each, row)), None)
        if row.state == State.ADOPTED and successor is not None:
            row.superseded_by = successor
            row.supersede()
            save(row)
            detail = {"by_number": successor.number, "from": successor.effective_on.isoformat()}
            log("supersede_rulebook", row, by, detail=detail)


def described(book: Rulebook, text: str) -> dict[str, Any]:
    """The columns of a version that follow from its text."""
    return {
        "code": book.scheme.code,
        "title": book.scheme.title,
        "content": text,
        "sha256": digest(text),
        "lines": list(book.scheme.lines),
        "branches": list(book.scheme.branches),
    }


def digest(text: str) -> str:
    """The SHA-256 of a text, in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def lock_scheme(code: str) -> None:
    """Drafts and adoptions of a scheme take turns until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"rulebook {code}"])


def next_number(code: str) -> int:
    """The number after the last of the scheme; under its lock."""
    return (RulebookVersion.objects.filter(code=code).aggregate(last=Max("number"))["last"] or 0) + 1


def refuse_managers(*people: User) -> None:
    """Whoever is appraised does not make the standards."""
    if any(hasattr(each, "client_manager") for each in people):
        raise Refusal(_("客户经理不能起草或通过考核自己的办法；请由其他人办理。"))


def refuse_one_person(maker: User | None, second: User) -> None:
    """Maker and checker are two."""
    if maker is not None and maker.pk == second.pk:
        raise Refusal(_("起草人与通过人不能是同一人；请由第二人通过。"))


def save(row: RulebookVersion) -> None:
    """Store a moved version with the moment it moved."""
    row.state_since = timezone.now()
    row.save()


def log(
    action: str,
    row: RulebookVersion,
    by: User | None,
    *,
    reason: str = "",
    detail: dict[str, Any] | None = None,
) -> None:
    """One step of a version, in the log."""
    LogEntry.objects.create(
        by=by,
        action=action,
        subject=f"rulebook:{row.pk}",
        reason=reason.strip(),
        detail={"sha256": row.sha256, **(detail or {})},
    )


def _take(
    name: str,
    version: RulebookVersion,
    *,
    by: User,
    on: date,
    move: Move,
    action: str = "edit_rulebook",
    own: bool = False,
    reason: str = "",
) -> RulebookVersion:
    """One step: role, lock, what is special to it, move and log, all or nothing."""
    check_may(by, action, on=on)
    refuse_managers(by)
    with transaction.atomic():
        row = RulebookVersion.objects.select_for_update(of=("self",)).get(pk=version.pk)
        if own and row.made_by_id != by.pk:
            raise Refusal(_("只有起草人可以修改这份稿；请另立一稿。"))
        before = row.state
        move(row)
        save(row)
        detail = {"from": before, "to": row.state, "effective_on": row.effective_on.isoformat()}
        log(name, row, by, reason=reason, detail=detail)
        deadlines.refresh("rulebook", [row.pk], on=on)
    return row


def _proceed(row: RulebookVersion, name: str) -> None:
    """Refuse where the state does not allow the transition, naming the state."""
    if not can_proceed(getattr(row, name)):
        raise Refusal(
            _("第 %(number)s 版的状态是“%(state)s”，不能%(step)s；请刷新页面后按状态办理。")
            % {"number": row.number, "state": State(row.state).label, "step": step_name(name)}
        )


def step_name(name: str) -> str:
    """What a transition is called in a sentence."""
    return {
        "mark_checked": _("核对"),
        "mark_simulated": _("记作已试算"),
        "adopt": _("通过"),
        "revise": _("退回修改"),
        "withdraw": _("撤回"),
    }[name]


def _check_basis(row: RulebookVersion, effective_on: date) -> None:
    """What was drafted on a version that is no longer in force would silently undo what came since."""
    if row.based_on is None:
        return
    current = queries.before(row, effective_on)
    if current is not None and current.pk != row.based_on_id:
        words = {"basis": row.based_on.number, "current": current.number, "day": effective_on}
        raise Refusal(
            _("本稿依据第 %(basis)s 版起草，而 %(day)s 有效的已是第 %(current)s 版；请在新版本上重新起草。")
            % words
        )


def _refuse_repeat(row: RulebookVersion, effective_on: date) -> None:
    """The same text for the same day a second time would only be another number for nothing."""
    last = (
        RulebookVersion.objects.filter(
            code=row.code,
            origin=RulebookVersion.Origin.PUBLISHED,
            state__in=RulebookVersion.COUNTING,
            effective_on=effective_on,
        )
        .order_by("-number")
        .first()
    )
    if last is not None and last.sha256 == row.sha256:
        words = {"number": last.number, "day": effective_on}
        raise Refusal(_("同一文本已作为第 %(number)s 版自 %(day)s 起生效，无需重复发布。") % words)
