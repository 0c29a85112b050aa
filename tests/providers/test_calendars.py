"""Lists of bank holidays go on record whole, the newest in force, each with a ledger entry."""

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import text

from charter.holidays import written
from providers import calendars, ledger
from providers.database import Database
from tests.support.cast import at
from tests.support.holidays import NEW, gov_uk, take_up
from tests.support.rules import CALENDAR


def in_force(store: Database, shipped=CALENDAR):
    with store.reading() as session:
        return calendars.in_force(session, shipped)


def test_the_shipped_list_is_in_force_until_a_newer_one_is_taken_up(store: Database):
    assert in_force(store) is CALENDAR
    done = take_up(store, "2026-10-12T09:00", also=[NEW])
    assert done.changed
    assert dict(done.added) == {NEW: "Bank holiday for a coronation"}
    assert dict(done.removed) == {}
    assert in_force(store) == done.calendar
    assert not in_force(store).is_working_day(NEW)
    assert in_force(store).version == "2026-10-12"


def test_a_list_that_a_newer_release_ships_is_in_force_over_an_older_import(store: Database):
    take_up(store, "2026-10-12T09:00", also=[NEW])
    shipped = replace(CALENDAR, version="2026-11-01")
    assert in_force(store, shipped) is shipped


def test_the_list_before_is_kept_too_and_both_can_be_found(store: Database):
    take_up(store, "2026-10-12T09:00", also=[NEW])
    with store.reading() as session:
        assert calendars.versions(session) == [CALENDAR.version, "2026-10-12"]
        assert calendars.find(session, CALENDAR.version) == CALENDAR
        assert calendars.find(session, "") == CALENDAR
        assert calendars.find(session, "2031-01-01") is None
        kinds = [(e.kind, e.subject) for e in ledger.entries(session)]
        assert ledger.verify(session) == calendars.first_altered(session) == ""
    assert kinds == [
        ("calendar_kept", f"calendar:{CALENDAR.version}"),
        ("calendar_kept", "calendar:2026-10-12"),
    ]


def test_the_same_list_again_changes_nothing(store: Database):
    take_up(store, "2026-10-12T09:00", also=[NEW])
    with store.reading() as session:
        before = ledger.head(session)
    assert not take_up(store, "2026-10-13T09:00", also=[NEW]).changed
    with store.reading() as session:
        assert ledger.head(session) == before


def test_a_second_list_of_one_day_has_a_version_of_its_own_and_is_the_newer(store: Database):
    take_up(store, "2026-10-12T09:00", also=["2026-10-27"])
    second = take_up(store, "2026-10-12T15:00", also=[NEW])
    assert second.calendar.version == "2026-10-12.02"
    assert in_force(store) == second.calendar
    assert list(second.removed) == [date(2026, 10, 27)]
    with store.reading() as session:
        assert calendars.first_altered(session) == ""


def test_what_is_refused_leaves_no_trace(store: Database):
    for bad in (
        "{",
        gov_uk(until="2026-06-30"),
        gov_uk(without=["2026-08-31"], also=["2026-11-02"]),
    ):
        with pytest.raises(ValueError):
            take_up(store, "2026-10-12T09:00", bad)
    with store.reading() as session:
        assert calendars.versions(session) == []
        assert ledger.head(session)[0] == 0


@pytest.mark.parametrize(
    ("alteration", "named"),
    [
        (
            "UPDATE rulebook SET body = replace(body, '2026-10-26', '2026-10-27') "
            "WHERE version = '2026-10-12'",
            "the list of bank holidays behind ledger entry 2 has been changed",
        ),
        (
            "DELETE FROM rulebook WHERE version = '2026-02-25'",
            "the list of bank holidays behind ledger entry 1 is missing",
        ),
        (
            "INSERT INTO rulebook SELECT kind, '2026-12-01', body FROM rulebook "
            "WHERE version = '2026-10-12'",
            "no ledger entry put the list of bank holidays 2026-12-01 on record",
        ),
    ],
)
def test_an_altered_list_is_named(store: Database, alteration: str, named: str):
    take_up(store, "2026-10-12T09:00", also=[NEW])
    with store.writing() as session:
        session.connection().execute(text(alteration))
    with store.reading() as session:
        assert calendars.first_altered(session) == named


def test_a_list_already_on_record_is_not_kept_twice(store: Database):
    with store.writing() as session:
        assert calendars.keep(session, CALENDAR, at("2026-10-01T09:00"), "engine")
        assert not calendars.keep(session, CALENDAR, at("2026-10-02T09:00"), "engine")
    assert written(CALENDAR) == written(in_force(store))
