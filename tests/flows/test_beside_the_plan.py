"""What a cycle did is held against its plan, and no difference is left unexplained."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from charter import chasing as rules
from charter.chasing import Case, Owed
from charter.differences import Cause, Difference
from charter.rehearsal import Planned
from charter.steps import Reminded
from flows import chasing
from flows.explaining import BesidePlan, beside_plans
from flows.verifying import verify
from notifications.channels.smtp import SmtpChannel
from providers import checking, cycles, lives, plans, register
from providers.database import Database
from tests.support.cast import at
from tests.support.mail import SmtpSink
from tests.support.programme import COMMISSIONER, SMALL, Programme

OPENS, ENDS = date(2026, 10, 1), date(2026, 11, 12)
Differences = dict[tuple[str, str], Cause]


@pytest.fixture
def programme(store: Database, tmp_path: Path) -> Programme:
    return Programme(store, tmp_path / "home").begin()


@pytest.fixture
def on_sqlite(sqlite_store: Database, tmp_path: Path) -> Programme:
    return Programme(sqlite_store, tmp_path / "home").begin()


def run(
    programme: Programme,
    *,
    first: date = OPENS,
    last: date = ENDS,
    acts: Mapping[date, Callable[[Any], None]] | None = None,
    without: tuple[date, ...] = (),
) -> BesidePlan:
    """Live through the days, act on some at noon, leave some out; how it went beside the plan."""
    day = first
    while day <= last:
        if day not in without:
            programme.day(str(day))
        if acts and day in acts:
            with programme.database.writing() as session:
                acts[day](session)
        day += timedelta(days=1)
    return beside(programme)


def beside(programme: Programme) -> BesidePlan:
    with programme.database.reading() as session:
        (found,) = beside_plans(session, programme.post.calendar)
    return found


def of(found: BesidePlan, place: str) -> list[Difference]:
    return [d for d in found.explained.differences if found.places[d.subject] == place]


def causes(found: BesidePlan, place: str) -> Differences:
    """For one service, the cause by rung, and whether the line was planned."""
    return {(d.rung, "planned" if d.planned else "extra"): d.cause for d in of(found, place)}


def test_where_nobody_answers_everything_goes_as_planned(programme: Programme):
    found = run(programme)
    assert found.explained.planned == found.explained.as_planned > 20
    assert found.explained.differences == []
    assert found.explained.to_come == 0
    assert verify(programme.database, programme.home).wrong == ""


def test_what_is_still_to_come_is_no_difference(on_sqlite: Programme):
    found = run(on_sqlite, last=date(2026, 10, 15))
    assert found.explained.differences == []
    assert found.explained.to_come > 10
    assert found.explained.as_planned + found.explained.to_come == found.explained.planned


def test_what_was_received_explains_what_was_not_said_and_the_receipt(on_sqlite: Programme):
    run(on_sqlite, last=date(2026, 10, 12))
    on_sqlite.submit("BROOK", "BRB", "2026-10-12T12:00")
    found = run(on_sqlite, first=date(2026, 10, 13))
    said = of(found, "BROOK at BRB")
    assert {d.cause for d in said if d.planned} == {Cause.RECEIVED}
    assert {d.cause for d in said if not d.planned} == {Cause.EVENT}
    assert found.explained.unexplained == []
    assert of(found, "CLYDE at CLB") == []


def test_more_time_a_pause_and_an_outage_are_told_apart(on_sqlite: Programme):
    here = on_sqlite.ref

    def extend(session: Any) -> None:
        cora = on_sqlite.person(COMMISSIONER)
        words = "Staff are ill.", "Staff were ill."
        owed = here("BROOK", "BRB")
        until = date(2026, 11, 11)
        checking.extend(session, owed, until, *words, at("2026-10-20T12:00"), cora)

    def pause(session: Any) -> None:
        cycles.pause(session, "sample", "Rest.", at("2026-10-27T12:00"), "operator")

    def resume(session: Any) -> None:
        cycles.resume(session, "sample", at("2026-10-30T12:00"), "operator")

    acts = {date(2026, 10, 20): extend, date(2026, 10, 27): pause, date(2026, 10, 30): resume}
    found = run(on_sqlite, acts=acts, without=(date(2026, 10, 14), date(2026, 10, 15)))
    brook, clyde = causes(found, "BROOK at BRB"), causes(found, "CLYDE at CLB")
    assert brook["remind-5", "planned"] is Cause.EXTENDED
    assert brook["overdue-5", "planned"] is Cause.EXTENDED
    assert clyde["remind-10", "planned"] is Cause.LATE
    assert clyde["remind-0", "planned"] is Cause.PAUSED
    assert clyde["overdue-1", "planned"] is Cause.PAUSED
    assert found.explained.unexplained == []


def test_a_bounce_explains_the_next_person_and_the_later_date(
    on_sqlite: Programme, smtp_sink: SmtpSink
):
    object.__setattr__(on_sqlite.post.letters, "channel", SmtpChannel(smtp_sink.url))
    smtp_sink.answer("brook@brook.example", 550)
    found = run(on_sqlite)
    brook = causes(found, "BROOK at BRB")
    assert brook["request", "planned"] is Cause.BOUNCED
    assert brook["request", "extra"] is Cause.BOUNCED
    assert found.explained.unexplained == []


def test_somebody_else_on_the_list_explains_other_addressees(on_sqlite: Programme):
    changed = SMALL.replace("Clyde,clyde@clyde.example,lead", "Cleo,cleo@clyde.example,lead")

    def leave(session: Any) -> None:
        read = register.check(changed.encode(), "small.csv")
        now = at("2026-10-16T12:00")
        register.import_register(session, read, now, "operator", policy_version="2026.4")

    found = run(on_sqlite, acts={date(2026, 10, 16): leave})
    assert set(causes(found, "CLYDE at CLB").values()) == {Cause.CONTACT_CHANGED}
    assert found.explained.unexplained == []


def test_a_quarter_opened_late_keeps_the_plan_of_the_day_it_opened(on_sqlite: Programme):
    found = run(on_sqlite, first=date(2026, 10, 20), last=date(2026, 11, 27))
    assert found.explained.differences == []
    assert found.explained.as_planned == found.explained.planned > 0


def forgetful(rung: str) -> Callable[..., Owed]:
    """The rules, as they would be if they forgot one rung for one person after the other."""

    def owed(case: Case, *rest: Any) -> Owed:
        due = rules.owed(case, *rest)
        asks = tuple(ask for ask in due.asks if ask.rung != rung)
        skips = tuple(skip for skip in due.skips if skip.rung != rung)
        return Owed(**{**vars(due), "asks": asks, "skips": skips})

    return owed


def test_a_letter_that_was_owed_and_never_said_is_not_explained(
    on_sqlite: Programme, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(chasing, "owed", forgetful("overdue-1"))
    found = run(on_sqlite, last=date(2026, 11, 5))
    lost = {(d.rung, d.planned) for d in found.explained.unexplained}
    assert lost == {("overdue-1", date(2026, 10, 29))}
    assert len(found.explained.unexplained) == 4
    wrong = verify(on_sqlite.database, on_sqlite.home).wrong
    assert wrong.startswith(
        "the plan of sample 2026-27-Q2 does not explain one letter: 'overdue-1'"
    )
    assert wrong.endswith("was planned for 2026-10-29")


def test_a_letter_to_somebody_it_was_not_owed_to_is_not_explained(on_sqlite: Programme):
    on_sqlite.day("2026-10-01")
    here, stranger = on_sqlite.ref("CLYDE", "CLB"), on_sqlite.person("avon@avon.example")
    step = Reminded(rung="remind-10", person=stranger, letter="sample-p1-2026-10-02")
    with on_sqlite.database.writing() as session:
        lives.record(session, here.id, step, at("2026-10-02T08:00"), "engine")
    found = run(on_sqlite, first=date(2026, 10, 2))
    (odd,) = found.explained.unexplained
    assert (odd.rung, odd.person, odd.planned) == ("remind-10", stranger, None)


def test_a_rung_said_twice_to_one_person_is_not_explained(on_sqlite: Programme):
    on_sqlite.day("2026-10-01")
    here, lead = on_sqlite.ref("CLYDE", "CLB"), on_sqlite.person("clyde@clyde.example")
    again = Reminded(rung="request", person=lead, letter="sample-p1-2026-10-02")
    with on_sqlite.database.writing() as session:
        lives.record(session, here.id, again, at("2026-10-02T08:00"), "engine")
    found = run(on_sqlite, first=date(2026, 10, 2), last=date(2026, 10, 5))
    (odd,) = found.explained.unexplained
    assert (odd.rung, odd.happened) == ("request", date(2026, 10, 2))


def test_a_plan_that_was_altered_is_named(on_sqlite: Programme):
    on_sqlite.day("2026-10-01")
    with on_sqlite.database.engine.begin() as connection:
        connection.execute(text("UPDATE cycle SET plan = ''"))
    wrong = verify(on_sqlite.database, on_sqlite.home).wrong
    assert wrong == "the plan of sample 2026-27-Q2 is not the one it opened with"


def test_a_service_asked_early_has_a_plan_of_its_own(sqlite_store: Database, tmp_path: Path):
    ends = SMALL.replace(
        "CLYDE,Clyde Health,provider,prime,2024-04-01,,",
        "CLYDE,Clyde Health,provider,prime,2024-04-01,2026-08-14,",
    )
    here = Programme(sqlite_store, tmp_path / "home", began="2026-07-06T09:00").begin(ends)
    found = run(here, first=date(2026, 8, 13))
    assert found.explained.differences == []
    assert found.explained.as_planned == found.explained.planned
    assert any(line.day == date(2026, 8, 14) for line in planned(here))


def planned(programme: Programme) -> list[Planned]:
    with programme.database.reading() as session:
        cycle = cycles.cycle_of(session, "sample", "2026-27-Q2")
        return [line for plan in plans.kept(session, cycle.id) for line in plan.lines]
