"""The evidence for an application: every condition of entry with its figures, and the papers seen."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from grading import queries
from grading.evidence import evidence as gather
from grading.models import RulebookVersion
from grading.rules import screening
from grading.rules.operands import Scope
from grading.rules.reasons import Reason
from grading.rules.schema import Rulebook, numbers_in_force
from grading.rules.screening import Check
from ledger.models import Run
from ledger.queries import latest_run
from ledger.rules.figures import Evidence, Figure, MetricRef
from managers.models import ClientManager, DocumentCheck, Qualification


@dataclass(frozen=True)
class Screening:
    """Every line with its evidence, and whether the application may go on to the exam."""

    checks: list[Check]
    passes: bool
    on: date | None

    def open_lines(self) -> list[Check]:
        """What still stands against it."""
        return [each for each in self.checks if each.outcome in ("undecided", "not_met")]


def screened(qualification: Qualification, on: date) -> Screening:
    """The application looked at on a day: figures of the latest published date, papers seen so far."""
    manager, run = qualification.manager, latest_run()
    documents = list(DocumentCheck.objects.filter(qualification=qualification))
    version = queries.version_in_force(qualification.scheme, on, branch=manager.branch, line=manager.line)
    tree, assumed = judged_entry(manager, version, qualification.grade_code, run, on)
    covered = {each.covers for each in documents if each.covers}
    checks = screening.papers({each.kind for each in documents})
    checks += screening.conditions(tree, covered)
    passes = screening.passes(assumed, checks)
    return Screening(checks, passes, run.business_date if run is not None else None)


def judged_entry(
    manager: ClientManager, version: RulebookVersion, grade: str, run: Run | None, on: date
) -> tuple[Reason | None, Reason | None]:
    """The entry condition of a grade as it stands, and as it would with exam and certificate in hand."""
    book = queries.rulebook(version)
    node = book.entry.get(grade)
    if node is None:
        return None, None
    day = run.business_date if run is not None else on
    scope = Scope(grade, numbers_in_force(book, day), {}, day, branch=manager.branch.path)
    refs = set(node.refs(scope))
    found = _figures(manager, book, run, refs)
    code = f"entry.{grade}"
    ahead = {**found, **_settled(refs)}
    return (
        node.judge(scope._replace(evidence=found), code).as_root(),
        node.judge(scope._replace(evidence=ahead), code).as_root(),
    )


def _figures(manager: ClientManager, book: Rulebook, run: Run | None, refs: set[MetricRef]) -> Evidence:
    if run is None:
        return {}
    return gather(run, refs, [manager], book=book)[manager.pk]


def _settled(refs: Iterable[MetricRef]) -> dict[MetricRef, Figure]:
    """What the later steps of the procedure settle, as if they had."""
    return {
        ref: Figure.of(1, "number" if ref.code == "event_quantity" else "flag")
        for ref in refs
        if screening.later(ref)
    }
