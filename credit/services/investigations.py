"""Investigations: opened, written by two managers, signed by each with the own login, closed."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from credit.models import Evidence, Investigation, Section
from credit.models.investigations import STEPS
from credit.permissions import handles, own_file
from credit.services.fitness import check_fit
from managers.models import ClientManager, Customer, LogEntry, User
from managers.services import deadlines, files
from managers.services.stepping import Procedure, Refusal, locked, refuse_state, take

KIND = "investigation"
RELATED = ("customer__branch", "first__branch", "second__branch", "first__user", "second__user")
#: The same machine, judged once about each of the two.
FIRST = Procedure(Investigation, KIND, STEPS, related=("customer", "first", "second"), about="first")
SECOND = Procedure(Investigation, KIND, STEPS, related=("customer", "first", "second"), about="second")
MOST_TEXT = 20_000
State = Investigation.State


def start(customer: Customer, second: ClientManager, *, kind: str, by: User, on: date) -> Investigation:
    """Open an investigation with a colleague; by the manager who handles the customer's credit."""
    first = own_file(by)
    if first is None or not handles(by, customer, on):
        raise PermissionDenied(_("授信调查由该户的信贷经办客户经理发起；请转给经办人。"))
    if first.pk == second.pk:
        raise Refusal(_("调查须由两名客户经理进行；请另选一位协办。"))
    for each in ClientManager.objects.filter(pk__in=[first.pk, second.pk]).select_related("user", "branch"):
        check_fit(each, on)
    if kind not in Investigation.Kind.values:
        raise Refusal(_("请选择调查的类别。"))
    with transaction.atomic():
        row = Investigation.objects.create(
            customer=customer, kind=kind, first=first, second=second, started_on=on
        )
        detail = {"customer": customer.customer_no, "second": second.employee_no}
        LogEntry.objects.create(
            by=by, action="open_investigation", subject=f"{KIND}:{row.pk}", to_state=row.state, detail=detail
        )
    return row


@dataclass(frozen=True)
class Written:
    """What somebody puts under a heading; `seen` is the mark of the text that stood there when they began."""

    text: str
    seen: str
    uploads: Sequence[Any] = ()

    @property
    def changes(self) -> bool:
        """Whether there is anything to keep."""
        return bool(self.uploads) or mark_of(self.text) != self.seen


def mark_of(text: str) -> str:
    """A short mark of a text, the same for every way of ending its lines: "" for none."""
    plain = "\n".join(text.split("\r\n")).strip()
    return hashlib.sha256(plain.encode()).hexdigest()[:16] if plain else ""


def write_all(
    pk: int, parts: Mapping[str, Written], *, by: User, on: date
) -> tuple[list[str], dict[str, str]]:
    """Write every heading that was changed, each for itself: those written, and why of the others.

    Two people write one report: what the other has changed in the meantime is not overwritten.
    """
    _side(locate(pk), by)
    done, wrong = [], {}
    for code, part in parts.items():
        if part.changes:
            try:
                write(pk, code, part.text, by=by, on=on, uploads=part.uploads, seen=part.seen)
                done.append(code)
            except Refusal as refusal:
                wrong[code] = str(refusal)
    return done, wrong


def write(
    pk: int,
    code: str,
    text: str,
    *,
    by: User,
    on: date,
    uploads: Iterable[Any] = (),
    seen: str | None = None,
) -> None:
    """Write one heading, with files as its evidence; by either of the two, until one has signed.

    With `seen`, the mark of the text that the writer had before, refused where somebody has changed it since.
    """
    text = text.strip()
    if code not in Section.Code.values:
        raise Refusal(_("没有这一部分；请刷新页面后再试。"))
    if not text:
        raise Refusal(_("“%(part)s”还没有内容；请写明调查所见。") % {"part": Section.Code(code).label})
    if len(text) > MOST_TEXT:
        raise Refusal(_("内容超过 %(most)s 字；请精简，或作为附件上传。") % {"most": MOST_TEXT})
    with transaction.atomic():
        row = locked(FIRST, pk)
        _side(row, by)
        if row.state != State.DRAFTED:
            raise Refusal(_("已有人签署，内容不能再改；如需修改，请先撤回签署。"))
        if seen is not None:
            _refuse_overtaken(row, code, text, seen)
        Section.objects.update_or_create(
            investigation=row, code=code, defaults={"text": text, "written_by": by}
        )
        for upload in uploads:
            kept = files.keep(upload, by=by, customer=row.customer, permission="view_credit_file")
            Evidence.objects.create(investigation=row, code=code, file=kept)


def _refuse_overtaken(row: Investigation, code: str, text: str, seen: str) -> None:
    """Somebody else has written under the heading since the writer looked, and not the same."""
    now = row.sections.filter(code=code).select_related("written_by").first()
    if now is not None and mark_of(now.text) not in (seen, mark_of(text)):
        words = {"part": Section.Code(code).label, "who": now.written_by}
        raise Refusal(
            _("“%(part)s”已由 %(who)s 改写；请对照现有内容，改好后再保存，保存后以您的文字为准。") % words
        )


def locate(pk: int) -> Investigation:
    """The investigation with its two people, as it stands."""
    row = Investigation.objects.select_related("first", "second").filter(pk=pk).first()
    if row is None:
        raise Refusal(_("找不到要办理的事项；请刷新列表后重新选择。"))
    return row


def sign(pk: int, *, by: User, on: date, key: str = "") -> LogEntry:
    """Sign what is written, as one of the two; the second signature makes it whole."""
    row = locate(pk)
    side = _side(row, by)
    name = "sign_once" if row.state == State.DRAFTED else "sign"

    def move(row: Investigation) -> None:
        _refuse_unready(row, on)
        found = digest_of(row)
        if name == "sign_once":
            row.digest, row.signed_once_on = found, on
        elif row.digest != found:
            raise Refusal(_("内容与第一人签署时不同；请撤回签署，核对后重新签署。"))
        if getattr(row, f"signed_{side}_by_id") is not None:
            raise Refusal(_("您已签署；须由另一位调查人用本人的账号签署。"))
        setattr(row, f"signed_{side}_by", by)
        row.signed_on = on if name == "sign" else None

    about = FIRST if side == "first" else SECOND
    return _take(about, name, pk, by=by, on=on, move=move, key=key)


def reopen(pk: int, *, by: User, on: date, reason: str, key: str = "") -> LogEntry:
    """Take the first signature back, to change something; by either of the two."""

    def move(row: Investigation) -> None:
        row.signed_first_by = row.signed_second_by = row.signed_once_on = None
        row.digest = ""

    return _step("reopen", pk, by=by, on=on, reason=reason, key=key, move=move)


def close(pk: int, *, by: User, on: date, reason: str, key: str = "") -> LogEntry:
    """Nothing more is proposed on it; by either of the two."""
    return _step("close", pk, by=by, on=on, reason=reason, key=key, move=None)


def _step(name: str, pk: int, *, by: User, on: date, reason: str, key: str, move: Any) -> LogEntry:
    row = locate(pk)
    if not reason.strip():
        raise Refusal(_("请写明原因，让对方知道怎么办。"))
    about = FIRST if _side(row, by) == "first" else SECOND
    return _take(about, name, pk, by=by, on=on, move=move, reason=reason, key=key)


def _take(about: Procedure, name: str, pk: int, *, on: date, **given: Any) -> LogEntry:
    """One step, and whoever waited for it or waits now told."""
    with transaction.atomic():
        entry = take(about, name, pk, on=on, action="", own=True, **given)
        deadlines.refresh(KIND, [pk], on=on)
    return entry


def _side(row: Investigation, by: User) -> str:
    """Which of the two a person is."""
    own = own_file(by)
    if own is not None and own.pk in (row.first_id, row.second_id):
        return "first" if own.pk == row.first_id else "second"
    raise PermissionDenied(_("只有两位调查人可以办理；您可以查看。"))


def _refuse_unready(row: Investigation, on: date) -> None:
    """Both are still fit, and every heading is written."""
    if row.state not in (State.DRAFTED, State.SIGNED_ONCE):
        raise refuse_state(FIRST, "sign", row)
    for each in ClientManager.objects.filter(pk__in=[row.first_id, row.second_id]).select_related(
        "user", "branch"
    ):
        check_fit(each, on)
    written = set(row.sections.values_list("code", flat=True))
    lacking = [str(code.label) for code in Section.Code if code not in written]
    if lacking:
        raise Refusal(_("还没有写：%(parts)s；写完后再签署。") % {"parts": "、".join(lacking)})


def digest_of(row: Investigation) -> str:
    """SHA-256 over what stands in it: the headings' texts and the digests of the evidence, in order."""
    said = {
        "customer": row.customer.customer_no,
        "kind": row.kind,
        "sections": sorted(row.sections.values_list("code", "text")),
        "evidence": sorted(row.evidence.values_list("code", "file__sha256")),
    }
    return hashlib.sha256(json.dumps(said, ensure_ascii=True).encode()).hexdigest()
