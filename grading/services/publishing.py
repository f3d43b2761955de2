"""Rulebooks that come as files: published by an operator for two people, or shipped with the product."""

from datetime import date
from importlib import resources

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from grading import queries
from grading.models import RulebookVersion
from grading.rules import checker
from grading.services import versions
from managers.models import User

SHIPPED_FROM = date(1990, 1, 1)


def publish_rulebook(
    text: str, *, effective_on: date, by: User, second: User, on: date | None = None, reason: str = ""
) -> RulebookVersion:
    """Adopt a rulebook made by one person and confirmed by another, in force from `effective_on`.

    All the steps from draft to adoption in one transaction, for an operator at the command line who puts in
    force what two people have agreed on paper: their roles are not asked for, their being two is. A day in
    the past makes it a re-issue, with the frozen verdicts it would change kept with the version. Raises
    checker.RulebookError with every finding where the text has errors, Refusal where the two people are one
    or this text is published for that day already. Flaws of the text are kept with the version as warnings.
    """
    versions.refuse_managers(by, second)
    versions.refuse_one_person(by, second)
    today = on or timezone.localdate()
    with transaction.atomic():
        row = versions.drafted(text, effective_on=effective_on, by=by)
        versions.checked(row)
        versions.save(row)
        row.simulation = {"skipped": "command"}
        row.mark_simulated()
        versions.save(row)
        why = reason.strip() or (_("由命令行发布，未另写原因") if effective_on < today else "")
        versions.adopted(row, effective_on=effective_on, by=second, on=today, reason=why)
        versions.save(row)
        detail = {"made_by": by.username, "effective_on": effective_on.isoformat()}
        versions.log("publish_rulebook", row, second, reason=why, detail=detail)
        versions.settle(row.code, by=second)
    return queries.version(row.pk)


def install_shipped_rulebooks() -> list[RulebookVersion]:
    """Add the texts that come with the product and are not installed yet; run after every migrate.

    What the versions of older releases superseded is worked out as well.
    """
    installed = []
    for file in sorted(resources.files("grading.rulebooks").iterdir(), key=lambda entry: entry.name):
        if not file.name.endswith(".toml"):
            continue
        text = file.read_text(encoding="utf-8")
        shipped = RulebookVersion.objects.filter(origin=RulebookVersion.Origin.SHIPPED)
        if not shipped.filter(sha256=versions.digest(text)).exists():
            with transaction.atomic():
                installed.append(_ship(text))
    for code in RulebookVersion.objects.order_by("code").values_list("code", flat=True).distinct():
        with transaction.atomic():
            versions.settle(code, by=None)
    return installed


def _ship(text: str) -> RulebookVersion:
    """A shipped text, adopted as it comes."""
    book = checker.load(text)
    versions.lock_scheme(book.scheme.code)
    row = RulebookVersion.objects.create(
        **versions.described(book, text),
        number=versions.next_number(book.scheme.code),
        origin=RulebookVersion.Origin.SHIPPED,
        state=RulebookVersion.State.ADOPTED,
        effective_on=SHIPPED_FROM,
        adopted_at=timezone.now(),
        warnings=[finding.to_dict() for finding in checker.check(text).warnings],
    )
    return row
