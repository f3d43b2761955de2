"""Identity data: kept sealed, shown masked, opened one field at a time for a reason that is written down."""

import hashlib
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from django.apps import apps
from django.db import models, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from managers.models import ClientManager, LogEntry, User
from managers.models.sealed import SealedText
from managers.permissions import check_may, roles_of
from managers.rules import identity as rules
from managers.rules import masking
from managers.services import sealedtext

MASKS = {
    "identity_no": masking.identity,
    "phone": masking.phone,
    "address": masking.address,
    "family": masking.family,
}
FLAWS = {
    "identity_no": gettext_lazy("身份证号不正确：须为 18 位，且末位校验码相符。"),
    "phone": gettext_lazy("电话号码须为 7 至 15 位数字。"),
    "too_long": gettext_lazy("内容过长，请缩短。"),
}
#: Characters a reason, and a case number, must have at least.
LEAST_REASON, LEAST_CASE = 4, 4
ROTATED_AT_ONCE = 500


class Refused(ValueError):
    """What may not be done as asked; nothing changed. `field` says where, if at one field."""

    def __init__(self, text: str, field: str = "") -> None:
        super().__init__(text)
        self.field = field


def sealed_fields(model: type[models.Model]) -> list[str]:
    """The names of a model's sealed columns, in their order."""
    return [field.name for field in model._meta.concrete_fields if isinstance(field, SealedText)]


def masked(row: models.Model) -> dict[str, str | None]:
    """Every sealed field as anybody sees it who may see the row; None where it cannot be opened."""
    return {name: _masked(row, name) for name in sealed_fields(type(row))}


def _masked(row: models.Model, name: str) -> str | None:
    try:
        return MASKS[name](sealedtext.opened(row, name))
    except sealedtext.Unreadable:
        return None


def amend(manager: ClientManager, values: Mapping[str, str], *, by: User, on: date) -> list[str]:
    """Keep new identity data of a manager, sealed; an empty text removes one. The fields that changed.

    PermissionDenied without `edit_people` for this manager, Refused where a value is none. The log says which
    fields, never what was in them.
    """
    with transaction.atomic():
        row = _locked(manager)
        check_may(by, "edit_people", on=on, about=row)
        wanted = {name: rules.normal(name, text) for name, text in values.items()}
        changed = [name for name, text in wanted.items() if text != _plain(row, name)]
        for name in changed:
            _check(name, wanted[name])
        if changed:
            _write(row, {name: wanted[name] for name in changed})
            _log(by, "amend_identity", row, {"fields": changed})
        return changed


def _locked(manager: ClientManager) -> ClientManager:
    rows = ClientManager.objects.select_for_update(of=("self",)).select_related("branch")
    return rows.get(pk=manager.pk)


def _plain(row: models.Model, name: str) -> str | None:
    try:
        return sealedtext.opened(row, name)
    except sealedtext.Unreadable:
        return None


def _check(name: str, text: str) -> None:
    code = rules.flaw(name, text) if text else ""
    if code:
        raise Refused(str(FLAWS[code]), name)


def _write(row: models.Model, values: Mapping[str, str]) -> None:
    columns: dict[str, Any] = {name: sealedtext.sealed(row, name, text) for name, text in values.items()}
    if "identity_no" in values:
        columns["identity_index"] = sealedtext.index(values["identity_no"])
    type(row)._base_manager.filter(pk=row.pk).update(**columns)


def seal(row: models.Model, values: Mapping[str, str]) -> None:
    """Keep identity data of a row that is there, sealed; Refused where a value is none. Callers log it."""
    wanted = {name: rules.normal(name, text) for name, text in values.items()}
    for name, text in wanted.items():
        _check(name, text)
    _write(row, wanted)


def reveal(manager: ClientManager, name: str, *, by: User, on: date, reason: str, case_no: str = "") -> str:
    """One field of a manager in plain, once; who asked and why is in the log before anybody sees it.

    PermissionDenied without `reveal_identity` for this manager. Refused without a reason, for an auditor
    without a case number, for an unknown field, and where the text cannot be opened.
    """
    with transaction.atomic():
        row = _locked(manager)
        check_may(by, "reveal_identity", on=on, about=row)
        subject = f"manager:{row.employee_no}"
        return opened_for(row, name, subject, by=by, on=on, reason=reason, case_no=case_no)


def opened_for(
    row: models.Model, name: str, subject: str, *, by: User, on: date, reason: str, case_no: str = ""
) -> str:
    """One field of a row in plain, for somebody who may; the log says who and why before it is seen.

    Refused without a reason, for an auditor without a case number, and where the text cannot be opened.
    """
    reason, case_no = reason.strip(), case_no.strip()
    if name not in sealed_fields(type(row)):
        raise Refused(_("没有这一项资料；请刷新页面后再试。"))
    if len(reason) < LEAST_REASON:
        raise Refused(_("请写明查看的原因（至少 %(count)s 个字）。") % {"count": LEAST_REASON})
    if needs_case(by, on=on) and len(case_no) < LEAST_CASE:
        raise Refused(_("稽核查看须填写案号。"))
    try:
        text = sealedtext.opened(row, name)
    except sealedtext.Unreadable:
        raise Refused(_("这项资料无法解密：密钥不符或内容被改动。请联系系统管理员核查。")) from None
    detail = {"field": name} | ({"case": case_no} if case_no else {})
    LogEntry.objects.create(by=by, action="read_identity", subject=subject, reason=reason, detail=detail)
    return text


def needs_case(user: User, *, on: date) -> bool:
    """Whether the person looks as an auditor, and so under a case number."""
    return "auditor" in roles_of(user, on)


def note_opening(manager: ClientManager, *, by: User) -> None:
    """Write down that somebody opened the file of somebody else."""
    if manager.user_id != by.pk:
        _log(by, "read_file", manager, {})


def note_reading(manager: ClientManager, *, by: User, on: date, subject: str = "") -> None:
    """Write down that somebody read figures of somebody else: once a day for each subject.

    `subject` is what was read where that is not the manager as a whole: `appraisal:17`.
    """
    if manager.user_id is not None and manager.user_id == by.pk:
        return
    note_day(subject or f"manager:{manager.employee_no}", by=by, on=on)


def note_day(about: str, *, by: User, on: date) -> None:
    """Write down that somebody read a sensitive file: once a day for each subject."""
    key = hashlib.sha256(f"read_file/{by.pk}/{about}/{on}".encode()).hexdigest()
    entry = LogEntry(by=by, action="read_file", subject=about, key=key)
    # Two pages opened at once meet in the key; the second of them says nothing new.
    LogEntry.objects.bulk_create([entry], ignore_conflicts=True)


def _log(by: User, action: str, row: ClientManager, detail: dict[str, Any], reason: str = "") -> None:
    subject = f"manager:{row.employee_no}"
    LogEntry.objects.create(by=by, action=action, subject=subject, reason=reason, detail=detail)


def find(text: str, *, by: User, on: date) -> ClientManager | None:
    """The manager in the reach of `by` with exactly this identity number; the search itself is logged."""
    found: ClientManager | None = with_identity_no(text).visible_to(by, on).first()  # type: ignore[attr-defined]
    LogEntry.objects.create(
        by=by, action="search_identity", subject=f"manager:{found.employee_no}" if found else "manager"
    )
    return found


def with_identity_no(text: str) -> models.QuerySet[ClientManager]:
    """The managers with exactly this identity number; what is seen of them is the caller's business."""
    keys = sealedtext.indexes(rules.normal("identity_no", text))
    return ClientManager.objects.filter(identity_index__in=keys)


# --- Change of keys ----------------------------------------------------------------------------------------


def rotate(newest: str) -> dict[str, int]:
    """Seal anew whatever another key than `newest` sealed, some rows a transaction; how many by table."""
    return {
        model._meta.db_table: sum(_rotate_some(model, newest, rows) for rows in _old(model, newest))
        for model in apps.get_models()
        if sealed_fields(model)
    }


def _old(model: type[models.Model], newest: str) -> Iterator[list[int]]:
    """Keys of the rows that still hold a text of an older key, some at a time."""
    there = models.Q()
    for name in sealed_fields(model):
        there |= models.Q(**{f"{name}__isnull": False}) & ~models.Q(**{f"{name}__startswith": f"{newest}:"})
    last = 0
    rows = model._base_manager.filter(there).order_by("pk").values_list("pk", flat=True)
    while some := list(rows.filter(pk__gt=last)[:ROTATED_AT_ONCE]):
        yield some
        last = some[-1]


def _rotate_some(model: type[models.Model], newest: str, keys: list[int]) -> int:
    with transaction.atomic():
        rows = model._base_manager.select_for_update(of=("self",)).filter(pk__in=keys).order_by("pk")
        for row in rows:
            held = [name for name in sealed_fields(model) if getattr(row, name)]
            _write(row, {name: sealedtext.opened(row, name) for name in held})
    return len(keys)
