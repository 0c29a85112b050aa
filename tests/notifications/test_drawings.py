"""Families see promises over the quarters and dates drawn, with the same in words and in tables."""

from copy import deepcopy
from datetime import date
from functools import cache
from typing import Any

from notifications.drawings import MOST, Dates, dates_kept, promises_over_quarters
from notifications.templating import environment
from tests.support.pages import check_page, parse
from tests.support.pages import words as words_of
from tests.support.published import pages

PAGE = """<!doctype html>{% import "charts.html.jinja" as charts %}
<html lang="en"><head><title>Charts - x</title></head><body><main><h1>Charts</h1>
{% for one in kept %}{{ charts.kept(one) }}{% endfor %}
{% if dates %}{{ charts.dates(dates) }}{% endif %}</main></body></html>"""


every = cache(pages)


def place() -> list[dict[str, Any]]:
    found = [deepcopy(dict(every()[f"prisons/ALD/2026-27-{q}"])) for q in ("Q1", "Q2")]
    found[0]["accounts"][0]["tally"] |= {"kept": 3, "partly": 2, "not_kept": 4}
    return found


def drawn(here: list[dict[str, Any]]) -> str:
    kept, dates = promises_over_quarters(here), dates_kept(here)
    html = environment().from_string(PAGE).render(kept=kept, dates=dates)
    check_page(html)
    return html


def rows_of(here: list[dict[str, Any]]) -> dict[str, Any]:
    chart = dates_kept(here)
    assert isinstance(chart, Dates)
    return {row.name: row for row in chart.rows}


def test_promises_are_drawn_over_the_quarters_with_a_table_of_the_same():
    [chart] = promises_over_quarters(place())
    assert [(stack.name, stack.parts) for stack in chart.stacks] == [
        ("April to June 2026", (3, 2, 4)),
        ("July to September 2026", (5, 2, 2)),
    ]
    tree, _ = parse(drawn(place()))
    first = next(iter(tree.iter("table")))
    rows = [[words_of(cell) for cell in row] for row in first.iter() if row.tag.endswith("tr")]
    assert rows[0] == ["Quarter", "Kept", "Partly kept", "Not kept"]
    assert rows[1] == ["April to June 2026", "3", "2", "4"]
    images = [one for one in tree.iter() if one.get("role") == "img"]
    assert len(images) == 2
    for image in images:
        named = (image.get("aria-labelledby") or "").split()
        assert [one.get("id") for one in image if one.get("id")] == named


def test_what_does_not_apply_has_a_part_of_its_own_where_there_is_any():
    here = place()
    here[0]["accounts"][0]["tally"]["not_applicable"] = 1
    [chart] = promises_over_quarters(here)
    assert [stack.parts for stack in chart.stacks] == [(3, 2, 4, 1), (5, 2, 2, 0)]
    assert chart.keys[-1].words == "Does not apply here"


def test_one_quarter_is_no_trend_and_two_organisations_are_never_added_together():
    assert promises_over_quarters([]) == []
    assert promises_over_quarters(place()[1:]) == []
    here = place()
    for one in here:
        one["accounts"].append(one["accounts"][0] | {"party_name": "Brook Health"})
    charts = promises_over_quarters(here)
    assert [chart.title for chart in charts] == [
        "Promises kept: Avon Health",
        "Promises kept: Brook Health",
    ]
    assert len({chart.id for chart in charts}) == 2


def test_quarters_answered_in_other_words_do_not_stand_beside_one_another():
    here = place()
    here[0]["notices"]["working_wording"] = "Another working wording."
    assert promises_over_quarters(here) == []


def test_a_promise_shows_the_date_first_promised_and_what_came_of_it():
    rows = rows_of(place())
    guide = rows["Print the guide to healthcare in 4 languages"]
    assert (guide.first, guide.then) == (date(2026, 9, 30), date(2026, 12, 31))
    assert guide.came == "Moved to 31 December 2026"
    line = rows["Open a healthcare line for families, answered on weekdays"]
    assert (line.came, line.then) == ("Done late", date(2026, 10, 20))
    room = rows["Open a family room beside the health centre"]
    assert room.came == "Not done"
    assert "Told as not done on 20 October 2026." in room.words


def test_a_promise_done_stays_done_on_the_day_it_was_first_told():
    here = place()
    for account in here[0]["accounts"]:
        account["received_on"] = "2026-07-20"
    rows = rows_of(here)
    line = rows["Open a healthcare line for families, answered on weekdays"]
    assert (line.came, line.then) == ("Done on time", date(2026, 7, 20))


def test_every_dot_lies_within_the_drawing_even_on_a_single_day():
    chart = dates_kept(place())
    assert chart is not None
    for row in chart.rows:
        assert 0 < chart.across(row.first) < 100
        assert 0 < chart.across(row.then) < 100
    one = Dates("d", "t", "s", (chart.rows[0],))
    assert 0 < one.across(chart.rows[0].first) < 100


def test_of_many_promises_the_newest_are_drawn_and_the_drawing_says_so():
    here = place()
    usual = here[1]["actions"][0]
    here[1]["actions"] = [
        usual | {"title": f"<b>Act</b> {i}", "source": usual["source"] | {"action": f"A{i}"}}
        for i in range(MOST + 5)
    ]
    here[0]["actions"] = []
    chart = dates_kept(here)
    assert chart is not None
    assert len(chart.rows) == MOST
    assert f"The newest {MOST} of {MOST + 5} are drawn." in chart.said
    assert "<b>Act" not in drawn(here)


def test_nothing_promised_is_nothing_drawn():
    here = place()
    for one in here:
        one["actions"] = []
    assert dates_kept(here) is None
