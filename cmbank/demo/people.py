"""Branches and managers of the demo bank: the small bank by name, the larger ones as a stream."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from random import Random

from cmbank.demo import names
from cmbank.demo.days import FIRST, MERGER

FACTOR = {"small": 1, "medium": 10, "large": 100}
SMALL = 24
PER_OUTLET = 8


@dataclass(frozen=True)
class Unit:
    """One row of branches.csv; `known_from` is the day the core system first reports it."""

    code: str
    name: str
    kind: str
    parent_code: str
    known_from: date = FIRST


@dataclass(frozen=True)
class Person:
    """One client manager and the situation the generator puts them in."""

    employee_no: str
    name: str
    branch_code: str
    line: str
    grade: str
    situation: str
    number: int
    hired_on: date
    post_started_on: date
    education: str
    title_level: str
    partner: str = ""
    leading: str = "deposit"
    username: str = ""

    @property
    def known_from(self) -> date:
        """The day the register first names this manager."""
        if self.situation == "undecided":
            return MERGER
        return max(FIRST, self.hired_on)


UNITS = (
    Unit("0001", "江城银行", "head_office", ""),
    Unit("0100", "江城分行", "branch", "0001"),
    Unit("0101", "城东支行", "outlet", "0100"),
    Unit("0102", "开发区支行", "outlet", "0100"),
    Unit("0103", "滨江支行", "outlet", "0100"),
    Unit("0104", "清河支行（原清河村镇银行）", "outlet", "0100", MERGER),
    Unit("0200", "临江分行", "branch", "0001"),
    Unit("0201", "江北支行", "outlet", "0200"),
    Unit("0202", "高新支行", "outlet", "0200"),
)


def units(size: str) -> Iterator[Unit]:
    """Every branch of the bank of this size, parents first."""
    yield from UNITS
    for outlet in range((SMALL * (FACTOR[size] - 1) + PER_OUTLET - 1) // PER_OUTLET):
        branch, within = divmod(outlet, len(names.OUTLETS))
        code = f"{branch + 3:02d}"
        if within == 0:
            yield Unit(f"{code}00", f"{names.city(code)}分行", "branch", "0001")
        name = names.city(code) + names.OUTLETS[within]
        yield Unit(f"{code}{within + 1:02d}", name, "outlet", f"{code}00")


def crowd(size: str, seed: int) -> Iterator[Person]:
    """The managers beyond the small bank, one after the other, each from a stream of their own."""
    for number in range(SMALL, SMALL * FACTOR[size]):
        outlet, within = divmod(number - SMALL, PER_OUTLET)
        branch, unit = divmod(outlet, len(names.OUTLETS))
        code = f"{branch + 3:02d}{unit + 1:02d}"
        yield _someone(Random(f"{seed}/person/{number}"), number, code, within)  # nosec B311  # made-up


def _someone(rng: Random, number: int, branch_code: str, within: int) -> Person:
    grades = ("senior", "first", "second", "third", "fourth", "trainee")
    grade = rng.choices(grades, (5, 13, 21, 31, 25, 5 if within % 4 != 1 else 0))[0]  # no trainee shares
    hired_on, post_started_on = service(grade, rng)
    education, title_level = schooling(grade, rng)
    sharing = within % 4 == 0 and grade not in ("senior", "trainee")
    return Person(
        employee_no=f"{branch_code}{within + 1:02d}",
        name=names.person(rng),
        branch_code=branch_code,
        line="personal" if grade in ("third", "fourth") and rng.random() < 0.2 else "corporate",
        grade=grade,
        situation="splits" if sharing else _situation(grade, rng),
        number=number,
        hired_on=hired_on,
        post_started_on=post_started_on,
        education=education,
        title_level=title_level,
        partner=f"{branch_code}{within + 2:02d}" if sharing else "",
    )


def _situation(grade: str, rng: Random) -> str:
    if grade == "trainee":
        return "trainee"
    chances = {"keep": 80, "promoted": 6 * (grade != "senior"), "below": 6, "edge": 4, "arrears": 2, "npl": 2}
    return rng.choices(tuple(chances), tuple(chances.values()))[0]


def service(grade: str, rng: Random) -> tuple[date, date]:
    """Day of hire and start on the post: long enough for the grade (source A art. 5, 11)."""
    if grade == "trainee":
        return date(2025, 9, 15), date(2025, 9, 15)
    years = {"senior": (9, 16), "first": (6, 12), "second": (4, 9), "third": (3, 8), "fourth": (2, 5)}[grade]
    hired = 2025 - rng.randint(*years)
    started = hired + rng.randint(1, 2) if hired < 2023 else hired
    return date(hired, 7, rng.randint(1, 20)), date(started, 9, 1)


def schooling(grade: str, rng: Random) -> tuple[str, str]:
    """Education and professional title, as the entry rules of the grade ask."""
    college = 1 if grade in ("third", "fourth") else 0
    education = rng.choices(("bachelor", "master", "associate"), (6, 3, college))[0]
    titles = {"senior": ("intermediate",), "first": ("intermediate", "junior"), "trainee": ("none",)}
    return education, rng.choice(titles.get(grade, ("junior", "junior", "none")))
