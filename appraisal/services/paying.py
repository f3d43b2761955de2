"""Pay of a published appraisal: its schedule enters the pay ledger, and what is forfeit is taken back."""

from appraisal.models import Appraisal, PayEntry
from grading.rules.paying import Award
from grading.rules.verdict import Verdict
from managers.models import ClientManager, User

Kind = PayEntry.Kind


def post(row: Appraisal, *, by: User) -> list[PayEntry]:
    """Enter the awards of the appraisal's verdict, once; awards that are not known enter nothing.

    Where an item's claw-back condition is met, every release of that item which is not yet due and was not
    taken back before is taken back, those of earlier appraisals of the manager included.
    """
    assert row.verdict is not None
    awards = Verdict.from_dict(row.verdict.result).pay
    entered = [entry for award in awards for entry in _entries(row, award, by)]
    PayEntry.objects.bulk_create(entered)
    return entered + [entry for award in awards if _forfeit(award) for entry in _take_back(row, award, by)]


def _entries(row: Appraisal, award: Award, by: User) -> list[PayEntry]:
    """The schedule of one award; nothing for an amount of zero."""
    return [
        PayEntry(
            appraisal=row,
            verdict=row.verdict,
            item=award.code,
            kind=entry.kind,
            due_on=entry.due_on,
            amount=entry.amount,
            posted_by=by,
            reason=award.cites[:200],
        )
        for entry in award.entries
        if entry.amount
    ]


def _forfeit(award: Award) -> bool:
    return award.clawed_back is not None and award.clawed_back.outcome == "met"


def _take_back(row: Appraisal, award: Award, by: User) -> list[PayEntry]:
    # The ledger of pay cannot be locked, for nobody may change it: whoever takes back waits at the manager.
    ClientManager.objects.select_for_update(no_key=True).get(pk=row.manager_id)
    held = PayEntry.objects.filter(
        appraisal__manager=row.manager_id,
        appraisal__cycle__scheme=row.cycle.scheme,
        item=award.code,
        kind=Kind.RELEASE,
        due_on__gt=row.cycle.ends_on,
        taken_back_by=None,
    ).order_by("id")
    assert award.clawed_back is not None
    return PayEntry.objects.bulk_create(
        PayEntry(
            appraisal=row,
            verdict=row.verdict,
            item=award.code,
            kind=Kind.CLAW_BACK,
            due_on=row.cycle.ends_on,
            amount=-entry.amount,
            takes_back=entry,
            posted_by=by,
            reason=award.clawed_back.cites[:200],
        )
        for entry in held
    )
