"""What two versions of a date say differently: signed, exact, figure by figure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from ledger.rules.figures import Evidence, Figure, MetricRef, shown

#: What is written where there is no value.
STATES = {"not_applicable": "NA", "missing": "MISSING"}


@dataclass(frozen=True)
class Difference:
    """One figure before and after. `amount` is the signed change, None where either has no value."""

    ref: MetricRef
    before: Figure
    after: Figure

    @property
    def unit(self) -> str:
        """The unit of the figure."""
        return self.after.unit or self.before.unit

    @property
    def amount(self) -> Fraction | None:
        """After less before."""
        if self.before.value is None or self.after.value is None:
            return None
        return self.after.value - self.before.value

    @property
    def text(self) -> str:
        """The signed change, "+1,234.56", or what became of what, "1,234.56 → MISSING"."""
        if self.amount is None:
            return f"{written(self.before)} → {written(self.after)}"
        return signed(self.amount, self.unit)


@dataclass(frozen=True)
class Cause:
    """The bundles that changed something of a manager, and the earliest day any of them changed."""

    since: date | None
    bundles: tuple[int, ...]


def differences(before: Evidence, after: Evidence) -> Iterator[Difference]:
    """Every figure that both have and that differs, in the order of `after`; another reason is none."""
    for ref, figure in after.items():
        earlier = before.get(ref)
        if earlier is not None and (earlier.state, earlier.value) != (figure.state, figure.value):
            yield Difference(ref, earlier, figure)


def written(figure: Figure) -> str:
    """A figure as text: grouped digits at the places of its unit, NA or MISSING."""
    text = shown(figure.value, figure.unit)
    return STATES[figure.state] if text is None else grouped(text)


def signed(amount: Fraction, unit: str) -> str:
    """A change with its sign, grouped; one too small for the places of its unit keeps its direction."""
    text = shown(abs(amount), unit) or ""
    return ("-" if amount < 0 else "+") + grouped(text)


def grouped(digits: str) -> str:
    """Decimal text with commas between thousands."""
    whole, point, places = digits.partition(".")
    return f"{int(whole):,}" + point + places if not whole.startswith("-") else "-" + grouped(digits[1:])


def line(employee_no: str, difference: Difference, cause: Cause) -> str:
    """One line: "E701 deposit_daily_average quarter +1,234.56 since 1993-08-14, bundle 17"."""
    ref = difference.ref
    floor = f" ≥{ref.floor:f}" if ref.floor else ""
    since = f" since {cause.since}" if cause.since else ""
    named = ", ".join(str(number) for number in cause.bundles)
    origin = f", bundle {named}" if named else ""
    return f"{employee_no} {ref.code} {ref.window}{floor} {difference.text}{since}{origin}"
