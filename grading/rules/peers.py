"""Statistics of a manager's peers, the manager among them: exact, and open while a figure is awaited."""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from fractions import Fraction

from ledger.rules.figures import Figure

from .arithmetic import TAKES


def statistic(kind: str, own: int, group: Mapping[int, Figure]) -> Figure:
    """Mean, median, min, max or count of a group, or where one's own figure stands in it (see `Group`)."""
    return Group(group).answer(kind, group.get(own))


class Group:
    """The figures of people who are compared with each other, put in order once for however many of them.

    Peers without anything to measure are left out; one whose figure is awaited leaves every answer open.
    Rank 1 is the highest, equals share the better rank; `share_below` is the share of the others who have
    less.
    """

    def __init__(self, figures: Mapping[int, Figure]) -> None:
        self.open = next((figure for figure in figures.values() if figure.state == "missing"), None)
        known = [figure for figure in figures.values() if figure.value is not None]
        self.values = sorted(figure.value for figure in known if figure.value is not None)
        self.unit = known[0].unit if known else ""
        self._taken: dict[str, Figure] = {}

    def answer(self, kind: str, own: Figure | None) -> Figure:
        """The statistic, for whoever has the figure `own`."""
        if self.open is not None:
            return self.open
        if kind == "count":
            return Figure.of(len(self.values), "count")
        if not self.values:
            return Figure.not_applicable("no_peers", self.unit)
        if kind in ("rank", "share_below"):
            return self._place(kind, own)
        if kind not in self._taken:
            self._taken[kind] = Figure.of(TAKES[kind](self.values), self.unit)
        return self._taken[kind]

    def _place(self, kind: str, own: Figure | None) -> Figure:
        if own is None or own.value is None:
            return own or Figure.not_applicable("no_peers", "count")
        if kind == "rank":
            return Figure.of(1 + len(self.values) - bisect_right(self.values, own.value), "count")
        if len(self.values) == 1:
            return Figure.not_applicable("no_peers", "ratio")
        below = bisect_left(self.values, own.value)
        return Figure.of(Fraction(below, len(self.values) - 1), "ratio")
