"""A lead gives figures and looks at the quarter's families; a blank is told, nought is taken."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from charter.document import MeasureAnswer, ReturnDocument
from charter.steps import Rating
from providers import answering, checking, returns
from providers.answering import Incomplete
from providers.database import Database
from tests.support.cast import AVON, BROOK
from tests.support.counting import FOR_ANYONE, SHIPPED
from tests.support.pages import Page, PageClient
from tests.support.stage import CORA, LAST, Stage

Open = Callable[..., PageClient]
ON, LATER = "Save and continue", "Save for later"
GROUP = "Gypsy, Roma and Traveller families"
SHUT = "This cannot be changed now"
NUMBERS = {
    "measure-1-whole": "52",
    "measure-1-part-1": "40",
    "measure-1-part-2": "12",
    "measure-2-progress": "no",
    "measure-3-progress": "by",
    "measure-3-by-day": "31",
    "measure-3-by-month": "3",
    "measure-3-by-year": "2027",
    "measure-4-whole": "1,024",
    "measure-4-part-1": "1,000",
    "measure-4-part-2": "24",
    "measure-4-part-3": "0",
    "measure-5-whole": "0",
    "measure-5-part-1": "0",
    "measure-5-part-2": "0",
    "measure-6-whole": "20",
    "measure-6-part-1": "11",
    "measure-6-part-2": "9",
}


@pytest.fixture
def stage(sqlite_database: Engine, tmp_path: Path) -> Stage:
    """The cast under a Charter that counts; Avon counted 40 of everything last quarter."""
    database = Database(sqlite_database)
    return Stage(database, site_folder=tmp_path / "site", charter_text=FOR_ANYONE).play()


def saved(stage: Stage, player: Any = AVON) -> ReturnDocument:
    with stage.database.reading() as session:
        return returns.draft(session, stage.ref(player)).document


def measures(client: PageClient, stage: Stage, player: Any = AVON) -> Page:
    return client.get(f"/returns/{stage.ref(player).id}/measures")


def test_all_measures_are_on_one_page_by_commitment_and_no_patient_is_asked_for(
    stage: Stage, open_pages: Open
):
    page = measures(stage.enters(open_pages, BROOK.email), stage, BROOK)
    assert page.h1.endswith("Measures")
    for commitment, measure in SHIPPED.measures:
        assert commitment.short in page.text
        assert measure.asks in page.text
    assert "No patient’s record is asked for" in page.text
    assert "not on families’ pages" in page.text
    assert "freedom of information" in page.text
    assert 'inputmode="numeric"' in page.html
    assert "Last time" not in page.text
    assert "If this changed a lot" not in page.text


def test_figures_are_kept_and_lead_on(stage: Stage, open_pages: Open):
    page = measures(stage.enters(open_pages, BROOK.email), stage, BROOK)
    page = page.submit(NUMBERS, button=ON)
    assert page.status == 200
    assert not page.path.endswith("/measures")
    kept = {one.measure: one for one in saved(stage, BROOK).measures}
    assert kept["arrivals-asked"].parts == {"asked": 40, "not-asked": 12}
    assert kept["sharing-agreement"].by == date(2027, 3, 31)
    assert kept["enquiries-in-time"].whole == 1024
    assert kept["worries-same-day"].whole == 0
    again = measures(page.client, stage, BROOK)
    fields = again.fields(again.form(ON))
    assert (fields["measure-4-whole"], fields["measure-5-whole"]) == (["1024"], ["0"])
    assert fields["measure-3-progress"] == ["by"]


def test_every_blank_is_told_at_its_field_and_saving_for_later_takes_them_all(
    stage: Stage, open_pages: Open
):
    page = measures(stage.enters(open_pages, BROOK.email), stage, BROOK)
    refused = page.submit({"measure-1-whole": "52"}, button=ON)
    assert refused.status == 422
    assert refused.errors[0] == "“New arrivals: asked”: give a number; nought is an answer"
    assert refused.links[refused.errors[0]] == "#measure-1-part-1"
    told = [refused.links[error].removeprefix("#measure-") for error in refused.errors]
    assert [name[0] for name in told] == list("11234444555666")
    assert told[4] == "4-whole"
    assert refused.fields(refused.form(ON))["measure-1-whole"] == ["52"]
    later = refused.submit(button=LATER)
    assert later.path == f"/returns/{stage.ref(BROOK).id}"
    assert "In progress" in later.text
    assert saved(stage, BROOK).measures[0] == MeasureAnswer(measure="arrivals-asked", whole=52)


@pytest.mark.parametrize(
    ("typed", "field", "what"),
    [
        ({"measure-1-whole": "about 50"}, "measure-1-whole", "write a whole number in figures"),
        ({"measure-1-whole": "-5"}, "measure-1-whole", "such as 12; nought is 0"),
        ({"measure-1-whole": "5.5"}, "measure-1-whole", "write a whole number"),
        ({"measure-1-whole": "٣"}, "measure-1-whole", "write a whole number"),
        ({"measure-1-whole": "9" * 5000}, "measure-1-whole", "write a whole number"),
        ({"measure-1-whole": "5000000"}, "measure-1-whole", "more than 1000000"),
        ({"measure-1-from-day": "31", "measure-1-from-month": "2"}, "measure-1-from", "a year"),
        ({"measure-2-progress": "maybe"}, "measure-2-progress", "choose one of yes, no or by"),
        ({"measure-1-reason": "a\x00b"}, "measure-1-reason", "cannot be shown"),
    ],
)
def test_what_cannot_be_kept_is_refused_at_its_field_even_for_later(
    stage: Stage, open_pages: Open, typed: dict[str, str], field: str, what: str
):
    page = measures(stage.enters(open_pages, AVON.email), stage)
    refused = page.submit(typed, button=LATER)
    assert refused.status == 422
    (error,) = refused.errors
    assert what in error
    assert refused.links[error] == f"#{field}"
    assert saved(stage).measures[0].whole is None


@pytest.mark.parametrize(
    ("typed", "field", "what"),
    [
        ({"measure-1-part-1": "39"}, "measure-1-whole", "add up to 51, but this says 52"),
        ({"measure-3-by-year": "2026"}, "measure-3-by", "a date after 30 September 2026"),
        ({"measure-2-by-day": "1", "measure-2-by-month": "1", "measure-2-by-year": "2027"},
         "measure-2-by", "take it out"),
        ({"measure-1-from-day": "1", "measure-1-from-month": "12", "measure-1-from-year": "2026"},
         "measure-1-from", "but not both"),
    ],
)  # fmt: skip
def test_what_does_not_add_up_is_told_where_it_stands(
    stage: Stage, open_pages: Open, typed: dict[str, str], field: str, what: str
):
    page = measures(stage.enters(open_pages, BROOK.email), stage, BROOK)
    refused = page.submit(NUMBERS | typed, button=ON)
    assert refused.status == 422
    (error,) = refused.errors
    assert what in error
    assert refused.links[error] == f"#{field}"


def test_last_figures_stand_beside_and_a_large_change_needs_a_reason(
    stage: Stage, open_pages: Open
):
    page = measures(stage.enters(open_pages, AVON.email), stage)
    assert "Last time: 40" in page.text
    assert "Last time: Yes" in page.text
    assert "Is this right?" not in page.text
    refused = page.submit(NUMBERS, button=ON)
    told = {refused.links[error]: error for error in refused.errors}
    assert set(told) == {f"#measure-{number}-reason" for number in (4, 5, 6)}
    assert "from 75 in 100 to 98 in 100; is this right?" in told["#measure-4-reason"]
    assert "Is this right? If so, say why it changed so much" in refused.text
    reasons = {field.removeprefix("#"): "We counted again, and it is." for field in told}
    assert refused.submit(reasons, button=ON).status == 200
    assert saved(stage).measures[3].reason == "We counted again, and it is."


def test_not_collected_yet_is_an_answer_once(stage: Stage, open_pages: Open):
    lead = stage.enters(open_pages, BROOK.email)
    start = {"day": "1", "month": "12", "year": "2026"}
    waits = {f"measure-1-from-{part}": value for part, value in start.items()}
    blank = {"measure-1-whole": "", "measure-1-part-1": "", "measure-1-part-2": ""}
    page = measures(lead, stage, BROOK).submit(NUMBERS | blank | waits, button=ON)
    assert page.status == 200
    assert saved(stage, BROOK).measures[0].collected_from == date(2026, 12, 1)
    assert '<details class="nhsuk-details" open>' in measures(lead, stage, BROOK).html


def test_the_second_time_the_numbers_are_asked_for(stage: Stage, open_pages: Open):
    here = stage.ref(BROOK, LAST)
    filled = stage.filled(here)
    later = MeasureAnswer(measure="arrivals-asked", collected_from=date(2026, 9, 1))
    stage.submit(
        BROOK, filled.model_copy(update={"measures": (later, *filled.measures[1:])}), stage.now
    )
    page = measures(stage.enters(open_pages, BROOK.email), stage, BROOK)
    assert "Last time: Not collected yet. From 1 September 2026" in page.text
    assert "measure-1-from" not in page.html
    assert "measure-4-from" in page.html


def test_the_second_of_two_who_save_figures_sees_what_changed(stage: Stage, open_pages: Open):
    lead = stage.enters(open_pages, AVON.email)
    deputy = stage.enters(open_pages, "ash@avon.example")
    one, two = measures(lead, stage), measures(deputy, stage)
    one.submit({"measure-1-whole": "41"}, button=LATER)
    met = two.submit({"measure-1-whole": "42"}, button=LATER)
    assert met.status == 409
    assert "Avon Avonson saved this" in met.text
    assert "41" in met.text
    assert met.fields(met.form(ON))["measure-1-whole"] == ["42"]
    met.submit(button=LATER)
    assert saved(stage).measures[0].whole == 42


def test_the_task_list_tells_how_far_figures_and_spotlight_have_come(
    stage: Stage, open_pages: Open
):
    lead = stage.enters(open_pages, BROOK.email)
    tasks = lead.get(f"/returns/{stage.ref(BROOK).id}")
    assert GROUP in tasks.text
    assert "11 of them still need something from you" in tasks.text
    assert "Measures, actions and replies" in tasks.text
    assert tasks.click("Measures").h1.endswith("Measures")
    page = tasks.click("Spotlight on inequalities")
    assert GROUP in page.text
    assert "freedom of information" in page.text
    refused = page.submit(button=ON)
    assert refused.status == 422
    assert refused.links[refused.errors[0]] == "#words"
    assert GROUP in refused.errors[0]
    assert refused.submit({"words": "We asked two of them in."}, button=ON).status == 200
    said = saved(stage, BROOK).spotlight
    assert said
    assert (said.group, said.words) == (GROUP, "We asked two of them in.")


def test_two_who_write_about_the_spotlight_lose_nothing(stage: Stage, open_pages: Open):
    path = f"/returns/{stage.ref().id}/spotlight"
    one = stage.enters(open_pages, AVON.email).get(path)
    two = stage.enters(open_pages, "ash@avon.example").get(path)
    one.submit({"words": "The lead’s."}, button=LATER)
    met = two.submit({"words": "The deputy’s."}, button=LATER)
    assert met.status == 409
    assert "The lead’s." in met.text
    assert met.fields(met.form(ON))["words"] == ["The deputy’s."]


def test_whoever_checks_and_signs_and_reads_sees_the_figures(stage: Stage, open_pages: Open):
    here = stage.ref()
    with stage.database.writing() as session:
        who, document = stage.person(AVON.email), stage.filled(here)
        answering.save_draft(session, here, document, stage.now, who, version=0)
    lead = stage.enters(open_pages, AVON.email)
    check = lead.get(f"/returns/{here.id}/check")
    assert f"/returns/{here.id}/measures?then=check" in check.links.values()
    assert "Staff in post at the end of the quarter 40" in check.text
    assert "We met some of them in August." in check.text
    path = f"/returns/{here.id}/measures?then=check"
    assert lead.get(path).submit(button=ON).path == f"/returns/{here.id}/check"
    stage.submit(AVON, document, stage.now)
    assert "Staff in post at the end of the quarter 40" in lead.get(f"/returns/{here.id}").text
    case = stage.enters(open_pages, CORA).get(f"/console/returns/{here.id}")
    assert "Staff in post at the end of the quarter 40 (last time: 40)" in case.text
    assert "We met some of them in August." in case.text


def test_a_question_opens_the_figures_of_its_commitment_and_no_others(
    stage: Stage, open_pages: Open
):
    here = stage.ref()
    stage.submit(AVON, stage.filled(here), stage.now)
    with stage.database.writing() as session:
        asked = (session, here, "W1", "Is it all who came?", stage.now, stage.person(CORA))
        checking.challenge(*asked)
    lead = stage.enters(open_pages, AVON.email)
    page = measures(lead, stage)
    assert "measure-1-whole" in page.html
    assert "measure-4-whole" not in page.html
    assert lead.get(f"/returns/{here.id}/spotlight").h1 == SHUT
    page.submit({"measure-1-whole": "41", "measure-1-part-2": "11"}, button=ON)
    links = lead.get(f"/returns/{here.id}/check").links.values()
    assert f"/returns/{here.id}/measures?then=check" in links
    assert f"/returns/{here.id}/spotlight?then=check" not in links
    changed = saved(stage)
    assert changed.measures[0].whole == 41
    assert changed.measures[1:] == stage.filled(here).measures[1:]
    other = changed.measures[3].model_copy(update={"whole": 41})
    both = (*changed.measures[:3], other, *changed.measures[4:])
    who, wrong = stage.person(AVON.email), changed.model_copy(update={"measures": both})
    with stage.database.writing() as session:
        with pytest.raises(Incomplete, match=r"measures\[enquiries-in-time\]: only the comm"):
            answering.hand_over(session, here, wrong, stage.now, who)
        answering.hand_over(session, here, changed, stage.now, who)


def test_figures_stay_shut_when_the_question_is_about_something_without_any(
    stage: Stage, open_pages: Open
):
    here = stage.ref()
    stage.submit(AVON, stage.filled(here), stage.now)
    with stage.database.writing() as session:
        checking.challenge(session, here, "W6", "Which?", stage.now, stage.person(CORA))
    lead = stage.enters(open_pages, AVON.email)
    assert "measures" not in "".join(lead.get(f"/returns/{here.id}").links.values())
    assert measures(lead, stage).h1 == SHUT


def test_figures_of_what_does_not_apply_may_stay_blank(stage: Stage):
    here = stage.ref(BROOK)
    whole = stage.filled(here)
    first = whole.answers[0].model_copy(
        update={"rating": Rating.NOT_APPLICABLE, "reason": "Nobody arrives here."}
    )
    blank = MeasureAnswer(measure="arrivals-asked")
    document = whole.model_copy(
        update={
            "answers": (first, *whole.answers[1:]),
            "measures": (blank, *whole.measures[1:]),
        }
    )
    with stage.database.reading() as session:
        assert answering.problems(session, here, document, complete=True) == []


def test_a_charter_that_asks_for_no_figures_says_so(sqlite_database: Engine, open_pages: Open):
    stage = Stage(Database(sqlite_database)).play()
    lead = stage.enters(open_pages, BROOK.email)
    here = stage.ref(BROOK)
    assert "Measures" not in lead.get(f"/returns/{here.id}").text
    assert "asks for no numbers" in measures(lead, stage, BROOK).text
    assert "no one group" in lead.get(f"/returns/{here.id}/spotlight").text


def test_a_check_before_time_names_each_measure_once_and_each_action(
    stage: Stage, open_pages: Open
):
    avon, here = stage.enters(open_pages, AVON.email), f"/returns/{stage.ref().id}"
    refused = avon.get(f"{here}/check").submit(button="Hand over for signing")
    led = {to: error for error, to in refused.links.items() if to.startswith("#measure-")}
    assert set(led) == {f"#measure-{measure.id}" for _, measure in SHIPPED.measures}
    assert sum(1 for error in refused.errors if "nought is an answer" in error) == 4
    card = "“Put a consent card in every reception pack”: this was promised"
    assert any(error.startswith(card) for error in refused.errors)
