"""What grading does: publish a rulebook, judge managers, record grades."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from importlib import resources

from django.db import connection, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from grading import queries
from grading.models import GradeRecord, RulebookVersion, Verdict
from grading.rules import checker, verdict
from grading.rules.schema import Rulebook
from ledger import metrics
from ledger.models import Bundle, Run
from ledger.rules.figures import Evidence, evidence_from_list, evidence_to_list
from ledger.rules.windows import Period
from managers.models import ClientManager, LogEntry, User

SHIPPED_FROM = date(1990, 1, 1)


class Refusal(ValueError):
    """A step that may not be taken; the text says why and what to do."""


def publish_rulebook(text: str, *, effective_on: date, by: User, second: User) -> RulebookVersion:
    """Adopt a rulebook made by one person and confirmed by another, in force from `effective_on`.

    Raises checker.RulebookError with every finding where the text has errors, Refusal where the two
    people are one or this text is published for that day already. Flaws of the text are kept with the
    version as warnings.
    """
    if hasattr(by, "client_manager") or hasattr(second, "client_manager"):
        raise Refusal(_("客户经理不能起草或通过考核自己的办法；请由其他人办理。"))
    if by.pk == second.pk:
        raise Refusal(_("起草人与通过人不能是同一人；请由第二人通过。"))
    book = checker.load(text)
    with transaction.atomic():
        _refuse_repeat(book, text, effective_on)
        version = _add_version(book, text, RulebookVersion.Origin.PUBLISHED, effective_on, by, second)
        LogEntry.objects.create(
            by=second,
            action="publish_rulebook",
            subject=f"rulebook:{version.pk}",
            detail={
                "made_by": by.username,
                "effective_on": effective_on.isoformat(),
                "sha256": version.sha256,
            },
        )
    return version


def _refuse_repeat(book: Rulebook, text: str, effective_on: date) -> None:
    """The same text for the same day a second time would only be another number for nothing."""
    _lock_scheme(book)
    last = (
        RulebookVersion.objects.filter(
            code=book.scheme.code, origin=RulebookVersion.Origin.PUBLISHED, effective_on=effective_on
        )
        .order_by("-number")
        .first()
    )
    if last is not None and last.sha256 == hashlib.sha256(text.encode()).hexdigest():
        words = {"number": last.number, "day": effective_on}
        raise Refusal(_("同一文本已作为第 %(number)s 版自 %(day)s 起生效，无需重复发布。") % words)


def _lock_scheme(book: Rulebook) -> None:
    """Publications of a scheme take turns until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"rulebook {book.scheme.code}"])


def _add_version(
    book: Rulebook, text: str, origin: str, effective_on: date, by: User | None, second: User | None
) -> RulebookVersion:
    """The next number of the scheme; the lock keeps two publications from taking the same one."""
    _lock_scheme(book)
    last = RulebookVersion.objects.filter(code=book.scheme.code).aggregate(last=Max("number"))["last"] or 0
    return RulebookVersion.objects.create(
        code=book.scheme.code,
        number=last + 1,
        origin=origin,
        title=book.scheme.title,
        content=text,
        sha256=hashlib.sha256(text.encode()).hexdigest(),
        effective_on=effective_on,
        made_by=by,
        adopted_by=second,
        warnings=[finding.to_dict() for finding in checker.check(text).warnings],
    )


def install_shipped_rulebooks() -> list[RulebookVersion]:
    """Add the texts that come with the product and are not installed yet; run after every migrate."""
    installed = []
    for file in sorted(resources.files("grading.rulebooks").iterdir(), key=lambda entry: entry.name):
        if not file.name.endswith(".toml"):
            continue
        text = file.read_text(encoding="utf-8")
        sha256 = hashlib.sha256(text.encode()).hexdigest()
        if not RulebookVersion.objects.filter(sha256=sha256, origin=RulebookVersion.Origin.SHIPPED).exists():
            with transaction.atomic():
                installed.append(
                    _add_version(
                        checker.load(text), text, RulebookVersion.Origin.SHIPPED, SHIPPED_FROM, None, None
                    )
                )
    return installed


def record_delivered_grades(bundle: Bundle) -> None:
    """Keep the grades a bundle's register brings where they are new or differ from the last delivery."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT manager_id, grade_code, effective_on FROM delivered_grade")
        delivered = cursor.fetchall()
    GradeRecord.objects.bulk_create(
        GradeRecord(
            manager_id=manager, grade_code=grade, effective_on=effective_on, basis=f"bundle:{bundle.pk}"
        )
        for manager, grade, effective_on in delivered
    )


@dataclass(frozen=True)
class Judgement:
    """A verdict ready to be stored, for a manager whose grade is on the rulebook's ladder."""

    manager: ClientManager
    evidence: Evidence
    verdict: verdict.Verdict


def judge(
    managers: Iterable[ClientManager], *, version: RulebookVersion, run: Run, period: Period
) -> Iterator[Judgement]:
    """Judge each manager on the figures `run` published, by the grade held on the period's last day."""
    people = list(managers)
    book = queries.rulebook(version)
    grades = queries.grades_on(run.business_date, [manager.pk for manager in people])
    refs = verdict.required_metrics(book, run.business_date)
    figures = metrics.figures(run, refs, [manager.pk for manager in people])
    for manager in people:
        evidence = figures[manager.pk]
        result = verdict.judge(
            book,
            grade=grades.get(manager.pk, ""),
            period_kind=period.kind,
            evidence=evidence,
            on=run.business_date,
        )
        yield Judgement(manager, evidence, result)


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


def rejudged(stored: Verdict) -> verdict.Verdict:
    """The verdict worked out again from the stored evidence alone (invariant I09)."""
    frozen = verdict.Verdict.from_dict(stored.result)
    return verdict.judge(
        queries.rulebook(stored.rulebook),
        grade=stored.grade_code,
        period_kind=frozen.period_kind,
        evidence=evidence_from_list(stored.evidence),
        on=stored.on,
    )


def record_grade(
    manager: ClientManager, *, grade: str, effective_on: date, basis: str, by: User | None
) -> GradeRecord:
    """Append a grade from a day on; history is never edited."""
    return GradeRecord.objects.create(
        manager=manager, grade_code=grade, effective_on=effective_on, basis=basis, recorded_by=by
    )
