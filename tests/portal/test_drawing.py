"""How pages are drawn: strict templates, guests kept in check, and one table of words."""

import re
from datetime import date
from pathlib import Path

import pytest
from jinja2 import UndefinedError
from markupsafe import Markup

import portal
from charter.answers import Answer, Problem
from charter.steps import Rating
from portal.forms import Faults, Form, boxes
from portal.pages import (
    NotMarkup,
    Pages,
    due_words,
    fingerprint,
    moment,
    paragraphs,
    refuse_raw_words,
)
from portal.provider.words import TASK_WORDS, Task, answer_task
from tests.support.cast import at

PAGES = Pages()
TEMPLATES = sorted(Path(portal.__file__).parent.rglob("templates/*.html"))
COLOURS = {"", "blue", "white", "grey", "green", "yellow", "orange"}


def test_words_never_reach_a_parameter_that_is_printed_raw():
    for params in (
        {"html": "<b>"},
        {"rows": [{"value": {"html": "words"}}]},
        {"a": [{"html": "x"}]},
    ):
        with pytest.raises(NotMarkup):
            refuse_raw_words(params)
    refuse_raw_words({"html": Markup("<b>ours</b>"), "text": "<b>theirs</b>"})


def test_a_component_escapes_what_it_is_given():
    drawn = PAGES.env.from_string("{{ nhs.tag({'text': words}) }}").render(words="<script>")
    assert "<script>" not in drawn
    assert "&lt;script&gt;" in drawn


def test_a_template_that_names_what_is_not_there_fails():
    with pytest.raises(UndefinedError):
        PAGES.env.from_string("{{ nobody }}").render()


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_no_template_turns_escaping_off_or_carries_script_or_style(path: Path):
    text = path.read_text("utf-8")
    for forbidden in (
        "| safe",
        "|safe",
        "autoescape",
        "<script",
        "<style",
        " style=",
        " onclick",
        "javascript:",
    ):
        assert forbidden not in text, forbidden
    assert not re.search(r"https?://", text)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_every_form_that_changes_something_carries_its_hidden_word(path: Path):
    for form in re.findall(r"<form\b.*?</form>", path.read_text("utf-8"), re.DOTALL):
        if 'method="get"' in form:  # it asks, and changes nothing
            assert "token" not in form
            continue
        assert 'method="post"' in form
        assert 'name="token"' in form or "field.token(visitor)" in form


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_every_template_can_be_read(path: Path):
    room = "shared" if path.parent.parent.name == "portal" else path.parent.parent.name
    PAGES.env.get_template(f"{room}/{path.name}")


def test_every_task_has_its_words_and_none_is_red():
    assert set(TASK_WORDS) == set(Task)
    assert {status.colour for status in TASK_WORDS.values()} <= COLOURS
    assert TASK_WORDS[Task.COMPLETED].colour == ""


@pytest.mark.parametrize(
    ("answer", "found", "task"),
    [
        (Answer(commitment="W1"), [Problem("rating", "choose")], Task.NOT_STARTED),
        (Answer(commitment="W1", rating=Rating.FULLY, confirmed=False), [], Task.NOT_STARTED),
        (
            Answer(commitment="W1", rating=Rating.PARTLY),
            [Problem("reason", "say")],
            Task.IN_PROGRESS,
        ),
        (Answer(commitment="W1", rating=Rating.FULLY, public_statement="Yes."), [], Task.COMPLETED),
    ],
)
def test_how_far_an_answer_has_come(answer: Answer, found: list[Problem], task: Task):
    assert answer_task(answer, found) is task


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (3, "3 days left"),
        (1, "1 day left"),
        (0, "due today"),
        (-1, "1 day late"),
        (-9, "9 days late"),
    ],
)
def test_how_long_is_left_is_said_in_words(days: int, said: str):
    today = date(2026, 10, 15)
    assert due_words(date.fromordinal(today.toordinal() + days), today) == said
    assert due_words(None, today) == ""


@pytest.mark.parametrize(
    ("when", "said"),
    [
        ("2026-10-05T00:07", "5 October 2026 at 12:07am"),
        ("2026-07-05T09:05", "5 July 2026 at 9:05am"),
        ("2026-12-05T12:30", "5 December 2026 at 12:30pm"),
    ],
)
def test_a_moment_is_said_in_london_time(when: str, said: str):
    assert moment(at(when)) == said


def test_words_become_paragraphs_and_stay_words():
    assert paragraphs("One\n\n<b>Two</b>\n") == (
        '<p dir="auto">One</p><p dir="auto">&lt;b&gt;Two&lt;/b&gt;</p>'
    )
    assert paragraphs("") == ""
    assert fingerprint("ab" * 32).count(" ") == 7


@pytest.mark.parametrize(
    ("typed", "fault"),
    [
        (("", "", ""), "Enter the day"),
        (("1", "", "2026"), "The day must have a day, a month and a year, in figures"),
        (("31", "2", "2026"), "The day must be a real date, such as 27 3 2026"),
        (("1", "1", "26"), "The day must be a real date, such as 27 3 2026"),
        (("1", "1", "99999"), "The day must have a day, a month and a year, in figures"),
        (("-1", "1", "2026"), "The day must have a day, a month and a year, in figures"),
    ],
)
def test_a_date_that_is_none_is_said_to_be_none(typed: tuple[str, str, str], fault: str):
    faults = Faults()
    sent = {
        f"due-{part}": [value] for part, value in zip(("day", "month", "year"), typed, strict=True)
    }
    assert Form(sent).day("due", faults, what="the day") is None
    assert faults.on("due") == fault


def test_a_date_comes_back_as_it_went_in():
    day, faults = date(2027, 3, 9), Faults()
    sent = {f"due-{part}": [value] for part, value in boxes(day).items()}
    assert Form(sent).day("due", faults, what="the day") == day
    assert not faults


def test_faults_are_listed_in_the_order_of_the_page():
    faults = Faults()
    for field in ("c", "a", "elsewhere", "b"):
        faults.add(field, f"mend {field}")
    assert [f.field for f in faults.in_order(["a", "b", "c"])] == ["a", "b", "c", "elsewhere"]
    assert faults.on("a") == "Mend a"
