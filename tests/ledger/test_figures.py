"""Figures on a page: short and exact, missing, states with a mark, bars without style attributes."""

import datetime
import re
from decimal import Decimal

import pytest
from django.template import Context, Template
from django.utils import translation

from ledger.templatetags import figures


def rendered(source: str, **context) -> str:
    """The text of a small template."""
    return Template("{% load figures %}" + source).render(Context(context)).strip()


def rects(svg: str) -> dict[str, str]:
    """The widths of a bar's parts; the hatched projection has no class and is called `ahead`."""
    parts = re.findall(r'<rect (?:class="(\w+)"|fill="[^"]+")[^>]*? (?:x|width)="([\d.]+%)"', svg)
    return {name or "ahead": size for name, size in parts}


def test_an_amount_is_short_on_the_page_and_exact_on_hover():
    assert rendered("{% amount value %}", value=Decimal("230967412.88")) == (
        '<data class="amount" value="230967412.88" title="230,967,412.88 元">2.31 亿</data>'
    )


def test_an_amount_leads_to_its_explanation():
    assert rendered('{% amount value unit="USD" url="/explain/7/" %}', value=Decimal("8200000")) == (
        '<a class="amount" href="/explain/7/" title="US$ 8,200,000.00">'
        '<data value="8200000">US$ 820 万</data></a>'
    )


def test_a_missing_amount_says_why_and_is_never_zero():
    assert rendered('{% amount value reason="汇率文件未到" %}', value=None) == (
        '<span class="missing" title="汇率文件未到"><span aria-hidden="true">—</span>'
        '<span class="sr">汇率文件未到</span></span>'
    )


def test_an_amount_takes_nothing_from_the_page_around_it():
    assert "href" not in rendered("{% amount value %}", value=1, url="/elsewhere/", unit="USD")


def test_english_pages_use_english_units():
    with translation.override("en"):
        assert rendered("{{ value|short }}", value=Decimal("230967412.88")) == "230.97 m"


@pytest.mark.parametrize(
    ("source", "value", "expected"),
    [
        ("{{ value|short }}", Decimal("19040000"), "1,904 万"),
        ("{{ value|exact }}", "230967412.88", "230,967,412.88"),
        ("{{ value|signed }}", Decimal("-19040000"), "−1,904 万"),
        ("{{ value|size }}", Decimal("-19040000"), "1,904 万"),
        ("{{ value|figure:'ratio' }}", Decimal("0.986"), "98.6%"),
        ("{{ value|figure:'months' }}", 36, "36"),
        ("{{ value|figure }}", True, "是"),
        ("{{ value|percent:0 }}", Decimal("0.38"), "38%"),
        ("{{ value|share }}", Decimal("0.7"), "70%"),
        ("{{ value|wan }}", Decimal("19040000"), "1,904"),
        ("{{ value|yi }}", Decimal("230967412.88"), "2.31"),
        ("{{ value|iso }}", datetime.date(2026, 3, 31), "2026-03-31"),
        ("{{ value|iso }}", datetime.datetime(2026, 9, 30, 17, 5, tzinfo=datetime.UTC), "2026-10-01 01:05"),
        ("{{ value|month_day }}", datetime.date(2026, 3, 31), "03-31"),
    ],
)
def test_filters(source, value, expected):
    assert rendered(source, value=value) == expected


@pytest.mark.parametrize(
    "name", ["short", "exact", "signed", "size", "figure", "percent", "share", "wan", "yi", "iso"]
)
@pytest.mark.parametrize("value", [None, ""])
def test_every_filter_shows_a_dash_for_what_is_missing(name, value):
    assert rendered("{{ value|" + name + " }}", value=value) == "—"


@pytest.mark.parametrize("value", ["NA", "MISSING", "NaN", "Infinity"])
def test_texts_that_are_no_numbers_are_missing(value):
    assert figures.short(value) == "—"


def test_a_tag_carries_a_mark_beside_its_colour():
    assert rendered('{% tag "met" %}') == (
        '<span class="tag tag-met"><span aria-hidden="true">✓</span> 已达</span>'
    )
    assert rendered('{% tag "veto" "欠息" %}') == (
        '<span class="tag tag-failed"><span aria-hidden="true">✕</span> 欠息</span>'
    )
    assert rendered('{% tag "undecided" bare=True %}') == (
        '<span class="tag tag-waiting"><span aria-hidden="true">?</span><span class="sr">待定</span></span>'
    )


def test_every_state_that_judges_has_a_mark_and_a_word():
    judged = [
        state for state in figures.STATES.values() if state.tone in ("met", "failed", "attention", "waiting")
    ]
    assert [state for state in judged if not (state.mark and state.word)] == []


def test_a_bar_shows_value_projection_and_threshold():
    svg = rendered(
        '{% bar value=value threshold=threshold projected=projected state="expected" %}',
        value=Decimal("50"),
        threshold=Decimal("100"),
        projected=Decimal("75"),
    )
    assert rects(svg) == {"track": "100%", "ahead": "64.50%", "filled": "43.00%", "tick": "86.00%"}
    assert 'aria-label="目前 50.00，标准 100.00，期末预计 75.00"' in svg
    assert "style=" not in svg


@pytest.mark.parametrize(
    ("value", "threshold", "expected"),
    [
        (Decimal("500"), Decimal("100"), {"track": "100%", "filled": "100.00%", "tick": "86.00%"}),
        (None, Decimal("100"), {"track": "100%", "tick": "86.00%"}),
        (Decimal("-5"), Decimal("100"), {"track": "100%", "tick": "86.00%"}),
        (Decimal("5"), Decimal(0), {"track": "100%", "filled": "100.00%"}),
        (Decimal(0), None, {"track": "100%"}),
    ],
)
def test_a_bar_stays_within_its_track(value, threshold, expected):
    assert (
        rects(rendered("{% bar value=value threshold=threshold %}", value=value, threshold=threshold))
        == expected
    )
