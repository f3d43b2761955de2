"""I04 and I05: clean after a whole procedure, and each finds what raw SQL breaks."""

from typing import Any

import pytest
from django.db import connection

from appraisal import verification
from appraisal.tasks import verify_separation
from managers.models import Grant, LogEntry, Relation, User
from tests.appraisal import acting, smallbank
from tests.appraisal.acting import Reach, Staff, find, manager

CHECKS = {invariant.code: invariant.check for invariant in verification.INVARIANTS}


def sql(table: str, text: str, *given: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(text, given)


def hits(code: str) -> tuple[str, ...]:
    return CHECKS[code](True).hits


def test_a_whole_procedure_leaves_nothing_to_find(reach: Reach) -> None:
    reach(smallbank.RISING, "published")
    assert (hits("I04"), hits("I05")) == ((), ())
    assert CHECKS["I04"](True).checked == len(smallbank.IN_SCOPE)


@pytest.mark.parametrize(
    ("table", "text", "said"),
    [
        ("appraisal_appraisal", "UPDATE {0} SET decided_outcome = 'promote' WHERE id = {1}", "decided other"),
        ("appraisal_decision", "DELETE FROM {0} WHERE appraisal_id = {1}", "not one decision"),
        (
            "appraisal_step",
            "DELETE FROM {0} WHERE name = 'clear' AND appraisal_id = {1}",
            "the log is broken",
        ),
        (
            "appraisal_step",
            "DELETE FROM {0} WHERE name = 'publish' AND appraisal_id = {1}",
            "the state is not",
        ),
    ],
)
def test_one_outcome_a_case(reach: Reach, table: str, text: str, said: str) -> None:
    reach(smallbank.RISING, "published")
    sql(table, text.format(table, find(smallbank.RISING).pk))
    assert [hit for hit in hits("I04") if hit.startswith(said)]


def test_nobody_on_two_seats_or_on_the_own_case(reach: Reach, staff: Staff) -> None:
    reach(smallbank.RISING, "published")
    case = find(smallbank.RISING)
    sql(
        "appraisal_step",
        "UPDATE appraisal_step SET by_id = %s WHERE name = 'clear' AND appraisal_id = %s",
        staff["hr"].pk,
        case.pk,
    )
    assert hits("I05") == (f"appraisal {case.pk}: user {staff['hr'].pk} took the seats hr, risk",)
    type(case.manager).objects.filter(pk=case.manager_id).update(user=staff["leader"])
    assert {hit for hit in hits("I05") if hit.startswith("acted on the own case")} == {
        f"acted on the own case: {case.pk} decide {staff['leader'].pk}",
        f"acted on the own case: {case.pk} vote {staff['leader'].pk}",
    }


def test_a_tie_of_that_day_is_found_even_when_declared_afterwards(reach: Reach, staff: Staff) -> None:
    reach(smallbank.RISING, "published")
    Relation.objects.create(
        user=staff["risk"], manager=manager(smallbank.RISING), kind="kin", starts_on=acting.SINCE,
        reason="后来才知道", declared_by=staff["hr"],
    )  # fmt: skip
    case = find(smallbank.RISING)
    assert hits("I05") == (f"acted although tied: {case.pk} clear {staff['risk'].pk} kin",)


def test_excluding_roles_keepers_with_a_file_and_superusers_are_found(staff: Staff) -> None:
    acting.grant(staff["hr"], "branch_risk")
    acting.grant(User.objects.create(username="root", is_superuser=True), "branch_hr", branch="B2")
    type(manager(smallbank.STEADY)).objects.filter(employee_no=smallbank.STEADY).update(user=staff["auditor"])
    assert set(hits("I05")) == {
        "user auditor: a keeper with a manager file",
        "user hr: branch_hr /HO/B1/ and branch_risk /HO/B1/",
        "user root: is a Django superuser",
    }


def test_two_people_for_every_grant(staff: Staff) -> None:
    held = Grant.objects.get(user=staff["hr"])
    sql("managers_grant", "ALTER TABLE managers_grant DROP CONSTRAINT grant_two_people")
    sql("managers_grant", "UPDATE managers_grant SET granted_by_id = user_id WHERE id = %s", held.pk)
    assert hits("I05") == (f"grant: {held.pk} {held.user_id} {held.user_id} None",)


def test_the_nightly_job_keeps_what_it_finds_in_the_log(staff: Staff) -> None:
    assert (verify_separation(), LogEntry.objects.filter(action="invariant_broken").count()) == (0, 0)
    acting.grant(staff["hr"], "branch_risk")
    assert verify_separation() == 1
    row = LogEntry.objects.get(action="invariant_broken")
    found = ["user hr: branch_hr /HO/B1/ and branch_risk /HO/B1/"]
    assert (row.by, row.subject, row.detail) == (None, "invariant:I05", {"count": 1, "hits": found})
