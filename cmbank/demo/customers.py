"""Customers of a manager: who they are, what they do with the bank, and who gets the credit."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from random import Random

from cmbank.demo import accounts, names
from cmbank.demo.accounts import MILLION, Account, Business
from cmbank.demo.days import DATES, MERGER, YEAR_DAYS, YEAR_START, next_workday, number_of
from cmbank.demo.people import Person
from cmbank.demo.standards import Target, target

PER_MANAGER = 20  # running numbers kept for one manager's customers
SMALL_ONES = 2
BORROWERS = 4
SPIKE_LIFTS_TO = 15.4 * MILLION


@dataclass(frozen=True)
class Assignment:
    """One span of credit: both days inclusive, `ends_on` empty while it lasts."""

    customer_no: str
    employee_no: str
    share: str
    starts_on: date
    ends_on: date | None = None


@dataclass(frozen=True)
class Customer:
    """One customer with its accounts, its assignments, and its settlements of the year in USD."""

    customer_no: str
    name: str
    kind: str
    branch_code: str
    known_from: date
    accounts: tuple[Account, ...]
    assignments: tuple[Assignment, ...]
    settlement: float = 0


def portfolio(person: Person, seed: int) -> Iterator[Customer]:
    """The customers of one manager, largest first, the ones too small to count last."""
    rng = Random(f"{seed}/portfolio/{person.number}")  # nosec B311  # made-up data, the same again
    aim = target(person.grade, person.situation, rng, leading=person.leading)
    for place, business in enumerate(_businesses(person, aim, rng)):
        trades = aim.settlement * MILLION * (0.6, 0.4)[place - 1] if business.foreign else 0
        yield _customer(person, place, business, trades, rng)


def _customer(person: Person, place: int, business: Business, settlement: float, rng: Random) -> Customer:
    number = person.number * PER_MANAGER + place
    held = accounts.accounts(business, rng)
    if not business.counted and business.start == 0 and rng.random() < 0.2:
        held = (_leaving(held[0], rng),)
    return Customer(
        customer_no=business.customer_no,
        name=names.person(rng) if business.personal else names.company(number, person.branch_code),
        kind="personal" if business.personal else "corporate",
        branch_code=person.branch_code,
        known_from=DATES[business.start],
        accounts=held,
        assignments=tuple(_assignments(person, place, business)),
        settlement=settlement,
    )


def _leaving(account: Account, rng: Random) -> Account:
    closed = next_workday(rng.randint(YEAR_START + 30, YEAR_START + 240))
    return replace(account, closed=closed)


def _businesses(person: Person, aim: Target, rng: Random) -> Iterator[Business]:
    personal = person.line == "personal"
    count = aim.customers + 3 * personal
    deposits = _spread(aim.deposit, aim.largest_deposit, count, 1.3 * aim.floor, rng)
    borrowers = 7 if personal else BORROWERS
    loans = _spread(aim.loan, aim.largest_loan, borrowers, 0, rng) if aim.loan else []
    starts = [_start(person, rng) for _ in deposits]
    newcomer = _newcomer(person, deposits, aim)
    if newcomer:
        starts[-1] = next_workday(rng.randint(YEAR_START + 5, YEAR_START + 80))
    ratios = _ratios(deposits, aim.growth * MILLION, newcomer, rng)
    for place, deposit in enumerate(deposits):
        yield Business(
            _customer_no(person, place),
            personal,
            deposit,
            ratios[place],
            loan=loans[place] if place < len(loans) else 0,
            start=starts[place],
            foreign=place in (1, 2) and not personal and aim.settlement > 0,
            agreement=place == 0 and person.number % 2 == 0 and not personal,
            deposit_event=_deposit_event(person, place, deposits),
            loan_event=_loan_event(person, place),
        )
    for extra in range(SMALL_ONES):
        small = aim.floor * MILLION * rng.uniform(0.3, 0.7)
        yield Business(
            _customer_no(person, count + extra),
            personal or rng.random() < 0.5,
            small,
            rng.uniform(0.85, 1),
            start=_start(person, rng),
            counted=False,
        )


def _customer_no(person: Person, place: int) -> str:
    return f"8{person.number:05d}{place + 1:02d}"


def _spread(whole: float, largest: float, count: int, least: float, rng: Random) -> list[float]:
    """Amounts in yuan that add up to `whole` millions, the largest first, none of the rest below `least`."""
    weights = sorted((rng.uniform(0.5, 1.6) for _ in range(count - 1)), reverse=True)
    rest = whole - largest - least * (count - 1)
    shares = [least + rest * weight / sum(weights) for weight in weights]
    return [amount * MILLION for amount in (largest, *shares)]


def _start(person: Person, rng: Random) -> int:
    """Day number of a customer's first balance."""
    if person.situation == "undecided":
        return number_of(MERGER)
    if person.situation == "new":
        return next_workday(rng.randint(YEAR_START + 62, YEAR_START + 150))
    if person.grade == "trainee":
        return next_workday(rng.randint(number_of(date(2025, 11, 3)), YEAR_START + 15))
    return 0


def _newcomer(person: Person, deposits: list[float], aim: Target) -> bool:
    """Is the smallest customer one won this year? Only where that fits the growth aimed at."""
    settled = person.grade != "trainee" and person.situation != "undecided"
    return settled and deposits[-1] < 0.7 * aim.growth * MILLION


def _ratios(deposits: list[float], growth: float, newcomer: bool, rng: Random) -> list[float]:
    """Last year's average over this year's, per customer, so that the increments add up to about `growth`."""
    won = deposits[-1] if newcomer else 0
    usual = 1 - (growth - won) / (sum(deposits) - won)
    return [max(0.2, usual + rng.uniform(-0.03, 0.03)) for _ in deposits]


def _deposit_event(person: Person, place: int, deposits: list[float]) -> str:
    if person.situation in ("vetoed", "arrears") and place == 2:
        return "overdraft"
    if person.situation == "spike" and place == 1:
        return f"spike:{round((SPIKE_LIFTS_TO - sum(deposits)) * YEAR_DAYS / 2 / MILLION) * MILLION}"
    return ""


def _loan_event(person: Person, place: int) -> str:
    events = {
        "vetoed": ("", "arrears"),
        "arrears": ("", "arrears"),
        "vetoed_npl": ("", "npl"),
        "npl": ("", "npl"),
        "recovered": ("", "recovered"),
        "improving": ("", "watched", "recovered"),
    }.get(person.situation, ())
    return events[place] if place < len(events) else ""


def _assignments(person: Person, place: int, business: Business) -> Iterator[Assignment]:
    """Who is credited with this customer. Spans of one customer never add up to more than 1 on a day."""
    start = DATES[business.start]
    mine, theirs = person.employee_no, person.partner
    spans: tuple[tuple[str, str, date, date | None], ...] = ((mine, "1.0000", start, None),)
    if person.situation == "transfer_giver" and place in (6, 7):
        spans = (mine, "1.0000", start, date(2026, 8, 16)), (theirs, "1.0000", date(2026, 8, 17), None)
    elif person.situation == "shared_a" and place == 0:
        spring, may = date(2026, 4, 30), date(2026, 5, 1)
        spans = (
            (mine, "0.6000", start, spring),
            (theirs, "0.4000", start, spring),
            (mine, "0.5000", may, None),
            (theirs, "0.5000", may, None),
        )
    elif person.situation == "inherited" and place == 4:
        spans = (theirs, "1.0000", start, date(2025, 6, 30)), (mine, "1.0000", date(2025, 7, 1), None)
    elif person.situation == "splits" and place == 2:
        spans = (mine, "0.7000", start, None), (theirs, "0.3000", start, None)
    elif person.situation == "unclaimed" and place == 3:
        spans = ((mine, "0.7000", start, None),)
    for employee_no, share, starts_on, ends_on in spans:
        yield Assignment(business.customer_no, employee_no, share, starts_on, ends_on)
