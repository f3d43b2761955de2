"""From the risk desk to the end: clear or send back, publish, close, reopen."""

from collections.abc import Iterable
from datetime import date

from appraisal.models import Appraisal, Step
from appraisal.queries import bodies
from appraisal.rules.procedure import RETURNS
from appraisal.services import granting, measuring, paying, steps
from appraisal.services.refusals import Refusal
from managers.models import User


def clear(appraisal: Appraisal, *, by: User, on: date, reason: str = "", key: str = "") -> Step:
    """Risk has seen the evidence, flags included, and lets the appraisal pass."""
    return _only(
        steps.take(
            "clear",
            [appraisal.pk],
            by=by,
            on=on,
            reason=reason,
            key=key,
            check=check_current,
            move=lambda row: row.clear(),
        )
    )


def clear_unflagged(ids: Iterable[int], *, by: User, on: date, key: str = "") -> list[Step]:
    """Risk lets a confirmed list pass at once, all or none; one flag anywhere refuses the whole list."""
    return steps.take(
        "clear", ids, by=by, on=on, key=key, check=_check_unflagged, move=lambda row: row.clear()
    )


def send_back(
    appraisal: Appraisal, *, by: User, on: date, reason: str, to: str = "figures", key: str = ""
) -> Step:
    """Risk returns the appraisal to the step named (`rules.procedure.RETURNS`); the reason is required."""
    if not reason.strip():
        raise Refusal("reason_needed")
    if to not in RETURNS:
        raise Refusal("unknown_return")

    def move(row: Appraisal) -> None:
        row.send_back()
        row.returned_to = to

    return _only(steps.take("send_back", [appraisal.pk], by=by, on=on, reason=reason, key=key, move=move))


def resume(appraisal: Appraisal, *, by: User, on: date, reason: str, key: str = "") -> Step:
    """HR answers what came back for new scores or another review; figures are answered by measuring."""
    if not reason.strip():
        raise Refusal("answer_needed")

    def check(rows: list[Appraisal]) -> None:
        if any(not RETURNS[row.returned_to] for row in rows):
            raise Refusal("measure_instead")

    def move(row: Appraisal) -> None:
        if RETURNS[row.returned_to] == "scored":
            row.resume_review()
        else:
            row.resume_scores()
            row.round += 1
        row.returned_to = ""

    return _only(
        steps.take("resume", [appraisal.pk], by=by, on=on, reason=reason, key=key, check=check, move=move)
    )


def publish(appraisal: Appraisal, *, by: User, on: date, key: str = "") -> Step:
    """The decision is told, and a changed grade enters the history from the day after the period's end."""
    return _only(publish_many([appraisal.pk], by=by, on=on, key=key))


def publish_many(ids: Iterable[int], *, by: User, on: date, key: str = "") -> list[Step]:
    """Several decisions are told at once, all or none."""

    def move(row: Appraisal) -> None:
        row.publish()
        paying.post(row, by=by)
        granting.follow(row, by=by, on=on)

    return steps.take("publish", ids, by=by, on=on, key=key, check=granting.check, move=move)


def close_many(ids: Iterable[int], *, by: User, on: date, key: str = "") -> list[Step]:
    """Published appraisals whose days to appeal are over come to their end; all or none."""

    def check(rows: list[Appraisal]) -> None:
        for row in rows:
            day = bodies.appeal_until(row)
            if day >= on:
                raise Refusal("window_open", who=row.manager, day=day)

    return steps.take("close", ids, by=by, on=on, key=key, check=check, move=lambda row: row.close())


def reopen(appraisal: Appraisal, *, by: User, on: date, reason: str, key: str = "") -> Step:
    """Risk reopens what was told because its evidence has changed; the decision stands until a new one."""
    if not reason.strip():
        raise Refusal("reason_needed")

    def move(row: Appraisal) -> None:
        row.reopen()
        row.round += 1

    return _only(steps.take("reopen", [appraisal.pk], by=by, on=on, reason=reason, key=key, move=move))


def _only(taken: list[Step]) -> Step:
    (step,) = taken
    return step


def check_current(rows: list[Appraisal]) -> None:
    """Refuse where the figures now published no longer bear the evidence out."""
    for row in measuring.outdated(rows):
        raise Refusal("outdated", who=row.manager)


def _check_unflagged(rows: list[Appraisal]) -> None:
    for row in rows:
        if row.flags:
            raise Refusal("flagged", who=row.manager)
    check_current(rows)
