"""History: which tables the database keeps every change of.

A model is kept by one line above its class, `@history.kept()`; `makemigrations` then adds the trigger. The
trigger sees every way a row can change, bulk and plain SQL included, and writes to `HistoryEvent`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from string import Formatter
from typing import TypeVar

import pgtrigger
from django.db import models

M = TypeVar("M", bound=type[models.Model])


@dataclass(frozen=True)
class Kept:
    """A kept table: what its log entries call a row, which columns stay out, and which only as a digest."""

    subject: str
    left_out: tuple[str, ...]
    sealed: tuple[str, ...]


KEPT: dict[type[models.Model], Kept] = {}


def kept(
    *,
    subject: str = "",
    left_out: tuple[str, ...] = (),
    sealed: tuple[str, ...] = (),
    inserts: bool = True,
) -> Callable[[M], M]:
    """Keep every change of the model's rows.

    `subject` is how `LogEntry` names a row, with its attributes in braces ("manager:{employee_no}").
    `left_out` columns are not kept at all (secrets, marks of every login), `sealed` ones only as a digest.
    `inserts=False` is for tables that bundles fill by the million: the bundle is their record.
    """

    def register(model: M) -> M:
        KEPT[model] = Kept(subject, left_out, sealed)
        key = model._meta.pk
        assert key is not None
        given = ", ".join(_array(names) for names in (left_out, sealed))
        operation = pgtrigger.Update | pgtrigger.Delete
        trigger = pgtrigger.Trigger(
            name="history",
            when=pgtrigger.After,
            operation=operation | pgtrigger.Insert if inserts else operation,
            func=(
                f"PERFORM managers_keep_history('{model._meta.db_table}', '{key.column}', TG_OP,"
                f" to_jsonb(OLD), to_jsonb(NEW), {given}); RETURN NULL;"
            ),
        )
        return pgtrigger.register(trigger)(model)

    return register


def _array(names: tuple[str, ...]) -> str:
    return "ARRAY[" + ", ".join(f"'{name}'" for name in names) + "]::text[]"


def kept_tables() -> dict[str, type[models.Model]]:
    """The kept models by the name of their table."""
    return {model._meta.db_table: model for model in KEPT}


def parts(subject: str) -> list[str]:
    """The attributes that a subject is made of."""
    return [name for _text, name, _spec, _conversion in Formatter().parse(subject) if name]


def subject_of(row: models.Model) -> str:
    """How the log names a row; empty where it does not."""
    kept = KEPT.get(type(row))
    names = parts(kept.subject) if kept else []
    return kept.subject.format_map({name: getattr(row, name) for name in names}) if kept else ""
