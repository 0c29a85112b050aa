"""Charts say in words and in a table what they draw, and break a line where figures part."""

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charter.quarters import Quarter
from notifications.charts import (
    Bar,
    Bars,
    Key,
    Point,
    Span,
    Sparkline,
    Stack,
    Stacks,
    Timeline,
)
from portal.pages import Pages
from tests.support.pages import check_page, parse, words

PAGE = """<!doctype html>{% import "shared/charts.html" as charts %}
<html lang="en"><head><title>Charts - x</title></head>
<body><main><h1>Charts</h1>{{ charts[kind](chart) }}</main></body></html>"""
FIRST = Quarter.parse("2025-26-Q3")
KEYS = (Key("Received", "green"), Key("Received late", "yellow"), Key("Not returned", "orange"))


def quarters(many: int) -> list[Quarter]:
    found = [FIRST]
    while len(found) < many:
        found.append(found[-1].next())
    return found


def line(*values: int | None, breaks: int = -1) -> Sparkline:
    points = tuple(
        Point(quarter, value, breaks=place == breaks)
        for place, (quarter, value) in enumerate(zip(quarters(len(values)), values, strict=True))
    )
    return Sparkline("c", "On time", "By quarter.", points, why_breaks="The Charter changed.")


def drawn(kind: str, chart: object) -> str:
    html = Pages().env.from_string(PAGE).render(kind=kind, chart=chart)
    check_page(html)
    return html


STACKS = Stacks("c", "States", "By quarter.", KEYS, (Stack("<Q2>", (40, 3, 0)),), of="Quarter")
TIMELINE = Timeline(
    "c",
    "Dates",
    "The quarter.",
    (
        Span("Asked", date(2026, 10, 1), date(2026, 10, 28)),
        Span("Published", date(2026, 12, 8), date(2026, 12, 8)),
    ),
    today=date(2026, 10, 14),
)
BARS = Bars("c", "Met", "By <commitment>.", (Bar("<b>One</b>", 3, "3 of 4"), Bar("Two", None)), 4)


@pytest.mark.parametrize(
    ("kind", "chart", "told"),
    [
        ("bar", BARS, ["<b>One</b>", "3 of 4", "Two", "–"]),
        ("stacked_bar", STACKS, ["<Q2>", "40", "3", "0", "43"]),
        ("sparkline", line(80, None, 60), ["October to December 2025", "80", "–", "60"]),
        ("timeline", TIMELINE, ["1 October 2026 to 28 October 2026", "8 December 2026"]),
    ],
)
def test_a_chart_has_a_name_a_description_and_a_table_of_the_same(
    kind: str, chart: Bars, told: list[str]
):
    tree, _ = parse(drawn(kind, chart))
    [svg] = [one for one in tree.iter() if one.tag.endswith("svg") and one.get("role") == "img"]
    named = (svg.get("aria-labelledby") or "").split()
    assert [one.get("id") for one in svg if one.get("id")] == named
    [table] = tree.iter("table")
    assert all(one in words(table) for one in told), words(table)


def test_no_chart_has_a_style_or_a_script_of_its_own():
    for kind, chart in (("bar", BARS), ("stacked_bar", STACKS), ("timeline", TIMELINE)):
        html = drawn(kind, chart)
        assert "style=" not in html
        assert "<script" not in html
        assert "<b>One" not in html


def test_no_line_leads_over_a_gap_or_to_a_quarter_that_cannot_be_compared():
    joined = [spot.before is not None for spot in line(80, 90, None, 70, 60, breaks=4).placed()]
    assert joined == [False, True, False, False, False]
    assert "The Charter changed." in drawn("sparkline", line(80, 90, breaks=1))
    assert "The Charter changed." not in drawn("sparkline", line(80, 90))


@given(st.lists(st.integers(0, 500), min_size=3, max_size=3))
def test_the_parts_of_a_bar_lie_beside_one_another_and_within_it(counts: list[int]):
    stack = Stack("Q", (counts[0], counts[1], counts[2]))
    parts = list(Stacks("c", "t", "s", KEYS, (stack,)).parts(stack))
    assert len(parts) == sum(count > 0 for count in counts)
    for part, after in pairwise(parts):
        assert part.starts + part.width == pytest.approx(after.starts, abs=0.2)
    assert not parts or parts[-1].starts + parts[-1].width == pytest.approx(100, abs=0.2)


@given(st.integers(0, 90), st.integers(0, 90))
def test_a_span_of_days_lies_within_its_timeline(starts: int, days: int):
    whole = Span("All", date(2026, 1, 1), date(2026, 12, 31))
    first = date.fromordinal(whole.first.toordinal() + starts)
    one = Span("One", first, date.fromordinal(first.toordinal() + days))
    chart = Timeline("c", "t", "s", (whole, one))
    assert chart.across(one.first) >= 0
    assert chart.across(one.first) + chart.width(one) <= 101


def test_a_name_too_long_for_the_drawing_stands_whole_in_the_table():
    name = "HMP Wormwood Scrubs (primary care and pharmacy together)"
    html = drawn("bar", Bars("c", "t", "s", (Bar(name, 1),)))
    assert "HMP Wormwood Scrubs (primary care…" in html
    assert name in html


def test_the_year_stands_under_its_first_quarter_where_there_is_room():
    assert [spot.year for spot in line(1, 2, 3, 4).placed()] == ["2025-26", "", "2026-27", ""]
    assert [spot.year for spot in line(1).placed()] == ["2025-26"]
