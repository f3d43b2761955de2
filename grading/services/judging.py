"""Judge managers on published figures, freeze verdicts with their evidence, judge the evidence again."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from django.db.models import prefetch_related_objects

from grading import queries
from grading.evidence import Gatherer
from grading.models import RulebookVersion, Verdict
from grading.rules import verdict
from grading.rules.schema import Rulebook
from ledger.models import Run
from ledger.rules.figures import Evidence, evidence_from_list, evidence_to_list
from ledger.rules.windows import Period
from managers.models import ClientManager

#: Figures of so many managers are held at a time.
BATCH = 500


@dataclass(frozen=True)
class Judgement:
    """A verdict ready to be stored, for a manager whose grade is on the rulebook's ladder."""

    manager: ClientManager
    evidence: Evidence
    verdict: verdict.Verdict


class Sitting:
    """One version held against the figures of one run for one period, batch after batch.

    What is known of peers is kept between batches; of the managers judged nothing is.
    """

    def __init__(self, version: RulebookVersion, *, run: Run, period: Period) -> None:
        self.run, self.period, self.book = run, period, queries.rulebook(version)
        self.gatherer = Gatherer(run, book=self.book, period=period.code)

    def judge(self, managers: Iterable[ClientManager]) -> Iterator[Judgement]:
        """Judge each manager by the grade held on the period's last day; so many at a time, as they come."""
        people = iter(managers)
        while batch := list(islice(people, BATCH)):
            yield from self._judged(batch)

    def _judged(self, people: list[ClientManager]) -> Iterator[Judgement]:
        prefetch_related_objects(people, "branch")
        on = self.run.business_date
        grades = queries.grades_on(on, [manager.pk for manager in people])
        refs = verdict.required_metrics(self.book, on, {manager.branch.path for manager in people})
        figures = self.gatherer.of(refs, people)
        for manager in people:
            evidence = figures.pop(manager.pk)
            result = verdict.judge(
                self.book,
                grade=grades.get(manager.pk, ""),
                period_kind=self.period.kind,
                evidence=evidence,
                on=on,
                branch=manager.branch.path,
            )
            yield Judgement(manager, evidence, result)


def judge(
    managers: Iterable[ClientManager], *, version: RulebookVersion, run: Run, period: Period
) -> Iterator[Judgement]:
    """Judge each manager on the figures `run` published, as a `Sitting` does; memory is that of a batch."""
    yield from Sitting(version, run=run, period=period).judge(managers)


def frozen(judgement: Judgement, *, version: RulebookVersion, run: Run, period: Period) -> Verdict:
    """A judgement with the evidence it rests on, as it would be stored; not stored yet."""
    result = judgement.verdict
    return Verdict(
        manager=judgement.manager,
        rulebook=version,
        period=period.code,
        on=run.business_date,
        run=run,
        grade_code=result.grade,
        outcome=result.outcome,
        proposed_grade=result.proposed_grade,
        evidence=evidence_to_list(judgement.evidence),
        result=result.to_dict(),
    )


def freeze(verdicts: Iterable[Verdict]) -> list[Verdict]:
    """Store verdicts for good, all in one statement."""
    return Verdict.objects.bulk_create(verdicts)


def rejudged(stored: Verdict, book: Rulebook | None = None) -> verdict.Verdict:
    """The verdict worked out again from the stored evidence alone (invariant I09), or under another book."""
    frozen = verdict.Verdict.from_dict(stored.result)
    return verdict.judge(
        book or queries.rulebook(stored.rulebook),
        grade=stored.grade_code,
        period_kind=frozen.period_kind,
        evidence=evidence_from_list(stored.evidence),
        on=stored.on,
        branch=frozen.branch,
    )
