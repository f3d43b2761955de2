"""How a line of the log reads: who, for whom, when, which record, what changed and why, in words."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.auth import get_user_model
from django.db import models
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from managers import history
from managers.audit import words
from managers.models import Branch, ClientManager, Customer, HistoryEvent, LogEntry
from managers.queries import log
from managers.queries.log import Line
from managers.rules import masking

LONGEST = 160
#: Tables whose rows are named wherever a column points to one.
NAMED: tuple[type[models.Model], ...] = (get_user_model(), Branch, ClientManager, Customer)
Names = Mapping[tuple[type[models.Model], str], str]


@dataclass(frozen=True)
class Change:
    """One column: its label, what was there and what is there; empty where nothing is to be compared."""

    label: str
    before: str
    after: str


@dataclass(frozen=True)
class Shown:
    """A line as the page and the export show it."""

    at: Any
    who: str
    on_behalf_of: str
    what: str
    record: str
    table: str
    row: str
    changes: list[Change]
    whole: bool
    reason: str
    request: str
    source: str
    is_read: bool


def shown(lines: Sequence[Line]) -> list[Shown]:
    """The lines in words; the names they need are read once for all of them."""
    events = [line.row for line in lines if line.kind == log.HISTORY]
    said = log.said_with(event.transaction for event in events)
    names = _names(events)
    return [
        _event(line.row, said.get(line.row.transaction), names)
        if line.kind == log.HISTORY
        else _entry(line.row)
        for line in lines
    ]


def _entry(entry: LogEntry) -> Shown:
    changes = [_said(entry, name, value) for name, value in entry.detail.items()]
    if entry.to_state:
        changes.insert(0, Change(_("状态"), *_states(entry)))
    return Shown(
        at=entry.at,
        who=str(entry.by or ""),
        on_behalf_of=str(entry.on_behalf_of or ""),
        what=words.action(entry.action),
        record=words.subject(entry.subject),
        table="",
        row="",
        changes=changes,
        whole=False,
        reason=entry.reason,
        request=str(entry.request or ""),
        source="" if entry.by_id else _("平台作业"),
        is_read=entry.action.startswith(log.READS),
    )


def _said(entry: LogEntry, name: str, value: Any) -> Change:
    """One detail of an entry; a pair is what was and what is, anything else stands alone."""
    model = _model_of(entry.subject)
    field = _columns(model).get(name)
    label = str(field.verbose_name if field else words.DETAILS.get(name, name))
    if name == "methods":
        return Change(label, "", "、".join(str(words.METHODS.get(each, each)) for each in value))
    if isinstance(value, list) and len(value) == len(("before", "after")) and name not in ("field", "fields"):
        before, after = (_value(field, each, {}) for each in value)
        return Change(label, before, after)
    if name in ("field", "fields") and model is not None:
        columns = _columns(model)
        named = [value] if isinstance(value, str) else value
        value = "、".join(str(columns[each].verbose_name) if each in columns else str(each) for each in named)
    return Change(label, "", _value(field, value, {}))


def _states(entry: LogEntry) -> tuple[str, str]:
    """The states of a step by their labels, where the table of the record has them."""
    field = _columns(_model_of(entry.subject)).get("state")
    before, after = (_value(field, each, {}) for each in (entry.from_state, entry.to_state))
    return before, after


def _model_of(subject: str) -> type[models.Model] | None:
    """The kept table whose rows the log calls by this kind of subject."""
    kind = subject.partition(":")[0]
    named = (model for model, kept in history.KEPT.items() if kept.subject.partition(":")[0] == kind)
    return next(named, None) if kind else None


def _event(event: HistoryEvent, said: LogEntry | None, names: Names) -> Shown:
    model = history.kept_tables().get(event.table)
    context = event.context or {}
    who = event.by or (said.by if said else None)
    return Shown(
        at=event.at,
        who=str(who or "") or (f"#{event.by_id}" if event.by_id else ""),
        on_behalf_of=str((said.on_behalf_of if said else None) or ""),
        what=str(HistoryEvent.Operation(event.operation).label),
        record=_record(model, event, names),
        table=event.table,
        row=event.row,
        changes=_changes(model, event, names),
        whole=event.operation != HistoryEvent.Operation.UPDATE,
        reason=context.get("reason") or (said.reason if said else ""),
        request=str(event.request or ""),
        source=_source(event, context),
        is_read=False,
    )


def _source(event: HistoryEvent, context: Mapping[str, str]) -> str:
    """Through which door the change came."""
    for key, label in (("path", _("页面")), ("command", _("命令")), ("task", _("作业"))):
        if context.get(key):
            return f"{label} {context[key]}"
    return _("未经程序，数据库角色 %(role)s") % {"role": event.role}


def _record(model: type[models.Model] | None, event: HistoryEvent, names: Names) -> str:
    if model is None:
        return f"{event.table} {event.row}"
    name = names.get((model, event.row), "") or f"#{event.row}"
    return f"{model._meta.verbose_name} {name}"


def _changes(model: type[models.Model] | None, event: HistoryEvent, names: Names) -> list[Change]:
    columns = _columns(model)
    before, after = event.before or {}, event.after or {}
    found = []
    for column in event.fields or [key for key in columns if key in before or key in after]:
        field = columns.get(column)
        old, new = (_value(field, row.get(column), names) for row in (before, after))
        if event.fields or old != new:
            found.append(Change(str(field.verbose_name) if field else column, old, new))
    return found


def _columns(model: type[models.Model] | None) -> dict[str, Any]:
    return {str(field.column): field for field in model._meta.concrete_fields} if model else {}


def _value(field: Any, value: Any, names: Names) -> str:
    """A kept value as a reader knows it: by name, by label, in local time, masked where it must be."""
    if field is None or value is None or value == "":
        return _text(value)
    hidden = _hidden(field, value)
    if hidden:
        return hidden
    if field.is_relation:
        return names.get((field.related_model, str(value)), f"#{value}")
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    return _moment(value) if isinstance(field, models.DateTimeField) else _text(value)


def _hidden(field: Any, value: Any) -> str:
    """What is shown in place of a value that says who somebody is; empty for any other."""
    kept = history.KEPT.get(field.model)
    if kept and field.column in kept.sealed:
        return _("已加密 %(mark)s") % {"mark": value}
    return masking.name(str(value)) if field.model is Customer and field.name == "name" else ""


def _moment(value: Any) -> str:
    moment = parse_datetime(str(value))
    if moment is None or not timezone.is_aware(moment):
        return _text(value)
    return timezone.localtime(moment).strftime("%Y-%m-%d %H:%M:%S")


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if value is None or value == "":
        return "—"
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}……"


def _names(events: Iterable[HistoryEvent]) -> Names:
    """The names of the rows that lines are about or point to: one look-up a table."""
    wanted: dict[type[models.Model], set[str]] = defaultdict(set)
    for event in events:
        model = history.kept_tables().get(event.table)
        if model is None:
            continue
        wanted[model].add(event.row)
        for column, field in _columns(model).items():
            if field.is_relation and field.related_model in NAMED:
                values = {(row or {}).get(column) for row in (event.before, event.after)}
                wanted[field.related_model] |= {str(value) for value in values if value is not None}
    return {
        (model, str(row.pk)): name_of(row)
        for model, keys in wanted.items()
        for row in model._base_manager.filter(pk__in=keys).select_related(*_needed(model))
    }


def _needed(model: type[models.Model]) -> list[str]:
    """What a row's own name is made of, so that naming many rows asks once."""
    return [
        field.name
        for field in model._meta.concrete_fields
        if field.is_relation and field.related_model in NAMED
    ]


def name_of(row: models.Model) -> str:
    """A row by name; a customer masked, for the log is read by those who do not see customers."""
    if isinstance(row, Customer):
        return f"{masking.name(row.name)} {row.customer_no}"
    return str(row)
