"""Statistics of a manager's peers, the manager among them: exact, and open while a figure is awaited."""

from collections.abc import Mapping
from fractions import Fraction

from ledger.rules.figures import Figure

from .arithmetic import TAKES


def statistic(kind: str, own: int, group: Mapping[int, Figure]) -> Figure:
    """Mean, median, min, max or count of a group, or where one's own figure stands in it.

    Peers without anything to measure are left out; one whose figure is awaited leaves the answer open. Rank 1
    is the highest, equals share the better rank; `share_below` is the share of the others who have less.
    """
    open_ = next((figure for figure in group.values() if figure.state == "missing"), None)
    if open_ is not None:
        return open_
    values = {key: figure.value for key, figure in group.items() if figure.value is not None}
    unit = next((figure.unit for figure in group.values() if figure.value is not None), "")
    if kind == "count":
        return Figure.of(len(values), "count")
    if not values:
        return Figure.not_applicable("no_peers", unit)
    if kind in ("rank", "share_below"):
        return _place(kind, values.get(own), list(values.values()), group.get(own))
    return Figure.of(TAKES[kind](list(values.values())), unit)


def _place(kind: str, mine: Fraction | None, values: list[Fraction], own: Figure | None) -> Figure:
    if mine is None:
        return own or Figure.not_applicable("no_peers", "count")
    if kind == "rank":
        return Figure.of(1 + sum(value > mine for value in values), "count")
    if len(values) == 1:
        return Figure.not_applicable("no_peers", "ratio")
    return Figure.of(Fraction(sum(value < mine for value in values), len(values) - 1), "ratio")
