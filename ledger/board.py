"""What the runs page shows: the true state of every night, what holds things up, and what to do about it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _

from ledger import queries
from ledger.models import Chunk, Run, RunRequest
from ledger.queries import Progress, StandingRun
from ledger.rules import windows
from ledger.services import requests
from managers import notices
from managers.models import User
from managers.services import deadlines

DAY = timedelta(days=1)
#: Spans of dates shown before the rest is only counted.
SPANS_SHOWN = 12
DECIDED_SHOWN = 8
TONES = {
    "pending": "quiet",
    "running": "info",
    "stale": "stale",
    "failed": "error",
    "partial": "error",
    "succeeded": "ok",
    "unchanged": "ok",
    "waived": "attention",
}


@dataclass(frozen=True)
class Span:
    """Consecutive dates, both ends included."""

    start: date
    end: date

    @property
    def days(self) -> int:
        """How many dates."""
        return (self.end - self.start).days + 1


def spans(days: Iterable[date]) -> list[Span]:
    """Dates grouped into spans without a gap, oldest first."""
    found: list[Span] = []
    for day in sorted(days):
        if found and day == found[-1].end + DAY:
            found[-1] = Span(found[-1].start, day)
        else:
            found.append(Span(day, day))
    return found


def state_of(run: StandingRun, progress: Progress | None) -> str:
    """The run's state as it truly is: a lease that is over is stale, a failure with parts done is partial."""
    if run.status == Run.Status.RUNNING and run.lost:
        return "stale"
    if run.status == Run.Status.FAILED and progress and progress.done:
        return "partial"
    return run.status


def row(run: StandingRun, progress: Progress | None) -> dict[str, Any]:
    """One night: its state in words, how far it came, how long it took, why it was run and what to do."""
    state = state_of(run, progress)
    took = (run.finished_at - run.started_at).total_seconds() if run.finished_at and run.started_at else None
    return {
        "run": run,
        "code": state,
        "state": TONES[state],
        "text": _text(state, run, progress),
        "progress": progress,
        "stage": Chunk.Stage(progress.stage).label if progress else "",
        "seconds": None if took is None else f"{took:.1f}",
        "superseded": run.status == Run.Status.SUCCEEDED and not run.is_current,
        "reason": why(run),
        "todo": todo(state, run),
        "newest": run.version == run.newest,
        "again": run.version == run.newest and state in ("failed", "partial", "waived"),
    }


def _text(state: str, run: Run, progress: Progress | None) -> str:
    words = {
        "stale": _("执行者失联"),
        "partial": _("失败，未完成"),
    }
    text = words.get(state, run.get_status_display())
    if progress is None or state not in ("running", "stale", "partial"):
        return text
    return _("%(state)s %(done)s / %(total)s 块") % {
        "state": text,
        "done": progress.done,
        "total": progress.total,
    }


def why(run: Run) -> str:
    """Why this version exists, in the reader's language; empty for the first one of a date."""
    if run.reason.startswith("bundle ") and run.requested_by is None:
        return _("因批次 %(numbers)s 重算") % {"numbers": run.reason.removeprefix("bundle ")}
    if run.requested_by is None:
        return run.reason
    return _("%(reason)s（%(asked)s 提出，%(decided)s 复核）") % {
        "reason": run.reason,
        "asked": run.requested_by,
        "decided": run.approved_by or "—",
    }


def todo(state: str, run: StandingRun) -> str:
    """What happens next, or what people are to do."""
    if state == "stale":
        return _stale(run)
    if state == "unchanged":
        return _("各数与现行版本相同，未另发布。")
    if state not in ("failed", "partial"):
        return ""
    if run.version < run.newest:
        return _("已由第 %(version)s 版接替，无需处理。") % {"version": run.newest}
    return _failed(run)


def _stale(run: Run) -> str:
    if run.attempts >= Run.ATTEMPTS:
        return _("已执行 %(count)s 次，下一次检查将记为失败。") % {"count": run.attempts}
    return _("租约已过；下一次检查（每分钟一次）由其他进程接手，已完成的块不重做。")


def _failed(run: StandingRun) -> str:
    if run.published:
        return _("第 %(version)s 版仍然有效；消除原因后可再申请重算。") % {"version": run.published}
    if run.through_bundle_id != run.last_bundle:
        return _("此后已有新批次入库，下一次检查会自动重新执行。")
    return _(
        "按错误更正数据包或环境后申请重算，或由运维重新执行 run_nights；无法执行时由风险申请豁免。"
        "该日未发布任何数字，此前已发布的不受影响。"
    )


def rows(runs: Sequence[StandingRun]) -> list[dict[str, Any]]:
    """The nights of a page, their chunks counted once for all."""
    found = queries.progress(runs)
    return [row(run, found.get(run.pk)) for run in runs]


def board(today: date) -> dict[str, Any]:
    """What runs, what is due, what holds things up, and which expected files lack."""
    due, waiting_for = queries.due_dates(today - DAY)
    running = rows(list(queries.runs_as_they_stand().filter(status=Run.Status.RUNNING).order_by("id")))
    at_work = {each["run"].business_date for each in running}
    due = [day for day in due if day not in at_work]
    blocked = _blocking(due)
    latest = queries.latest_run()
    return {
        "running": running,
        "latest": latest,
        "due": due,
        "due_spans": spans(due)[:SPANS_SHOWN],
        "due_spans_more": max(0, len(spans(due)) - SPANS_SHOWN),
        "asked": sorted(set(queries.asked_dates()) - at_work),
        "failed": blocked,
        "behind": len([day for day in due if blocked and day > blocked["run"].business_date]),
        "waiting_for": waiting_for,
        "waiting": queries.waiting(waiting_for),
        "lacking": lacking(latest),
        "polls": _polls(running, due, blocked),
    }


def _polls(running: list[dict[str, Any]], due: Sequence[date], blocked: dict[str, Any] | None) -> str:
    """How often the page asks again: while something runs, more rarely where the next tick will begin."""
    if running:
        return "2s"
    held_up = blocked is not None and due[0] == blocked["run"].business_date
    return "10s" if due and not held_up else ""


def _blocking(due: Sequence[date]) -> dict[str, Any] | None:
    """The first due date whose latest version failed for good: it and what follows wait for people."""
    failed = set(queries.failed_dates()) if due else set()
    first = next((day for day in due if day in failed), None)
    if first is None:
        return None
    return rows(list(queries.runs_as_they_stand().filter(business_date=first).order_by("-version")[:1]))[0]


def lacking(latest: Run | None) -> list[dict[str, Any]]:
    """Expected files that lack in the year to the latest published date, with their dates in spans."""
    if latest is None:
        return []
    year = windows.window("year", latest.business_date)
    return [
        {"file": file, "count": len(days), "first": days[0], "spans": spans(days)[:SPANS_SHOWN]}
        for file, days in queries.missing_feeds(year.start, year.end).items()
    ]


def waiting_text(day: date) -> str:
    """What the nights wait for from `day` on, in a few words."""
    waiting = queries.waiting(day)
    if waiting and waiting.files:
        return _("等待 %(day)s 的 %(files)s") % {"day": day, "files": ", ".join(waiting.files)}
    return _("等待 %(day)s 起的数据") % {"day": day}


def unowned(today: date) -> list[str]:
    """What waits although nobody may deal with it: kinds and numbers, for the page sees no business data."""
    return [
        _("%(name)s：%(count)s 项") % {"name": notices.text(code).name, "count": count}
        for code, count in deadlines.unowned(today).items()
    ]


def asked_for(user: User, on: date) -> dict[str, Any]:
    """Requests that wait for a decision, with whether the reader may decide, and the latest decided ones."""
    known = RunRequest.objects.select_related("requested_by", "decided_by", "run")
    opened = known.filter(decided_at=None).order_by("id")
    may_ask, may_decide = requests.allowed(user, on=on)
    return {
        "requests": [
            {"request": each, "mine": each.kind in may_decide and each.requested_by_id != user.pk}
            for each in opened
        ],
        "decided": list(known.filter(decided_at__isnull=False).order_by("-decided_at")[:DECIDED_SHOWN]),
        "may_rerun": RunRequest.Kind.RERUN in may_ask,
        "may_waive": RunRequest.Kind.WAIVE in may_ask,
    }
