"""Verdicts under corporate-six-grades from published figures, beside the same conditions written by hand."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from importlib import resources
from itertools import islice
from typing import Any

from benchmarks import database
from benchmarks.bank import FLOORS, Bank
from benchmarks.by_hand import GRADES, Ruling, ruling
from benchmarks.compare import Different
from benchmarks.measure import peak_mb, reset_peak, timed
from benchmarks.report import Found

CODE = "corporate-six-grades"
QUARTERS = (date(2025, 3, 31), date(2025, 6, 30), date(2025, 9, 30), date(2025, 12, 31))
LAST = QUARTERS[-1]
#: Verdicts are measured for so many times the managers of the bank; simulations for the bank's own.
TIMES = 6
#: Figures of so many managers are held at a time.
BATCH = 500
#: The draft that is simulated: other lines for two grades, more allowance for one.
DRAFT = (
    ("value = 38_000_000", "value = 42_000_000"),
    ("value = 15_000_000", "value = 16_500_000"),
    ("value = 260", "value = 280"),
)


def measure(found: Found) -> None:
    """Seconds and memory of verdicts and of a simulation, on readings written for this alone."""
    bank = found.bank
    database.empty_database()
    fill(bank.managers * TIMES, bank.managers)
    database.tidy()
    found.figures["managers judged"] = bank.managers * TIMES
    for _ in range(bank.repeats):
        found.add("verdicts", timed(lambda: sum(1 for _ in judged(bank.managers * TIMES))))
        found.add("simulation, four quarters", timed(simulated, bank))
    found.figures["memory of all verdicts ÷ of some"] = memory(bank)
    found.seconds["one verdict ms"] = one_ms(bank)
    held = list(judged(min(bank.managers * TIMES, 2 * BATCH)))
    found.equal_cells["verdicts by hand"] = check(held)
    for _ in range(bank.repeats):
        found.add("  verdicts: rules alone", timed(_by_rules, held) / len(held))
        found.add("  verdicts: by hand", timed(_by_hand, held) / len(held))


def judged(limit: int) -> Iterator[Any]:
    """Judgements of the first managers for the last quarter, streamed as figures are read."""
    from grading import queries, services
    from ledger import queries as ledger
    from ledger.rules import windows
    from managers.models import ClientManager

    run, version = ledger.current_run(LAST), queries.version_in_force(CODE, LAST)
    people = ClientManager.objects.order_by("id")[:limit].iterator(chunk_size=BATCH)
    while batch := list(islice(people, BATCH)):
        yield from services.judge(batch, version=version, run=run, period=windows.period("2025Q4"))


def simulated(bank: Bank) -> Any:
    """A draft beside the shipped text over four quarters, for the managers of one branch."""
    from grading import simulation
    from grading.rules import checker
    from ledger.rules import windows
    from managers.models import ClientManager

    periods = [windows.period(f"2025Q{number}") for number in (1, 2, 3, 4)]
    among = ClientManager.objects.filter(branch__code="SOME")
    results = list(
        simulation.simulate(checker.load(draft()), periods, among=among, starts_on=date(1990, 1, 1))
    )
    if [result.judged for result in results] != [bank.managers] * len(QUARTERS):
        raise AssertionError("the simulation left managers out")
    if not any(result.changes for result in results) and bank.managers > BATCH:
        raise AssertionError("a simulation without any change measures little")
    return results


def draft() -> str:
    """The shipped text with other numbers."""
    text = resources.files("grading.rulebooks").joinpath(f"{CODE}.toml").read_text(encoding="utf-8")
    for old, new in DRAFT:
        text = text.replace(old, new)
    return text


def memory(bank: Bank) -> float:
    """The most memory held while all are judged, against that for as many as one batch and a half."""
    database.rest()
    reset_peak()
    for _ in judged(BATCH * 3 // 2):
        pass
    some = peak_mb()
    for _ in judged(bank.managers * TIMES):
        pass
    return peak_mb() / some


def one_ms(bank: Bank) -> list[float]:
    """Milliseconds for the verdict of a single manager, figures and all; the first one warms up."""
    from grading import queries, services
    from ledger import queries as ledger
    from ledger.rules import windows
    from managers.models import ClientManager

    run, version = ledger.current_run(LAST), queries.version_in_force(CODE, LAST)
    period = windows.period("2025Q4")

    def one(who: Any) -> None:
        list(services.judge([who], version=version, run=run, period=period))

    return [1000 * timed(one, who) for who in ClientManager.objects.order_by("id")[:31]][1:]


def check(held: list[Any]) -> int:
    """How many rulings by hand equal the product's, all of them; Different names the first that does not."""
    for each in held:
        ours = Ruling(each.verdict.outcome, each.verdict.proposed_grade)
        theirs = ruling(each.verdict.grade, each.evidence)
        if ours != theirs:
            raise Different(f"{each.manager.employee_no}: ours {ours}, by hand {theirs}")
    return len(held)


def _by_rules(held: list[Any]) -> None:
    from grading.queries import rulebook, version_in_force
    from grading.rules import verdict

    book = rulebook(version_in_force(CODE, LAST))
    for each in held:
        verdict.judge(book, grade=each.verdict.grade, period_kind="quarter", evidence=each.evidence, on=LAST)


def _by_hand(held: list[Any]) -> None:
    for each in held:
        ruling(each.verdict.grade, each.evidence)


def fill(managers: int, some: int) -> None:
    """Managers with grades, and readings as four nights would have stored them; `some` have all quarters."""
    from django.utils import timezone

    from ledger.models import Bundle, Feed, Run
    from managers.models import Branch

    head = Branch.objects.create(code="HO", name="总行", kind="head_office", path="/HO/")
    part = Branch.objects.create(code="SOME", name="分行", kind="branch", parent=head, path="/HO/SOME/")
    bundle = Bundle.objects.create(digest="bench", name="bench", from_on=date(2024, 1, 1), to_on=LAST)
    for code in ("settlements", "loan_classes", "interest_arrears"):
        Feed.objects.create(code=code, first_bundle=bundle)
    given = {"all": managers, "some": some, "head": head.pk, "part": part.pk, "grades": list(GRADES)}
    database.rows(_PEOPLE, given)
    for day in QUARTERS:
        run = Run.objects.create(
            business_date=day,
            status="succeeded",
            is_current=True,
            through_bundle=bundle,
            confirmed_through=bundle,
            floors=[Decimal(floor) for floor in FLOORS],
            finished_at=timezone.now(),
        )
        days = (day - date(2025, 1, 1)).days + 1
        database.rows(_READINGS, given | {"run": run.pk, "days": days, "last": day == LAST})


_PEOPLE = """
    WITH people AS (
        INSERT INTO managers_clientmanager
            (employee_no, name, pinyin, branch_id, line, hired_on, post_started_on, grade_code, education,
             title_level, status)
        SELECT 'E' || n, '经理' || n, '', CASE WHEN n < %(some)s THEN %(part)s ELSE %(head)s END, 'corporate',
               '2015-01-01', '2020-01-01', (%(grades)s::text[])[1 + n %% 6], '', '', 'on_post'
        FROM generate_series(0, %(all)s - 1) AS n
        RETURNING id, grade_code)
    INSERT INTO grading_graderecord (manager_id, grade_code, effective_on, basis, recorded_at)
    SELECT id, grade_code, '2020-01-01', 'bench', now() FROM people RETURNING 1
"""
#: Deposits and loans spread like incomes: few very large, each floor leaving out a little more.
_READINGS = """
    WITH drawn AS MATERIALIZED (
        SELECT id AS manager, %(days)s * round(exp(random_normal(17.2, 1.1))::numeric) AS deposit,
               CASE WHEN random() < 0.7 THEN %(days)s * round(exp(random_normal(17.4, 1.4))::numeric) ELSE 0
               END AS loan,
               CASE WHEN random() < 0.3 THEN round(exp(random_normal(15.5, 1.3))::numeric) ELSE 0 END AS usd,
               random() AS growth, random() AS luck
        FROM managers_clientmanager WHERE %(last)s OR branch_id = %(part)s),
    kept AS (SELECT ARRAY[1.0, 0.97, 0.94, 0.85, 0.75] AS share),
    plain AS (
        INSERT INTO ledger_reading
            (run_id, manager_id, "window", days, base_days, deposit_product, loan_product, settlement_usd,
             largest_deposit_product, largest_loan_product, base_product, base_gap)
        SELECT %(run)s, manager, 'year', %(days)s, 366,
               ARRAY(SELECT deposit * s FROM unnest(share) s), ARRAY(SELECT loan * s FROM unnest(share) s),
               ARRAY(SELECT usd * s FROM unnest(share) s),
               ARRAY(SELECT deposit * 0.35 FROM unnest(share) s),
               ARRAY(SELECT loan * 0.4 FROM unnest(share) s),
               ARRAY(SELECT round(deposit * s * (0.6 + growth::numeric * 0.5) * 366 / %(days)s, 2)
                     FROM unnest(share) s),
               ARRAY['', '', '', '', '']
        FROM drawn, kept RETURNING 1)
    INSERT INTO credit_qualityreading
        (run_id, manager_id, "window", normal_balance, loan_balance, unclassified, base_normal_balance,
         base_loan_balance, base_unclassified, non_performing, interest_arrears, advances)
    SELECT %(run)s, manager, 'year',
           ARRAY(SELECT CASE WHEN luck < 0.9 THEN loan ELSE loan * 0.98 END FROM unnest(share) s),
           ARRAY(SELECT loan FROM unnest(share) s), ARRAY[0, 0, 0, 0, 0],
           ARRAY(SELECT loan * 0.97 FROM unnest(share) s), ARRAY(SELECT loan FROM unnest(share) s),
           ARRAY[0, 0, 0, 0, 0],
           ARRAY(SELECT CASE WHEN luck < 0.02 THEN 1000 ELSE 0 END FROM unnest(share) s),
           ARRAY(SELECT CASE WHEN luck BETWEEN 0.02 AND 0.03 THEN 10 ELSE 0 END FROM unnest(share) s),
           ARRAY[0, 0, 0, 0, 0]
    FROM drawn, kept RETURNING 1
"""
