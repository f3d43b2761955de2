"""A handover from the draft to the day it takes effect: what moves, who must not, and what is refused."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.management import call_command

from ledger import metrics
from ledger.models import Bundle
from ledger.queries import current_run
from ledger.rules.figures import MetricRef
from ledger.services import handovers
from ledger.services.handovers import Refusal
from ledger.services.nights import run_nights
from managers.models import LogEntry, User
from tests.ledger import handing
from tests.ledger.acting import day, load_days
from tests.ledger.handing import fresh, held, line, manager, witnessed

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(tmp_path: Path) -> dict[str, User]:
    return handing.bank(tmp_path)


def average(number: str, on: date, window: str = "month") -> Decimal:
    """The published daily average of deposits, in fen."""
    ref = MetricRef("deposit_daily_average", window)
    figure = metrics.figures(current_run(on), [ref], [manager(number).pk])[manager(number).pk][ref]
    assert figure.value is not None
    return Decimal(round(figure.value * 100))


def test_custody_moves_on_its_day_and_the_shares_stay_whole(staff: dict[str, User]) -> None:
    row = handing.approved(staff)
    assert row.state == "effective"
    assert held() == [
        ("E1", "0.7", "1994-01-01", "1994-01-05"),
        ("E2", "0.3", "1994-01-01", "1994-01-05"),
        ("E2", "1", "1994-01-06", ""),
    ]


def test_every_step_is_logged_with_who_and_from_where_to_where(staff: dict[str, User]) -> None:
    row = handing.approved(staff)
    steps = LogEntry.objects.filter(subject=f"handover:{row.pk}").order_by("id")
    assert [(e.action, e.by.username if e.by else "", e.from_state, e.to_state) for e in steps] == [
        ("draft_handover", "head", "", "drafted"),
        ("accept_handover", "E2", "drafted", "accepted"),
        ("witness_handover", "hr", "accepted", "witnessed"),
        ("approve_handover", "market", "witnessed", "approved"),
        ("take_effect_handover", "market", "approved", "effective"),
    ]


def test_figures_before_and_after_are_what_the_days_at_the_shares_come_to(
    staff: dict[str, User], tmp_path: Path
) -> None:
    handing.approved(staff)
    load_days(tmp_path, 6, 10, balances=[("A1", "1994-01-06", "2000.00")])
    run_nights(to=day(10))
    # C1: 1000.00 for three days, -250.50 (no deposit) for two, 2000.00 for five; E1 has 0.7 up to the fifth
    assert average("E1", day(10)) == round(Decimal(100_000) * 3 * Decimal("0.7") / 10)
    assert average("E1", day(5)) == round(Decimal(100_000) * 3 * Decimal("0.7") / 5)
    # E2: 0.3 of C1 up to the fifth, all of it from the sixth; C2 is an agreement deposit, C3 in dollars
    c3 = Decimal(1001) * Decimal("5.77") + Decimal(1001) * Decimal("5.7855")
    expected = (Decimal(100_000) * 3 * Decimal("0.3") + Decimal(200_000) * 5 + c3) / 10
    assert abs(average("E2", day(10)) - expected) <= 1
    assert handing.versions([5, 10]) == [1, 1]


def test_part_of_a_share_moves_and_the_rest_stays(staff: dict[str, User]) -> None:
    handing.approved(staff, line("C1", share=Decimal("0.2")))
    assert held() == [
        ("E1", "0.7", "1994-01-01", "1994-01-05"),
        ("E1", "0.5", "1994-01-06", ""),
        ("E2", "0.3", "1994-01-01", "1994-01-05"),
        ("E2", "0.5", "1994-01-06", ""),
    ]


def test_there_and_back_leaves_the_giver_as_before(staff: dict[str, User]) -> None:
    handing.approved(staff, effective_on=day(8), on=day(8))
    handing.approved(
        staff_of_two(staff),
        line("C1", share=Decimal("0.7")),
        giver="E2",
        receiver="E1",
        effective_on=day(8),
        on=day(8),
    )
    shares = {(who, share) for who, share, start, end in held() if end == "" and share != "0"}
    assert shares == {("E1", "0.7"), ("E2", "0.3")}


def staff_of_two(staff: dict[str, User]) -> dict[str, User]:
    """The people of the second branch, for handovers that its manager gives."""
    from tests.ledger.acting import person

    return {
        "head": person("head_two", "outlet_head", "B02"),
        "hr": person("hr_two", "branch_hr", "B02"),
        "market": staff["sister"],
    }


def test_the_bundle_is_named_in_the_explanation_and_covers_no_day(staff: dict[str, User]) -> None:
    from ledger.books import Book

    row = handing.approved(staff)
    bundle = Bundle.objects.get(handover=row)
    assert (bundle.name, bundle.from_on, bundle.to_on) == (f"handover-{row.pk}", day(5), day(5))
    book = Book(manager("E2"), current_run(day(5)), MetricRef("deposit_daily_average", "month"), bundle.pk)
    files = {each.source.file for pieces in map(_held, [book]) for each in pieces}
    assert files == {"assignments.csv", f"handover-{row.pk}/assignments.csv"}


def _held(book):
    from ledger.rules.windows import Window

    span = Window("span", day(1), day(20))
    return [piece for customer in book.customers for piece in book.held(customer, span)]


# --- The day --------------------------------------------------------------------------------------------


def test_a_future_one_takes_effect_by_the_job_once_and_late_days_are_caught_up(
    staff: dict[str, User],
) -> None:
    row = handing.approved(staff, effective_on=day(9))
    assert (row.state, held()[0]) == ("approved", ("E1", "0.7", "1994-01-01", ""))
    assert handovers.take_effect(on=day(8)) == []
    assert handovers.take_effect(on=day(12)) == [row.pk]
    assert handovers.take_effect(on=day(12)) == []
    assert (fresh(row).state, held()[0]) == ("effective", ("E1", "0.7", "1994-01-01", "1994-01-08"))
    assert Bundle.objects.filter(handover=row).count() == 1


def test_run_nights_makes_it_effective_before_the_night_of_its_day(
    staff: dict[str, User], tmp_path: Path
) -> None:
    row = handing.approved(staff, effective_on=day(9))
    load_days(tmp_path, 6, 10, balances=[("A1", "1994-01-06", "2000.00")])
    call_command("run_nights", "--to", "1994-01-10")
    assert (fresh(row).state, handing.versions(range(6, 11))) == ("effective", [1] * 5)
    # 1000.00 for three days and 2000.00 on 6, 7 and 8 January, at 0.7; nothing from the ninth on
    assert average("E1", day(10)) == round(Decimal(100_000 * 3 + 200_000 * 3) * Decimal("0.7") / 10)


def test_what_stands_in_the_way_is_kept_and_holds_up_no_other(staff: dict[str, User], tmp_path: Path) -> None:
    stuck = handing.approved(staff, effective_on=day(9))
    free = handing.approved(staff_of_two(staff), line("C2"), giver="E2", receiver="E1", effective_on=day(9))
    handing.load_shares(tmp_path, [("C1", "E1", "0.5", "1994-01-01", "")], 6, 9)
    assert handovers.take_effect(on=day(9)) == [free.pk]
    assert (
        fresh(stuck).problem
        == ("客户 C1 在 1994年1月9日 已不由移交人按清单比例持有；请撤回或取消后重新起草。")
        or "C1" in fresh(stuck).problem
    )


def test_the_past_needs_its_impact_confirmed(staff: dict[str, User]) -> None:
    row = witnessed(staff, effective_on=day(3))
    with pytest.raises(Refusal) as refused:
        handovers.approve(row.pk, by=staff["market"], on=handing.ON)
    assert str(refused.value) == "生效日的数字已经发布，须先查看这次更正的影响并确认，才能批准。"
    impact = handovers.impact_of(row)
    moved = {(m.employee_no, m.metric, m.difference) for m in impact.moved if m.window == "month"}
    # a third of five days of 1000.00 at 0.7: 3 January only, and the loan from the third on
    assert ("E1", "deposit_daily_average", "-140.00") in moved
    assert ("E2", "deposit_daily_average", "+140.00") in moved
    with pytest.raises(Refusal) as changed:
        handovers.approve(row.pk, by=staff["market"], on=handing.ON, confirmed="0" * 64)
    assert str(changed.value) == "影响与您查看时不同（数据或考核已有变化）；请重新查看后再确认。"
    handovers.approve(row.pk, by=staff["market"], on=handing.ON, confirmed=impact.digest)
    assert (fresh(row).state, fresh(row).confirmed) == ("effective", impact.digest)
    before = average("E1", day(5)), average("E2", day(5))
    run_nights(to=day(5))
    after = average("E1", day(5)), average("E2", day(5))
    assert (after[0] - before[0], after[1] - before[1]) == (-14_000, 14_000)
    assert handing.versions([1, 2, 3, 4, 5]) == [1, 1, 2, 2, 2]


def test_looking_at_the_impact_leaves_nothing_behind(staff: dict[str, User]) -> None:
    from tests.ledger.bank import digest_of_tables

    row = witnessed(staff, effective_on=day(3))
    before = digest_of_tables()
    assert handovers.impact_of(row) == handovers.impact_of(row)
    assert digest_of_tables() == before
