"""A region's dates are a calendar feed that anybody may follow, and that names nobody."""

from collections.abc import Callable

import icalendar
import pytest
from sqlalchemy import text

from flows.moving import move_deadlines
from providers import cycles, pauses
from tests.support.cast import CAST, at
from tests.support.holidays import NEW, take_up
from tests.support.pages import PageClient
from tests.support.stage import QUARTER, Stage

Open = Callable[..., PageClient]
FEED = "/calendar/sample.ics"


def events(client: PageClient) -> dict[str, icalendar.Event]:
    answer = client.http.get(FEED)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    feed = icalendar.Calendar.from_ical(answer.content)
    found = {str(event["UID"]).partition("@")[0]: event for event in feed.events}
    assert len(found) == len(feed.events)
    return found


def test_every_date_of_every_quarter_is_a_whole_day_in_the_feed(stage: Stage, open_pages: Open):
    found = events(open_pages(stage.app))
    due = found[f"sample-{QUARTER}-due"]
    assert str(due.start) == "2026-10-28"
    assert str(due.end) == "2026-10-29"
    assert str(due["SUMMARY"]) == "Returns are due: Sample, July to September 2026"
    assert "Until 11:59pm, London time." in str(due["DESCRIPTION"])
    assert due["STATUS"] == "CONFIRMED"
    assert str(found["sample-2026-27-Q1-due"].start) == "2026-07-28"
    coming = found["sample-2026-27-Q3-due"]
    assert (str(coming.start), coming["STATUS"]) == ("2027-01-29", "TENTATIVE")
    seminar = found[f"sample-{QUARTER}-seminar"]
    assert (str(seminar.start), str(seminar.end)) == ("2026-11-13", "2026-11-24")
    assert str(found["sample-2027-28-Q2-publishes"].start) == "2027-12-07"
    assert len(found) == (2 + 4) * 8


def test_a_quarter_that_opens_in_the_coming_days_stays_in_the_feed(stage: Stage, open_pages: Open):
    stage.now = at("2027-01-02T09:00")
    opens = events(open_pages(stage.app))["sample-2026-27-Q3-opens"]
    assert (str(opens.start), opens["STATUS"]) == ("2027-01-04", "TENTATIVE")


def test_a_date_that_moves_keeps_its_name_and_says_where_it_was(stage: Stage, open_pages: Open):
    client = open_pages(stage.app)
    before = events(client)
    done = take_up(stage.database, "2026-10-05T09:00", also=[NEW])
    move_deadlines(stage.database, stage.now, done.calendar)
    after = events(client)
    assert set(before) == set(after)
    due = after[f"sample-{QUARTER}-due"]
    assert str(due.start) == "2026-10-29"
    assert "Moved from 28 October 2026." in str(due["DESCRIPTION"])
    assert (before[f"sample-{QUARTER}-due"].sequence, due.sequence) == (0, 1)


def test_the_feed_is_the_same_bytes_until_a_date_moves(stage: Stage, open_pages: Open):
    client = open_pages(stage.app)
    first = client.http.get(FEED).content
    stage.now = at("2026-10-05T18:00")
    assert client.http.get(FEED).content == first


def test_the_feed_names_no_provider_prison_or_person(stage: Stage, open_pages: Open):
    body = open_pages(stage.app).http.get(FEED).text
    for player in CAST:
        for word in (player.name, player.signer, player.email, player.provider_name):
            assert word not in body


@pytest.mark.parametrize("region", ["nowhere", "Sample", "sample%20", "..", "a" * 3000])
def test_a_region_that_is_not_has_no_feed(stage: Stage, open_pages: Open, region: str):
    assert open_pages(stage.app).get(f"/calendar/{region}.ics").status == 404


def test_while_a_region_stands_still_nothing_is_planned(stage: Stage, open_pages: Open):
    client = open_pages(stage.app)
    with stage.database.writing() as session:
        cycles.pause(session, "sample", "strike", stage.now, "operator")
    assert len(events(client)) == 2 * 8
    with stage.database.writing() as session:
        cycles.resume(session, "sample", stage.now, "operator")
        pauses.pause(session, pauses.EVERYTHING, "fire", stage.now, "operator")
    assert len(events(client)) == 2 * 8


def test_a_region_that_never_opened_and_stands_still_has_no_feed(stage: Stage, open_pages: Open):
    with stage.database.writing() as session:
        session.connection().execute(
            text(
                "INSERT INTO region SELECT 'new', 'New', 0, 1, '', first_imported_at, "
                "policy_version, salt FROM region WHERE code = 'sample'"
            )
        )
    assert open_pages(stage.app).get("/calendar/new.ics").status == 404


def test_a_quarter_past_the_known_holidays_is_not_planned(stage: Stage, open_pages: Open):
    stage.now = at("2028-12-01T09:00")
    assert not any("2028-29-Q3" in name for name in events(open_pages(stage.app)))


def test_what_began_early_is_no_more_public_than_a_quarter_to_come(stage: Stage, open_pages: Open):
    client = open_pages(stage.app)
    with stage.database.writing() as session:
        sql = "UPDATE cycle SET early = :early WHERE quarter = :quarter"
        session.connection().execute(text(sql), {"early": True, "quarter": QUARTER})
    told = {event["STATUS"] for name, event in events(client).items() if QUARTER in name}
    assert told == {"TENTATIVE"}
