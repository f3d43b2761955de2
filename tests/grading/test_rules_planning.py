"""The planner's arithmetic: following it reaches the line, one fen less does not."""

from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from grading.rules.planning import FEN, Course, Plan, fen_above, plan, projected

amounts = st.decimals(min_value=0, max_value=10**10, places=2).map(Fraction)
courses = st.builds(
    Course,
    product=st.decimals(min_value=0, max_value=10**12, places=2).map(Fraction),
    past=st.integers(min_value=0, max_value=365),
    balance=amounts,
    ahead=st.integers(min_value=1, max_value=92),
)


def average_at_end(course: Course, balance: Fraction) -> Fraction:
    return (course.product + balance * course.ahead) / course.days


def test_a_worked_example() -> None:
    # 261 days at 2.31, 12 to go, a line of 2.50 over 273 days
    course = Course(Fraction(231 * 261), 261, Fraction(240), 12)
    found = plan(course, Fraction(250))
    assert found == Plan(Fraction(250), 12, Decimal("663.25"), Decimal("423.25"))
    assert projected(course) == Fraction(231 * 261 + 240 * 12, 273)


def test_nothing_can_be_planned_when_no_day_remains() -> None:
    assert plan(Course(Fraction(100), 10, Fraction(10), 0), Fraction(20)) is None


def test_a_window_that_has_not_begun_needs_the_line_itself() -> None:
    assert plan(Course(Fraction(0), 0, Fraction(30), 90), Fraction(50)) == Plan(
        Fraction(50), 90, Decimal("50.00"), Decimal("20.00")
    )


@given(courses, amounts)
def test_holding_what_is_said_reaches_the_line_and_one_fen_less_does_not(
    course: Course, threshold: Fraction
) -> None:
    found = plan(course, threshold)
    assert found is not None
    assert average_at_end(course, Fraction(found.hold)) >= threshold
    if found.hold > 0:
        assert average_at_end(course, Fraction(found.hold) - FEN) < threshold


@given(courses, amounts)
def test_today_and_on_the_increase_reaches_the_line(course: Course, threshold: Fraction) -> None:
    found = plan(course, threshold)
    assert found is not None
    assert average_at_end(course, course.balance + Fraction(found.increase)) >= threshold
    assert (found.increase == 0) == (projected(course) >= threshold)


@given(st.fractions(min_value=0, max_value=10**9, max_denominator=1000))
def test_fen_are_rounded_up(amount: Fraction) -> None:
    assert 0 <= Fraction(fen_above(amount)) - amount < FEN
