"""Events and targets as files of a bundle: loaded, refused row by row, quarantined, corrected by versions."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import InternalError, transaction

from ledger.models import Bundle, BundleFile, Event, Feed, QuarantinedRow, Run, Target
from ledger.rules.windows import Window
from ledger.services import verification
from ledger.services.nights import run_nights
from ledger.services.replays import replay_row
from managers.models import User
from tests.ledger import bank

pytestmark = pytest.mark.django_db
Deliver = Callable[..., Bundle]

EVENTS = [
    ("E1", "1994-01-02", "complaint", "1", "柜面"),
    ("E1", "1994-01-02", "complaint", "1", "电话"),
    ("E1", "1994-01-04", "card-sold", "2.5", ""),
    ("E2", "1994-01-05", "complaint", "1.0000", ""),
]
TARGETS = [
    ("E1", "deposit_daily_average", "1994-01-01", "1994-12-31", "15000000"),
    ("E1", "cards", "1994-01-03", "", "12.3456"),
]


@pytest.fixture
def deliver(tmp_path: Path) -> Deliver:
    """Load some files as a bundle over a span."""

    def load(
        files: bank.Files, start: str = "1994-01-01", end: str = "1994-01-05", **options: object
    ) -> Bundle:
        span = Window("span", date.fromisoformat(start), date.fromisoformat(end))
        folder = tmp_path / str(Bundle.objects.count())
        return bank.loaded(bank.write(folder, files, span), **options).bundle

    return load


def nights(to: str = "1994-01-05") -> list[str]:
    """Run the nights; the dates and versions published."""
    return [str(run) for run in run_nights(to=date.fromisoformat(to)).runs]


# --- loading ----------------------------------------------------------------------------------------------


def test_events_and_targets_are_kept_as_delivered(deliver: Deliver) -> None:
    bundle = deliver(bank.REGISTER | {"events.csv": EVENTS, "targets.csv": TARGETS})
    found = Event.objects.order_by("line").values_list(
        "manager__employee_no", "business_date", "code", "quantity", "note", "bundle", "line"
    )
    assert list(found) == [
        ("E1", date(1994, 1, 2), "complaint", Decimal(1), "柜面", bundle.pk, 2),
        ("E1", date(1994, 1, 2), "complaint", Decimal(1), "电话", bundle.pk, 3),
        ("E1", date(1994, 1, 4), "card-sold", Decimal("2.5"), "", bundle.pk, 4),
        ("E2", date(1994, 1, 5), "complaint", Decimal(1), "", bundle.pk, 5),
    ]
    planned = Target.objects.order_by("line").values_list("metric", "starts_on", "ends_on", "value", "line")
    assert list(planned) == [
        ("deposit_daily_average", date(1994, 1, 1), date(1994, 12, 31), Decimal(15_000_000), 2),
        ("cards", date(1994, 1, 3), None, Decimal("12.3456"), 3),
    ]
    assert set(Feed.objects.values_list("code", flat=True)) >= {"events", "targets"}


def test_the_same_bundle_again_changes_nothing(deliver: Deliver, tmp_path: Path) -> None:
    deliver(bank.REGISTER | {"events.csv": EVENTS, "targets.csv": TARGETS})
    before = bank.digest_of_tables()
    assert bank.loaded(tmp_path / "0").already
    assert bank.digest_of_tables() == before


def test_the_columns_may_stand_in_any_order(deliver: Deliver, tmp_path: Path) -> None:
    columns = ("value", "to", "from", "metric", "employee_no")
    rows = [("7", "1994-02-01", "1994-01-01", "cards", "E1")]
    files = bank.REGISTER | {"targets.csv": bank.csv_bytes("targets.csv", rows, columns=columns)}
    bank.loaded(bank.write(tmp_path / "bundle", files))
    assert Target.objects.values_list("starts_on", "ends_on", "value").get() == (
        date(1994, 1, 1),
        date(1994, 2, 1),
        Decimal(7),
    )


def test_rows_are_never_changed_or_deleted(deliver: Deliver) -> None:
    deliver(bank.REGISTER | {"events.csv": EVENTS, "targets.csv": TARGETS})
    for rows in (Event.objects.all(), Target.objects.all()):
        for act in (rows.delete, lambda rows=rows: rows.update(line=9)):
            with pytest.raises(InternalError, match="Cannot update or delete"), transaction.atomic():
                act()


# --- refused ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("column", "value", "code"),
    [
        ("employee_no", "E9", "unknown_manager"),
        ("employee_no", "", "empty"),
        ("business_date", "1994-02-30", "not_a_date"),
        ("business_date", "1994-01-06", "outside_span"),
        ("code", "Complaint", "not_a_label"),
        ("code", "-x", "not_a_label"),
        ("code", "投诉", "not_a_label"),
        ("code", "a" * 65, "not_a_label"),
        ("code", "", "empty"),
        ("quantity", "1.00005", "not_a_measure"),
        ("quantity", "NaN", "not_a_measure"),
        ("quantity", "1e3", "not_a_measure"),
        ("quantity", "1,000", "not_a_measure"),
        ("quantity", "1" * 16, "not_a_measure"),
        ("quantity", "", "empty"),
        ("note", "x" * 201, "bad_text"),
        ("note", "a\tb", "bad_text"),
    ],
)
def test_a_bad_event_refuses_the_bundle(tmp_path: Path, column: str, value: str, code: str) -> None:
    row = dict(zip(bank.COLUMNS["events.csv"], EVENTS[0], strict=True)) | {column: value}
    files = bank.REGISTER | {"events.csv": [EVENTS[1], tuple(row.values())]}
    found = bank.refused(bank.write(tmp_path / "bundle", files))
    assert found == [("events.csv", 3, column, value[:200], code)]


@pytest.mark.parametrize(
    ("column", "value", "code"),
    [
        ("employee_no", "E9", "unknown_manager"),
        ("metric", "存款", "not_a_label"),
        ("metric", "", "empty"),
        ("from", "", "empty"),
        ("from", "1994-1-1", "not_a_date"),
        ("to", "forever", "not_a_date"),
        ("to", "1993-12-31", "ends_before_start"),
        ("value", "", "empty"),
        ("value", "15000000.12345", "not_a_measure"),
        ("value", "Infinity", "not_a_measure"),
    ],
)
def test_a_bad_target_refuses_the_bundle(tmp_path: Path, column: str, value: str, code: str) -> None:
    row = dict(zip(bank.COLUMNS["targets.csv"], TARGETS[0], strict=True)) | {column: value}
    files = bank.REGISTER | {"targets.csv": [TARGETS[1], tuple(row.values())]}
    found = bank.refused(bank.write(tmp_path / "bundle", files))
    assert found == [("targets.csv", 3, column, value, code)]


def test_a_key_twice_in_one_file_is_refused(tmp_path: Path) -> None:
    empty = ("E1", "1994-01-02", "complaint", "1", "")
    files = bank.REGISTER | {
        "events.csv": [empty, EVENTS[0], (*empty[:3], "2", "")],
        "targets.csv": [TARGETS[0], (*TARGETS[0][:4], "1")],
    }
    assert bank.refused(bank.write(tmp_path / "bundle", files)) == [
        ("events.csv", 4, "employee_no", "E1, 1994-01-02, complaint", "duplicate_key"),
        ("targets.csv", 3, "employee_no", "E1, deposit_daily_average, 1994-01-01", "duplicate_key"),
    ]


def test_negative_quantities_and_one_day_targets_are_fine(deliver: Deliver) -> None:
    deliver(
        bank.REGISTER
        | {
            "events.csv": [("E1", "1994-01-02", "points", "-0.5", "")],
            "targets.csv": [("E1", "cards", "1994-01-02", "1994-01-02", "-0.0001")],
        }
    )
    assert Event.objects.get().quantity == Decimal("-0.5")
    assert Target.objects.get().value == Decimal("-0.0001")


# --- quarantined ------------------------------------------------------------------------------------------


def test_bad_rows_go_to_the_quarantine_and_come_back_when_mended(deliver: Deliver) -> None:
    bad_event, bad_target = ("E1", "1994-01-03", "Complaint", "1", ""), ("E9", "cards", "1994-01-01", "", "1")
    files = bank.REGISTER | {"events.csv": [*EVENTS, bad_event], "targets.csv": [*TARGETS, bad_target]}
    bundle = deliver(files, keep_bad=True)
    counts = BundleFile.objects.filter(bundle=bundle, name__in=["events.csv", "targets.csv"])
    assert list(counts.values_list("name", "rows", "loaded", "quarantined")) == [
        ("events.csv", 5, 4, 1),
        ("targets.csv", 3, 2, 1),
    ]
    kept = QuarantinedRow.objects.order_by("file")
    assert [(row.file, row.line, row.field, row.code) for row in kept] == [
        ("events.csv", 6, "code", "not_a_label"),
        ("targets.csv", 4, "employee_no", "unknown_manager"),
    ]
    assert kept[1].raw == dict(zip(bank.COLUMNS["targets.csv"], bad_target, strict=True))
    assert kept[0].branch is not None and kept[0].branch.code == "B01"
    user = User.objects.create(username="hr")
    for row, mended in zip(kept, ({"code": "complaint"}, {"employee_no": "E2"}), strict=True):
        at = bundle.loaded_at
        replay_row(row.pk, by=user, at=at, reason="已核对", values=mended)
    assert (Event.objects.count(), Target.objects.count()) == (5, 3)
    counted = {each.code: result.hits for each, result in verification.verify(full=True)}
    assert (counted["I08"], counted["I11"]) == ((), ())


# --- corrected --------------------------------------------------------------------------------------------


def test_a_late_event_reruns_its_day_and_all_after_it(deliver: Deliver) -> None:
    deliver(bank.REGISTER | {"events.csv": EVENTS})
    nights()
    late = deliver({"events.csv": [("E1", "1994-01-03", "complaint", "1", "")]})
    assert late.affects_from == date(1994, 1, 3)
    assert nights() == [f"1994-01-0{day} v2" for day in (3, 4, 5)]
    assert nights() == []


def test_an_event_that_says_the_same_reruns_nothing(deliver: Deliver) -> None:
    deliver(bank.REGISTER | {"events.csv": EVENTS})
    nights()
    same = [("E2", "1994-01-05", "complaint", "1", ""), ("E2", "1994-01-04", "never-was", "0", "")]
    assert deliver({"events.csv": same}).affects_from is None
    assert nights() == []
    assert Event.objects.count() == 6, "what was delivered is kept all the same"


def test_a_late_target_reruns_from_its_first_day(deliver: Deliver) -> None:
    deliver(bank.REGISTER)
    nights()
    assert deliver({"targets.csv": TARGETS[1:]}).affects_from == date(1994, 1, 3)
    assert nights() == [f"1994-01-0{day} v2" for day in (3, 4, 5)]


@pytest.mark.parametrize(
    ("end", "value", "since"),
    [
        ("1994-12-31", "15000000.0000", None),
        ("1994-12-31", "16000000", date(1994, 1, 1)),
        ("1994-01-03", "15000000", date(1994, 1, 4)),
        ("", "15000000", None),
    ],
)
def test_a_target_known_anew_reruns_the_days_it_changes(
    deliver: Deliver, end: str, value: str, since: date | None
) -> None:
    deliver(bank.REGISTER | {"targets.csv": TARGETS[:1]})
    nights()
    bundle = deliver({"targets.csv": [("E1", "deposit_daily_average", "1994-01-01", end, value)]})
    assert bundle.affects_from == since
    assert len(nights()) == (0 if since is None else (date(1994, 1, 5) - since).days + 1)


def test_what_is_about_days_to_come_reruns_nothing(deliver: Deliver) -> None:
    deliver(bank.REGISTER)
    nights("1994-01-03")
    later = {
        "events.csv": [("E1", "1994-01-04", "complaint", "1", "")],
        "targets.csv": [("E1", "cards", "1994-01-04", "", "1")],
    }
    assert deliver(later).affects_from is None
    assert nights("1994-01-03") == []
    assert nights() == ["1994-01-04 v1", "1994-01-05 v1"]


def test_a_rerun_with_the_same_events_publishes_no_version(deliver: Deliver) -> None:
    """The version before is confirmed where neither readings nor events nor targets differ."""
    deliver(bank.REGISTER | {"events.csv": EVENTS, "targets.csv": TARGETS})
    nights()
    deliver({"settlements.csv": [("C3", "1994-01-05", "0.00")]})
    nights()
    latest = Run.objects.filter(business_date=date(1994, 1, 5)).order_by("-version").first()
    assert latest is not None and (latest.version, latest.status) == (2, Run.Status.UNCHANGED)
