"""What is known of one metric: an exact value, not applicable, or missing - and never a silent zero."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction
from typing import Any, Literal, NamedTuple

State = Literal["value", "not_applicable", "missing"]

#: Decimal places shown for each unit; comparisons never use them.
PLACES = {
    "CNY": 2,
    "USD": 2,
    "CNY-days": 2,
    "ratio": 6,
    "count": 0,
    "months": 0,
    "flag": 0,
    "number": 4,
    "points": 2,
}


class MetricRef(NamedTuple):
    """One question to the ledger: which metric, over which window, leaving out which customers.

    ``floor`` is the least own daily average of deposits (yuan) a customer needs to count; 0 counts all.
    ``params`` are sorted pairs with defaults filled in, e.g. ``(("base", "customer"),)``.
    """

    code: str
    window: str
    floor: Decimal = Decimal(0)
    params: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Figure:
    """The answer to a `MetricRef`: ``value`` is set exactly when ``state`` is "value".

    ``reason`` is a code of `wording.FIGURE_REASONS`, ``params`` fill its sentence (dates and names as text),
    ``detail`` is free evidence shown beside the figure (which customer, how many days).
    """

    state: State
    value: Fraction | None = None
    unit: str = ""
    reason: str = ""
    params: Mapping[str, str] = field(default_factory=dict)
    detail: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, value: Fraction | Decimal | int | str, unit: str = "", **detail: str) -> "Figure":
        """A known value, kept exactly; floats are not accepted because they are not exact."""
        if isinstance(value, float):
            raise TypeError("a figure takes Fraction, Decimal, int or text, never a float")
        return cls("value", value if isinstance(value, Fraction) else Fraction(value), unit, detail=detail)

    @classmethod
    def not_applicable(cls, reason: str = "nothing_to_measure", unit: str = "", **params: str) -> "Figure":
        """Nothing to measure, or the bank has not configured that feed; neither a pass nor a fail."""
        return cls("not_applicable", None, unit, reason, params)

    @classmethod
    def missing(cls, reason: str = "not_supplied", unit: str = "", **params: str) -> "Figure":
        """Something that should have arrived has not; whatever rests on it is undecided."""
        return cls("missing", None, unit, reason, params)


Evidence = Mapping[MetricRef, Figure]


class Adding(NamedTuple):
    """What two people have decided to add to a computed figure, and the numbers of those decisions."""

    amount: Fraction
    adjustments: tuple[int, ...]


def adjusted(evidence: Evidence, adding: Mapping[tuple[str, str], Adding]) -> Evidence:
    """The evidence with amounts added by (metric, window); what was computed stays beside it in the detail.

    A figure that is missing or not applicable stays so: an adjustment is no measurement.
    """
    return {ref: _added(figure, adding.get((ref.code, ref.window))) for ref, figure in evidence.items()}


def _added(figure: Figure, adding: Adding | None) -> Figure:
    if adding is None or figure.value is None:
        return figure
    said = {
        "computed": str(shown(figure.value, figure.unit)),
        "adjusted": str(shown(adding.amount, figure.unit)),
        "adjustments": ", ".join(str(number) for number in adding.adjustments),
    }
    return replace(figure, value=figure.value + adding.amount, detail={**figure.detail, **said})


def shown(value: Fraction | None, unit: str) -> str | None:
    """The value as decimal text, rounded half up once, to the places of its unit (2 for an unknown unit)."""
    if value is None:
        return None
    places = PLACES.get(unit, 2)
    scaled = abs(value.numerator) * 10**places * 2 + value.denominator
    units = scaled // (2 * value.denominator)
    text = str(units).rjust(places + 1, "0")
    whole = f"{text[:-places]}.{text[-places:]}" if places else text
    return f"-{whole}" if value < 0 and units else whole


def decimal_of(value: Fraction) -> Decimal:
    """A fraction as a Decimal: exact where it has a short decimal form, else half up to 28 digits."""
    with localcontext() as context:
        context.rounding = ROUND_HALF_UP
        return Decimal(value.numerator) / Decimal(value.denominator)


def evidence_to_list(evidence: Evidence) -> list[dict[str, Any]]:
    """Evidence as JSON-able rows in a stable order; fractions stay exact as "numerator/denominator"."""
    return [_row(ref, evidence[ref]) for ref in sorted(evidence)]


def evidence_from_list(rows: Iterable[Mapping[str, Any]]) -> dict[MetricRef, Figure]:
    """The evidence that `evidence_to_list` wrote down, exactly."""
    return dict(_entry(row) for row in rows)


def _row(ref: MetricRef, figure: Figure) -> dict[str, Any]:
    row: dict[str, Any] = {
        "metric": ref.code,
        "window": ref.window,
        "floor": str(ref.floor),
        "state": figure.state,
    }
    optional = {
        "value": None if figure.value is None else str(figure.value),
        "unit": figure.unit,
        "reason": figure.reason,
        "metric_params": dict(ref.params),
        "params": dict(figure.params),
        "detail": dict(figure.detail),
    }
    return row | {key: value for key, value in optional.items() if value}


def _entry(row: Mapping[str, Any]) -> tuple[MetricRef, Figure]:
    pairs = tuple(sorted((str(k), str(v)) for k, v in row.get("metric_params", {}).items()))
    ref = MetricRef(row["metric"], row["window"], Decimal(row["floor"]), pairs)
    value = Fraction(row["value"]) if "value" in row else None
    words = (row.get("unit", ""), row.get("reason", ""), row.get("params", {}), row.get("detail", {}))
    return ref, Figure(row["state"], value, *words)
