"""No grade record overtakes another: whoever reads on after the last id seen misses none."""

import threading
from collections.abc import Callable
from datetime import date

import pytest
from django.db import connection, transaction

from grading.models import GradeRecord
from managers.models import Branch, ClientManager


@pytest.fixture
def manager(transactional_db: None) -> ClientManager:
    branch = Branch.objects.create(code="B", name="支行", kind="branch", path="/B/")
    day = date(1990, 1, 1)
    return ClientManager.objects.create(
        employee_no="E", name="甲", branch=branch, line="corporate", hired_on=day, post_started_on=day
    )


def record(manager: ClientManager, grade: str) -> GradeRecord:
    return GradeRecord.objects.create(
        manager=manager, grade_code=grade, effective_on=date(1994, 1, 1), basis="test"
    )


def test_records_show_in_the_order_of_their_ids(manager: ClientManager) -> None:
    slow_wrote, let_go = threading.Event(), threading.Event()

    def slow() -> None:
        with transaction.atomic():
            record(manager, "slow")
            slow_wrote.set()
            assert let_go.wait(30)

    def quick() -> None:
        assert slow_wrote.wait(30)
        record(manager, "quick")

    writers = [threading.Thread(target=closing, args=[write]) for write in (slow, quick)]
    for writer in writers:
        writer.start()
    assert slow_wrote.wait(30)
    writers[1].join(0.5)
    assert (writers[1].is_alive(), GradeRecord.objects.count()) == (True, 0)
    let_go.set()
    for writer in writers:
        writer.join(30)
    assert list(GradeRecord.objects.order_by("id").values_list("grade_code", flat=True)) == ["slow", "quick"]


def closing(write: Callable[[], None]) -> None:
    """Run in a thread, and leave no connection behind."""
    try:
        write()
    finally:
        connection.close()
