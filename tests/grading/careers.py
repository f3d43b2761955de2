"""What the tests of qualification and grade changes share: rulebooks, verdicts, cases brought along."""

from datetime import date
from decimal import Decimal
from typing import Any

from model_bakery import baker

from grading import queries
from grading.models import GradeRecord, RulebookVersion, Verdict
from grading.rules import verdict
from grading.services import qualifying
from grading.services.applying import apply
from ledger.models import Bundle, Run
from ledger.rules.figures import Figure
from managers.models import ClientManager, Qualification, User
from tests.managers.staff import ON

SCHEME = "corporate-six-grades"
LATER = date(2028, 12, 31)


def graded(manager: ClientManager, grade: str, since: date = date(2026, 1, 1)) -> ClientManager:
    """The manager with a grade from a day on."""
    GradeRecord.objects.create(manager=manager, grade_code=grade, effective_on=since, basis="bundle:1")
    return manager


def shipped(procedure: str) -> RulebookVersion:
    """A later shipped text of the scheme with a line added to its procedure: `leapfrog = ...`."""
    first = queries.version_in_force(SCHEME, ON)
    text = first.content.replace("\n[procedure]\n", f"\n[procedure]\n{procedure}\n")
    return RulebookVersion.objects.create(
        code=SCHEME, number=900, origin="shipped", state="adopted", title=first.title, content=text,
        sha256="0" * 64, lines=first.lines, effective_on=date(1995, 1, 1),
    )  # fmt: skip


def judged(manager: ClientManager, on: date, value: int) -> Verdict:
    """A stored verdict in which every figure has the same value."""
    version = queries.version_in_force(SCHEME, on)
    book = queries.rulebook(version)
    evidence = {ref: Figure.of(value) for ref in verdict.required_metrics(book, on)}
    found = verdict.judge(book, grade="trainee", period_kind="year", evidence=evidence, on=on)
    bundle = Bundle.objects.first() or baker.make(Bundle, from_on=on, to_on=on)
    run = Run.objects.create(business_date=on, status="succeeded", through_bundle=bundle)
    return Verdict.objects.create(
        manager=manager, rulebook=version, period=str(on.year), on=on, run=run, grade_code="trainee",
        outcome=found.outcome, proposed_grade=found.proposed_grade, evidence=[], result=found.to_dict(),
    )  # fmt: skip


def bring(
    people: dict[str, User], manager: ClientManager, to: str, grade: str, on: date = ON
) -> Qualification:
    """An application for a grade brought to a state by its usual people."""
    made = apply(manager, grade=grade, by=people["hr"], on=on, scheme=SCHEME)
    steps: list[tuple[str, Any]] = [
        ("screened", lambda: _screen(made, people, on)),
        ("examined", lambda: _examine(made, people, on)),
        ("recognised", lambda: _recognise(made, people, on)),
    ]
    for state, step in steps:
        if Qualification.objects.get(pk=made.pk).state == to:
            break
        step()
        if state == to:
            break
    return Qualification.objects.select_related("manager__branch").get(pk=made.pk)


def _screen(row: Qualification, people: dict[str, User], on: date) -> None:
    for kind in ("education", "conduct"):
        qualifying.see(row, kind=kind, document_no="2019-0001", by=people["hr"], on=on)
    qualifying.screen(row, by=people["hr"], on=on)


def _examine(row: Qualification, people: dict[str, User], on: date) -> None:
    qualifying.examine(
        row, score=Decimal(80), pass_mark=Decimal(60), exam_on=on, name="模拟银行", by=people["hr"], on=on
    )


def _recognise(row: Qualification, people: dict[str, User], on: date) -> None:
    number = f"ZS-{row.pk}"
    qualifying.recognise(
        row, certificate_no=number, issued_on=on, expires_on=LATER, by=people["leader"], on=on
    )
