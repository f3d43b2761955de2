"""Reads pay from a rulebook file: the allowance, and items with amounts, deferral and carry."""

from collections.abc import Mapping
from dataclasses import replace

from .conditions import Label
from .dated import Parameter
from .expressions import deeper, read_operand
from .operands import Named, Number, Operand
from .paying import CARRIES, Deferral, PayItem, Release
from .reading import Table
from .schema import PERIODS
from .surroundings import ZERO, Surroundings
from .trees import read_condition

#: A working life.
MOST_MONTHS = 600


def read_pay(root: Table, around: Surroundings) -> tuple[str, tuple[PayItem, ...]]:
    """The parameter that is the monthly allowance ("" for none), and the items of pay."""
    if not root.has("pay"):
        root.seen.add("pay")
        return "", ()
    table = root.table("pay")
    allowance = _allowance(table, around.parameters)
    items = tuple(_item(each, around) for each in table.tables("items"))
    table.reject_unknown()
    return allowance, items


def _allowance(table: Table, parameters: Mapping[str, Parameter]) -> str:
    name = table.text("allowance", default="")
    if name and name not in parameters:
        table.add("unknown_parameter", "allowance", value=name, allowed="、".join(parameters))
    return name


def _item(table: Table, around: Surroundings) -> PayItem:
    inner = replace(deeper(table, around), code=table.code())
    label = Label(inner.code, table.text("title"), table.text("title_en"), table.citation(), table.path)
    item = PayItem(
        label=label,
        periods=table.choices("periods", PERIODS, default=()) or (around.default_window,),
        amount=read_operand(table, "amount", inner),
        deferral=_deferral(table.table("deferral"), inner) if table.has("deferral") else None,
        carry=table.choice("carry", CARRIES, default=CARRIES[0]) or CARRIES[0],
        cap=read_operand(table, "cap", inner) if table.has("cap") else None,
    )
    table.seen.update(("window", "floor", "deferral", "cap"))
    table.reject_unknown()
    return item


def _deferral(table: Table, around: Surroundings) -> Deferral:
    claw = table.table("claw_back") if table.has("claw_back") else None
    table.seen.add("claw_back")
    deferral = Deferral(
        share=read_operand(table, "share", around),
        releases=tuple(_release(each) for each in table.tables("releases", required=True)),
        claw_back=None if claw is None else read_condition(claw, replace(around, code="")),
    )
    _check_share(table, deferral.share, around)
    total = sum((release.share for release in deferral.releases), start=ZERO.amount)
    if total != 1:
        table.add("shares_not_one", "releases", value=total)
    table.reject_unknown()
    return deferral


def _check_share(table: Table, share: Operand, around: Surroundings) -> None:
    """What is held back is a part of the award: every number it can have lies between 0 and 1."""
    named = around.parameters.get(share.name) if isinstance(share, Named) else None
    rows = [row.amount for series in named.series.values() for row in series] if named else []
    rows += [share.amount] if isinstance(share, Number) else []
    for amount in rows:
        if amount is not None and not 0 <= amount <= 1:
            table.add("not_a_share", "share", key="share", value=amount)


def _release(table: Table) -> Release:
    share = table.number("share")
    release = Release(table.whole("after_months"), share if share is not None else ZERO.amount)
    if release.share < 0 or not 0 <= release.after_months <= MOST_MONTHS:
        table.add(
            "out_of_range",
            "after_months",
            key="after_months",
            low=0,
            high=MOST_MONTHS,
            value=release.after_months,
        )
    table.reject_unknown()
    return release
