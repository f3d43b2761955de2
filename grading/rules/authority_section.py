"""Lending authority in a rulebook file: how much one customer may owe through a manager of a grade."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from .dated import Parameter
from .operands import Named, Scope, Term
from .reading import Table

#: What may stand behind a loan, as the core system delivers it.
SECURITIES = ("credit", "guarantee", "mortgage", "pledge")


@dataclass(frozen=True, slots=True)
class Authority:
    """A limit on one customer's loans: ``limit`` names the parameter with the amount in yuan.

    It speaks of loans of these products with these securities; none named means any.
    """

    grades: tuple[str, ...]
    products: tuple[str, ...]
    securities: tuple[str, ...]
    limit: str
    cites: str

    def term(self, scope: Scope) -> Term:
        """The amount for a grade and branch on a day, with its article; not applicable where none is set."""
        return Named(self.limit).term(scope)


def read_authority(
    root: Table, grades: Sequence[str], parameters: Mapping[str, Parameter]
) -> tuple[Authority, ...]:
    """Every `[[authority]]`, in the order of the text."""
    return tuple(_rule(table, grades, parameters) for table in root.tables("authority"))


def _rule(table: Table, grades: Sequence[str], parameters: Mapping[str, Parameter]) -> Authority:
    rule = Authority(
        grades=table.texts("grades"),
        products=table.texts("products", default=()),
        securities=table.choices("securities", SECURITIES, default=()),
        limit=table.text("limit"),
        cites=table.citation(),
    )
    for code in rule.grades:
        if code not in grades:
            table.add("unknown_grade", "grades", value=code, allowed="、".join(grades))
    _check_limit(table, rule.limit, parameters)
    table.reject_unknown()
    return rule


def _check_limit(table: Table, name: str, parameters: Mapping[str, Parameter]) -> None:
    """The limit is a dated amount in yuan: it changes from year to year, and every one has its article."""
    parameter = parameters.get(name)
    if name and parameter is None:
        table.add("unknown_parameter", "limit", value=name, allowed="、".join(parameters))
    elif parameter is not None and parameter.unit != "CNY":
        fill = {"metric": "limit", "left": "CNY", "right": parameter.unit}
        table.add("unit_mismatch", "limit", name=name, **fill)


def limits(rules: Sequence[Authority], scope: Scope) -> Iterator[tuple[Authority, Term]]:
    """The rules for the grade of a scope, each with its amount."""
    return ((rule, rule.term(scope)) for rule in rules if scope.grade in rule.grades)
