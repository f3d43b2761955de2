"""The database has the last word: states, seats, evidence and the log hold whatever path a change takes."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

import pgtrigger
import pytest
from django.db import IntegrityError, connection, transaction
from django.db.utils import InternalError

from appraisal import queries
from appraisal.drawing import transitions
from appraisal.models import SEPARATION, Appraisal, Cycle, State, Step
from appraisal.rules.procedure import SEATS, STEPS
from managers.models import Relation
from tests.appraisal.acting import SINCE, Case, Reach, Staff, Take, manager
from tests.appraisal.smallbank import RISING, STEADY

OWN = list(SEATS["self"])
PERSONAL = [name for name in STEPS if name not in ("open", *OWN)]
UNNAMED = ["open", "measure", "skip_statement", "finish_scores", "close"]


def enforced() -> set[tuple[str, str]]:
    (machine,) = [each for each in Appraisal._meta.triggers if isinstance(each, pgtrigger.FSM)]  # type: ignore[attr-defined]
    return set(machine.transitions or [])


def update(case: Appraisal, **columns: object) -> None:
    """Change columns in plain SQL, past Django."""
    assignments = ", ".join(f'"{column}" = %s' for column in columns)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE appraisal_appraisal SET {assignments} WHERE id = %s", [*columns.values(), case.pk]
        )


def test_the_database_enforces_exactly_the_declared_transitions() -> None:
    assert enforced() == {(source, target) for _, source, target in transitions()}


@pytest.mark.parametrize("source", ["measured", "in_risk_queue", "cleared", "decided", "published"])
def test_every_move_that_is_not_declared_is_refused_in_plain_sql(
    reach: Reach, case: Case, source: str
) -> None:
    reach(STEADY, source)
    for target in set(State.values) - {source} - {after for before, after in enforced() if before == source}:
        with pytest.raises(InternalError, match="Invalid transition"):
            update(case(STEADY), state=target)
    assert case(STEADY).state == source


def test_a_state_without_its_evidence_or_decision_is_refused(cycle: Cycle, case: Case, reach: Reach) -> None:
    with pytest.raises(IntegrityError, match="appraisal_evidence"):
        update(case(STEADY), verdict_id=None)
    reach(STEADY, "cleared")
    with pytest.raises(IntegrityError, match="appraisal_outcome_when_decided"):
        update(case(STEADY), state="decided")
    with pytest.raises(IntegrityError, match="appraisal_outcome_when_decided"):
        update(case(STEADY), decided_grade="senior", decided_outcome="promote")


def test_a_move_past_the_services_shows(cycle: Cycle, case: Case) -> None:
    assert not queries.unlogged().exists()
    update(case(STEADY), state="in_risk_queue")
    assert list(queries.unlogged()) == [case(STEADY)]


def step(case: Appraisal, name: str, who: object, **extra: object) -> Step:
    with transaction.atomic():
        return Step.objects.create(
            appraisal=case,
            name=name,
            from_state="measured",
            to_state="measured",
            by=who,
            **extra,  # type: ignore[misc]
        )


@contextmanager
def undone() -> Iterator[None]:
    """Whatever is written inside is taken back."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def test_seats_are_the_same_in_the_database_and_in_the_rules() -> None:
    for seat in ("risk", "group", "self"):
        assert SEPARATION.count(f"""IN ('{"', '".join(SEATS[seat])}') THEN '{seat}'""") == 2
    assert [name for name, rule in STEPS.items() if rule.system] == UNNAMED
    assert f"""NOT IN ('{"', '".join(UNNAMED)}')""" in SEPARATION
    assert [name for name, rule in STEPS.items() if rule.own] == ["open", *OWN]
    assert f"""NEW.name IN ('{"', '".join(OWN)}')""" in SEPARATION


def test_a_second_seat_is_refused_whatever_the_path(cycle: Cycle, case: Case, staff: Staff) -> None:
    for first in PERSONAL:
        with undone():
            step(case(STEADY), first, staff["hr"], reason="原因")
            step(case(RISING), "clear", staff["hr"], reason="原因")
            for second in PERSONAL:
                if STEPS[first].seat == STEPS[second].seat:
                    step(case(STEADY), second, staff["hr"], reason="原因")
                    continue
                with pytest.raises(InternalError, match="holds another seat"):
                    step(case(STEADY), second, staff["hr"], reason="原因")


def test_acting_for_somebody_takes_both_seats_whatever_the_path(
    cycle: Cycle, case: Case, staff: Staff
) -> None:
    hr, risk, leader = staff["hr"], staff["risk"], staff["leader"]
    step(case(STEADY), "clear", risk, on_behalf_of=hr)
    for by, whom in ((risk, None), (hr, None), (leader, risk), (leader, hr), (hr, leader)):
        with pytest.raises(InternalError, match="holds another seat"):
            step(case(STEADY), "decide", by, on_behalf_of=whom)
    step(case(STEADY), "send_back", hr, on_behalf_of=risk, reason="原因")
    step(case(STEADY), "decide", leader)


def test_a_step_on_the_own_appraisal_is_refused_whatever_the_path(
    cycle: Cycle, case: Case, staff: Staff
) -> None:
    mine = manager(STEADY)
    mine.user = staff["hr"]
    mine.save()
    for name in PERSONAL:
        with pytest.raises(InternalError, match="is the own one"):
            step(case(STEADY), name, staff["hr"], reason="原因")
    for name in OWN:
        with undone():
            step(case(STEADY), name, staff["hr"], reason="原因")
        with pytest.raises(InternalError, match="is the own one"):
            step(case(RISING), name, staff["hr"], reason="原因")


def test_kin_and_subordinates_take_no_step_whatever_the_path(cycle: Cycle, case: Case, staff: Staff) -> None:
    Relation.objects.create(
        user=staff["hr"], manager=manager(STEADY), kind="kin", starts_on=SINCE, reason="申报",
        declared_by=staff["hr"],
    )  # fmt: skip
    for name in PERSONAL:
        with pytest.raises(InternalError, match="is of kin or a superior"):
            step(case(STEADY), name, staff["hr"], reason="原因")
    step(case(RISING), "review", staff["hr"])


def test_only_opening_and_measuring_go_without_a_person(cycle: Cycle, case: Case) -> None:
    for name in [name for name, rule in STEPS.items() if not rule.system]:
        with pytest.raises(InternalError, match="needs a person"):
            step(case(STEADY), name, None, reason="原因")


def test_a_return_without_a_reason_and_an_unknown_step_are_refused(
    cycle: Cycle, case: Case, staff: Staff
) -> None:
    with pytest.raises(IntegrityError, match="step_return_has_reason"):
        step(case(STEADY), "send_back", staff["risk"])
    with pytest.raises(IntegrityError, match="step_known"):
        step(case(STEADY), "wave_through", staff["risk"])


def test_the_log_cannot_be_changed_nor_an_appraisal_deleted(take: Take, case: Case, on: date) -> None:
    row = take("submit", STEADY, "hr")
    for statement, pk in (
        ("UPDATE appraisal_step SET reason = 'x' WHERE id = %s", row.pk),
        ("DELETE FROM appraisal_step WHERE id = %s", row.pk),
        ("DELETE FROM appraisal_appraisal WHERE id = %s", row.appraisal_id),
        ("UPDATE grading_verdict SET outcome = 'keep' WHERE id = %s", row.verdict_id),
    ):
        with (
            pytest.raises(InternalError, match="Cannot"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement, [pk])
