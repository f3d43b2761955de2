"""Shares of a customer never sum to more than 1, whoever writes them and however many at once."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from django.db import IntegrityError, connection, transaction

from managers.models import Assignment, ClientManager, Customer
from tests.ledger import bank

FILES = {**bank.REGISTER, "assignments.csv": [("C1", "E1", "0.5", "1994-01-01", "")]}


def add(share: str, start: str, end: str | None = None) -> None:
    Assignment.objects.create(
        customer=Customer.objects.get(customer_no="C1"),
        manager=ClientManager.objects.get(employee_no="E2"),
        share=share,
        starts_on=start,
        ends_on=end,
        source_bundle=1,
        source_line=1,
    )


@pytest.mark.django_db
def test_one_day_above_one_is_refused_and_exactly_one_is_not(tmp_path: Path) -> None:
    bank.loaded(bank.write(tmp_path / "first", FILES))
    with pytest.raises(IntegrityError, match=r"sum to 1\.000001 on 1994-01-03"), transaction.atomic():
        add("0.500001", "1994-01-03", "1994-01-03")
    add("0.5", "1994-01-03")


@pytest.mark.django_db(transaction=True)
def test_of_several_at_once_only_those_that_fit_are_written(tmp_path: Path) -> None:
    bank.loaded(bank.write(tmp_path / "first", FILES))
    Assignment.objects.filter(manager__employee_no="E1").update(share=0)
    start = Barrier(6)

    def try_it(day: int) -> bool:
        try:
            start.wait()
            add("0.4", f"1994-01-{day:02}", f"1994-01-{day:02}")
            add("0.3", f"1994-02-{day:02}", f"1994-02-{day:02}")
        except IntegrityError:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(6) as pool:
        told = list(pool.map(try_it, [3] * 6))
    assert told.count(True) == 1, "the second of one manager on one day overlaps"
    with ThreadPoolExecutor(6) as pool:
        start.reset()
        told = list(pool.map(add_for_new_manager, range(6)))
    assert sorted(told) == [False] * 4 + [True] * 2


def add_for_new_manager(number: int) -> bool:
    """A manager of one's own with 0.4 of C1: two fit."""
    try:
        one = ClientManager.objects.get(employee_no="E1")
        one.pk, one.employee_no = None, f"N{number}"
        one.save()
        Assignment.objects.create(
            customer=Customer.objects.get(customer_no="C1"),
            manager=one,
            share="0.4",
            starts_on="1994-03-01",
            source_bundle=1,
            source_line=1,
        )
    except IntegrityError:
        return False
    finally:
        connection.close()
    return True
