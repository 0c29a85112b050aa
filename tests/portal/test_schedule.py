"""The quarters ahead: what is planned there is what the flows do, moved, agreed to or done now."""

import csv
import io
from collections.abc import Callable
from datetime import date, timedelta

from charter.policy import Role
from charter.quarters import Quarter, at
from providers import cycles, ledger, moves, naming, opening, pauses
from providers.rehearsing import rehearse_cycle
from tests.support.pages import Page, PageClient
from tests.support.rules import CALENDAR
from tests.support.stage import ADAM, CORA, LENA, OTTO, RITA, Stage

Open = Callable[..., PageClient]
NEXT, AFTER = "2026-27-Q3", "2026-27-Q4"
REASON = "The register is being mended."
LATER = {"opens-day": "11", "opens-month": "1", "opens-year": "2027", "reason": REASON}
"""Five working days after 4 January 2027, when October to December opens by the policy."""


def region(stage: Stage) -> str:
    return stage.ref().region


def schedule(stage: Stage, client: PageClient, below: str = "") -> Page:
    return client.get(f"/console/regions/{region(stage)}/schedule{below}")


def entries(stage: Stage, kind: str) -> list[str]:
    with stage.database.reading() as session:
        return [row.body for row in ledger.entries(session) if row.kind == kind]


def test_the_open_quarter_and_the_next_four_are_listed_with_every_date(
    stage: Stage, open_pages: Open
):
    page = schedule(stage, stage.enters(open_pages, RITA))
    for words in (
        "July to September 2026 Open",
        "October to December 2026 Planned",
        "January to March 2027 Planned",
        "April to June 2027 Planned",
        "July to September 2027 Planned",
        "Seminar, between 13 November 2026 and 23 November 2026",
        "Returns are asked for 4 January 2027",
    ):
        assert words in page.text, page.text
    assert "October to December 2027" not in page.text
    assert page.click("July to September 2026").path.endswith("/2026-27-Q2")


def test_the_plan_is_every_letter_of_the_rehearsal_and_its_lines_as_csv(
    stage: Stage, open_pages: Open
):
    client = stage.enters(open_pages, RITA)
    page = schedule(stage, client).click("October to December 2026")
    with stage.database.reading() as session:
        found = rehearse_cycle(session, region(stage), page_quarter(page), CALENDAR)
    assert f"{found.expected} returns will be asked for, in {len(found.letters)} letters" in (
        page.text
    )
    assert "Avon Avonson, avon@avon.example" in page.text
    assert "".join(page.text.split()).count(found.plan.fingerprint) == 1
    answer = client.http.get(f"{page.path}/letters.csv")
    lines = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [line["rung"] for line in lines] == [line.rung for line in found.lines]


def page_quarter(page: Page) -> Quarter:
    return Quarter.parse(page.path.rsplit("/", 1)[-1])


def test_a_commissioner_agrees_to_the_plan_that_the_page_showed_and_to_no_other(
    stage: Stage, open_pages: Open
):
    cora = stage.enters(open_pages, CORA)
    page = schedule(stage, cora, f"/{NEXT}")
    move(stage, date(2027, 1, 6))
    late = page.submit(button="Agree to this plan")
    assert late.status == 409
    assert "You have agreed to nothing" in late.text
    done = late.submit(button="Agree to this plan")
    assert "Agreed to." in done.text
    assert "Cora Check agreed on 5 October 2026 at 9:00am to this plan." in done.text
    assert "Agreed to" in schedule(stage, cora).text
    assert len(entries(stage, "plan_approved")) == 1
    move(stage, date(2027, 1, 7))
    assert "to an earlier plan." in schedule(stage, cora, f"/{NEXT}").text
    assert "the opening is 7 January 2027, and was 6 January 2027" in (
        schedule(stage, cora, f"/{NEXT}").text
    )


def test_whoever_agrees_to_a_plan_of_an_older_register_is_told_who_changed_it_and_when(
    stage: Stage, open_pages: Open
):
    cora = stage.enters(open_pages, CORA)
    page = schedule(stage, cora, f"/{NEXT}")
    with stage.database.writing() as session:
        lead = next(
            one.id for one in naming.listed(session, stage.ref(), stage.now)
            if one.who.role is Role.LEAD
        )  # fmt: skip
        naming.end(session, stage.ref(), lead, stage.now, stage.person(CORA))
    late = page.submit(button="Agree to this plan")
    assert late.status == 409
    assert "By Cora Check, 5 October 2026 at 9:00am: Avon Avonson was taken off" in late.text


def move(stage: Stage, opens: date) -> None:
    with stage.database.writing() as session:
        home = cycles.region_of(session, region(stage))
        policy = cycles.rules_for(session, home).policy
        quarter = Quarter.parse(NEXT)
        moves.move(session, home, quarter, opens, REASON, policy, CALENDAR, stage.now, "person:1")


def test_a_moved_opening_moves_every_date_the_feed_the_rehearsal_and_what_the_flow_opens(
    stage: Stage, open_pages: Open
):
    cora = stage.enters(open_pages, CORA)
    page = schedule(stage, cora, f"/{NEXT}").click("Move the opening to a later day")
    page = page.submit(LATER, button="Move the opening")
    assert "Cora Check moved the opening from 4 January 2027" in page.text
    assert f"Why: {REASON}" in page.text
    for words in ("11 January 2027", "Returns are due 5 February 2027"):
        assert words in page.text
    listed = schedule(stage, cora)
    assert "October to December 2026 Planned Moved" in listed.text
    feed = cora.http.get(f"/calendar/{region(stage)}.ics").text
    assert "20270205" in feed
    opens_on(stage, "2027-01-08T09:00", [])
    opens_on(stage, "2027-01-11T09:00", [NEXT])
    with stage.database.reading() as session:
        cycle = cycles.cycle_of(session, region(stage), NEXT)
        assert moves.first_altered(session) == ""
    assert (cycle.dates.opens, cycle.dates.due) == (date(2027, 1, 11), date(2027, 2, 5))
    assert cycle.dates.requests_close == date(2026, 12, 22)
    again = stage.enters(open_pages, CORA)
    shown = again.get(f"/console/regions/{region(stage)}/{NEXT}/dates")
    assert "5 February 2027" in shown.text
    assert "None is due" not in shown.text


def opens_on(stage: Stage, when: str, quarters: list[str]) -> None:
    stage.now = at(date.fromisoformat(when[:10]), 9)
    with stage.database.writing() as session:
        opened = opening.open_due(session, stage.now, CALENDAR)
    mine = [str(view.quarter) for view, _ in opened if view.region == region(stage)]
    assert mine == quarters


def test_an_opening_is_moved_back_before_it_comes_and_no_more_once_it_has(
    stage: Stage, open_pages: Open
):
    cora = stage.enters(open_pages, CORA)
    schedule(stage, cora, f"/{NEXT}/move").submit(LATER, button="Move the opening")
    page = schedule(stage, cora, f"/{NEXT}/move")
    back = page.submit(button="Move it back to 4 January 2027")
    assert "Move the opening to a later day" in back.text
    assert [len(entries(stage, k)) for k in ("opening_moved", "opening_moved_back")] == [1, 1]
    stale = schedule(stage, cora, f"/{NEXT}/move")
    opens_on(stage, "2027-01-04T09:00", [NEXT])
    again = stage.enters(open_pages, CORA)
    refused = again.get(stale.path)
    assert "When is it to open?" not in refused.text
    late = again.get(f"/console/regions/{region(stage)}/schedule/{AFTER}/move")
    assert late.status == 200


def test_a_move_is_refused_at_its_field_and_what_was_typed_is_kept(stage: Stage, open_pages: Open):
    cora = stage.enters(open_pages, CORA)
    form = schedule(stage, cora, f"/{NEXT}/move")
    for day, month, year, says in (
        ("4", "1", "2027", "Give a day after 4 January 2027"),
        ("10", "1", "2027", "10 January 2027 is no working day"),
        ("2", "2", "2027", "Give a day no later than 1 February 2027"),
        ("31", "2", "2027", "must be a real date"),
    ):
        typed = {"opens-day": day, "opens-month": month, "opens-year": year, "reason": REASON}
        page = form.submit(typed, button="Move the opening")
        assert (page.status, says in page.text) == (422, True), page.text
        assert page.fields(page.form("Move the opening"))["reason"] == [REASON]
    blank = form.submit({**LATER, "reason": " "}, button="Move the opening")
    assert "Give the reason, for the record" in blank.text
    assert entries(stage, "opening_moved") == []


def test_whoever_moves_it_second_is_told_who_did_and_when(stage: Stage, open_pages: Open):
    first, second = stage.enters(open_pages, CORA), stage.enters(open_pages, CORA)
    theirs = schedule(stage, second, f"/{NEXT}/move")
    schedule(stage, first, f"/{NEXT}/move").submit(LATER, button="Move the opening")
    page = theirs.submit({**LATER, "opens-day": "12"}, button="Move the opening")
    assert page.status == 409
    assert "Cora Check moved it meanwhile, on 5 October 2026 at 9:00am." in page.text
    assert page.fields(page.form("Move the opening"))["opens-day"] == ["12"]


def test_a_paused_region_says_so_and_a_step_is_not_done_there(stage: Stage, open_pages: Open):
    cora = stage.enters(open_pages, CORA)
    form = schedule(stage, cora).click("Decide what is due")
    with stage.database.writing() as session:
        cycles.pause(session, region(stage), "A flood.", stage.now, "operator")
    assert "Paused" in schedule(stage, cora).text
    page = form.submit(button="Decide what is due now")
    assert page.status == 409
    assert "This region is paused. Nothing is done while that is so." in page.text
    assert entries(stage, "step_run_by_hand") == []


def test_a_step_is_asked_about_first_and_then_done_and_told_of(stage: Stage, open_pages: Open):
    cora = stage.enters(open_pages, CORA)
    page = schedule(stage, cora).click("Decide what is due")
    assert entries(stage, "step_run_by_hand") == []
    page = page.submit(button="Decide what is due now")
    assert "No quarter opened here." in page.text
    assert "lines put into letters" in page.text
    assert entries(stage, "step_run_by_hand") == ['{"step":"round"}']
    for link, says in (
        ("Hand over the letters", "letters sent"),
        ("Score the returns", "scored."),
        ("Publish", "newly published"),
    ):
        done = schedule(stage, cora).click(link).submit(button=f"{link} now")
        assert says in done.text
    assert len(entries(stage, "step_run_by_hand")) == 4


def test_a_step_is_not_done_before_the_last_entry_of_the_record(stage: Stage, open_pages: Open):
    cora = stage.enters(open_pages, CORA)
    page = schedule(stage, cora).click("Score the returns")
    stage.now -= timedelta(days=30)
    late = page.submit(button="Score the returns now")
    assert late.status in (303, 401, 409)
    assert entries(stage, "step_run_by_hand") == []


def test_only_a_commissioner_or_an_administrator_has_a_step_done(stage: Stage, open_pages: Open):
    assert "Have a step done now" in schedule(stage, stage.enters(open_pages, ADAM)).text
    for email in (RITA, LENA):
        assert "Have a step done now" not in schedule(stage, stage.enters(open_pages, email)).text
    stranger = stage.enters(open_pages, OTTO)
    assert schedule(stage, stranger).status == 404
    assert schedule(stage, stranger, f"/{NEXT}").status == 404


def test_what_no_engine_answers_for_is_said_plainly(stage: Stage, open_pages: Open):
    page = schedule(stage, stage.enters(open_pages, RITA))
    assert "The next run is not known" in page.text
    assert "This service has not been told where its Prefect server is." in page.text


def test_a_quarter_that_is_over_or_too_far_off_has_no_plan(stage: Stage, open_pages: Open):
    cora = stage.enters(open_pages, CORA)
    for name in ("2025-26-Q4", "2031-32-Q1", "next", "2026-27-Q9"):
        assert schedule(stage, cora, f"/{name}").status == 404
    assert schedule(stage, cora, "/run/dance").status == 404


def test_everything_paused_is_told_on_the_plan(any_stage: Stage, open_pages: Open):
    with any_stage.database.writing() as session:
        pauses.pause(session, pauses.EVERYTHING, "A fire.", any_stage.now, "operator")
    page = schedule(any_stage, any_stage.enters(open_pages, CORA), f"/{NEXT}")
    assert "Everything is paused, in every region" in page.text
