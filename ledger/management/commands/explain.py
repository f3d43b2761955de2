"""explain EMPLOYEE_NO METRIC --date D --window W: a figure down to the day, the account and the file."""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from django.core.management.base import CommandError
from django.utils.translation import gettext_lazy as _

from ledger import explanations, queries
from ledger.edge import ReportingCommand, amount, as_of, business_date, not_published
from ledger.explanations import Explained
from ledger.rules.explaining import CustomerPart, Fact, Line, Section, Source
from ledger.rules.figures import shown
from ledger.rules.windows import Window
from ledger.words import FACT_REASONS
from managers.models import ClientManager

REASONS = {
    "": _("计入"),
    "below_floor": _("低于统计下限，未计入"),
    "not_largest": _("不是最大的一户"),
    **FACT_REASONS,
}


class Command(ReportingCommand):
    """Print every part of a figure; exit 1 where the parts do not add up."""

    help = __doc__

    def add_arguments(self, parser: Any) -> None:
        """Whose figure, which, for when."""
        super().add_arguments(parser)
        parser.add_argument("employee_no")
        parser.add_argument("metric")
        parser.add_argument("--date", type=business_date, required=True)
        parser.add_argument("--window", required=True)
        parser.add_argument("--floor", type=amount, default=Decimal(0))
        parser.add_argument(
            "--param",
            type=pair,
            action="append",
            default=[],
            metavar="NAME=VALUE",
            help="what the metric is asked with besides, such as event=complaint or ago=1",
        )
        parser.add_argument("--as-of", type=as_of, metavar="DAY", help="as it was published on that day")

    def handle(self, *args: Any, **options: Any) -> None:
        """Take the figure apart and print it."""
        explained = self._explained(options)
        self.report("\n".join(lines(explained)), facts(explained), as_json=options["json"])
        if not explained.adds_up:
            raise CommandError(_("各行之和与已发布的数值不一致；请执行 verify 并联系系统管理员。"))

    def _explained(self, options: dict[str, Any]) -> Explained:
        manager = ClientManager.objects.filter(employee_no=options["employee_no"]).first()
        if manager is None:
            raise CommandError(_("没有工号 %(number)s 的客户经理。") % {"number": options["employee_no"]})
        try:
            return explanations.explain(
                manager,
                options["metric"],
                on=options["date"],
                window=options["window"],
                floor=options["floor"],
                params=tuple(sorted(options["param"])),
                as_of=options["as_of"],
            )
        except queries.NotPublished:
            raise CommandError(not_published(options["date"], options["as_of"])) from None
        except LookupError:
            raise CommandError(
                _("没有可解释的指标 %(code)s；可用：%(known)s")
                % {"code": options["metric"], "known": ", ".join(explanations.explainable())}
            ) from None
        except ValueError:
            raise CommandError(
                _("没有窗口 %(window)s；可用：month, quarter, year 及 previous_*")
                % {"window": options["window"]}
            ) from None


def pair(text: str) -> tuple[str, str]:
    """A parameter as it is written, NAME=VALUE; ValueError for anything else."""
    name, equals, value = text.partition("=")
    if not (name and equals and value):
        raise ValueError(text)
    return name, value


def value_text(explained: Explained) -> str:
    """The figure at the places of its unit, or its state and reason with what the reason names."""
    figure = explained.figure
    why = " ".join([figure.reason, *(f"{name}={text}" for name, text in figure.params.items())])
    return shown(figure.value, figure.unit) or f"{figure.state} ({why})"


def lines(explained: Explained) -> Iterator[str]:
    """The explanation as indented text."""
    what, run = explained.explanation, explained.run
    yield f"{explained.manager} · {what.metric} · {span_text(what.window)} ({what.window.days})"
    yield f"= {value_text(explained)} {what.unit} · ≥ {what.floor:f} · {run} · bundle {run.through_bundle_id}"
    for section in what.sections:
        yield from section_lines(section)
    if not what.sections:
        return
    agrees = {"sum": shown(what.value, what.unit), "yes": "✓" if explained.adds_up else "✕"}
    yield str(_("各部分之和 = %(sum)s，与已发布的数值一致：%(yes)s") % agrees)


def span_text(window: Window) -> str:
    """A window by name and dates."""
    return f"{window.name} {window.start} – {window.end}"


def section_lines(section: Section) -> Iterator[str]:
    """One sum, its customers and their lines."""
    sign = "−" if section.sign < 0 else "+"
    yield f"{sign} {section.code} {span_text(section.window)}: {section.total:f} ÷ {section.divisor}"
    for part in section.customers:
        yield f"    {part.customer_no} {part.name}: {part.amount:f} · {REASONS[part.reason]}"
        yield from (f"        {line_text(line)}" for line in part.lines)
    yield from (f"    {fact_text(fact)}" for fact in section.facts)


def fact_text(fact: Fact) -> str:
    """One row or customer with what it says, what it adds and where it came from."""
    sources = ", ".join(f"{each.bundle}/{each.file}:{each.line}" for each in fact.sources)
    days = f"{fact.start} – {fact.end or ''}" if fact.end != fact.start else str(fact.start)
    said = f"{fact.label} {days} {shown(fact.quantity, fact.unit)} {fact.text}".rstrip()
    return f"{said}: {fact.amount if fact.counts else 0:f} · {REASONS[fact.reason]} · {sources}"


def line_text(line: Line) -> str:
    """One span of days with its balance, rate, share, product and sources."""
    rate = f" × {line.rate:f}" if line.rate is not None else ""
    sources = ", ".join(f"{each.bundle}/{each.file}:{each.line}" for each in line.sources)
    mark = "" if line.counts else f" [{line.note}]"
    return (
        f"{line.account_no} {line.product_code} {line.start} – {line.end} ({line.days})"
        f" {line.currency} {line.balance:f}{rate} × {line.share:f} = {line.amount:f}{mark} · {sources}"
    )


def facts(explained: Explained) -> dict[str, Any]:
    """The explanation as JSON: exact numbers as text."""
    what = explained.explanation
    return {
        "employee_no": explained.manager.employee_no,
        "metric": what.metric,
        "unit": what.unit,
        "window": what.window.name,
        "from": what.window.start,
        "to": what.window.end,
        "days": what.window.days,
        "floor": f"{what.floor:f}",
        "state": explained.figure.state,
        "reason": explained.figure.reason,
        "reason_params": dict(explained.figure.params),
        "value": shown(explained.figure.value, what.unit),
        "exact": None if explained.figure.value is None else str(explained.figure.value),
        "run": {
            "date": explained.run.business_date,
            "version": explained.run.version,
            "bundle": explained.run.through_bundle_id,
        },
        "combination": what.combination,
        "adds_up": explained.adds_up,
        "sections": [section_facts(section) for section in what.sections],
    }


def section_facts(section: Section) -> dict[str, Any]:
    """One sum with its customers."""
    return {
        "code": section.code,
        "sign": section.sign,
        "divisor": section.divisor,
        "from": section.window.start,
        "to": section.window.end,
        "total": f"{section.total:f}",
        "customers": [customer_facts(part) for part in section.customers],
        "facts": [fact_facts(fact) for fact in section.facts],
    }


def fact_facts(fact: Fact) -> dict[str, Any]:
    """One row or customer with its sources."""
    return {
        "label": fact.label,
        "text": fact.text,
        "from": fact.start,
        "to": fact.end,
        "quantity": shown(fact.quantity, fact.unit),
        "unit": fact.unit,
        "amount": f"{fact.amount:f}",
        "counts": fact.counts,
        "reason": fact.reason,
        "sources": source_facts(fact.sources),
    }


def source_facts(sources: Iterable[Source]) -> list[dict[str, Any]]:
    """Bundle, file and line of each."""
    return [{"bundle": each.bundle, "file": each.file, "line": each.line} for each in sources]


def customer_facts(part: CustomerPart) -> dict[str, Any]:
    """One customer with its lines."""
    return {
        "customer_no": part.customer_no,
        "name": part.name,
        "counted": part.counted,
        "reason": part.reason,
        "own_deposit_product": f"{part.own_product:f}",
        "amount": f"{part.amount:f}",
        "lines": [line_facts(line) for line in part.lines],
    }


def line_facts(line: Line) -> dict[str, Any]:
    """One span with its sources."""
    return {
        "account_no": line.account_no,
        "product": line.product_code,
        "currency": line.currency,
        "from": line.start,
        "to": line.end,
        "days": line.days,
        "balance": f"{line.balance:f}",
        "rate": None if line.rate is None else f"{line.rate:f}",
        "value": f"{line.value:f}",
        "share": f"{line.share:f}",
        "amount": f"{line.amount:f}",
        "counts": line.counts,
        "note": line.note,
        "sources": source_facts(line.sources),
    }
