"""A service that ends within its quarter is asked for its last return at once."""

from datetime import date
from pathlib import Path

import pytest
from sqlmodel import select

from charter.quarters import BeyondHorizon
from charter.returns import Life
from flows.verifying import CHECKS, first_wrong
from providers import cycles, ledger, lives, pauses, plans, register, returns
from providers.contacts import contact_roles
from providers.cycles import CycleView
from providers.database import Database
from providers.tables import Cycle
from tests.support.cast import at
from tests.support.drawn import build_pages
from tests.support.programme import QUARTER, SMALL, Programme

BEGAN = "2026-07-01"
ENDS = SMALL.replace(
    "CLYDE,Clyde Health,provider,prime,2024-04-01,,",
    "CLYDE,Clyde Health,provider,prime,2024-04-01,2026-08-14,",
)
ENDED = date(2026, 8, 14)
DUE = date(2026, 9, 14)  # twenty working days on: 31 August 2026 is a bank holiday


@pytest.fixture
def programme(store: Database, tmp_path: Path) -> Programme:
    """The small programme in July, with Clyde's service to end in the middle of August."""
    running = Programme(store, tmp_path / "home", began="2026-07-06T09:00")
    return running.begin(ENDS)


def cycle_of(programme: Programme) -> CycleView | None:
    with programme.database.reading() as session:
        return next(iter(cycles.cycles(session, "sample", QUARTER)), None)


def life_of(programme: Programme, provider: str = "CLYDE", site: str = "CLB") -> Life:
    here = programme.ref(provider, site)
    with programme.database.reading() as session:
        return lives.lives(session, [here.id])[here.id]


def owed(programme: Programme) -> list[str]:
    with programme.database.reading() as session:
        return [r.site for r in returns.refs(session, quarter=QUARTER)]


def wrong(programme: Programme) -> str:
    with programme.database.reading() as session:
        return first_wrong(session, CHECKS)


def test_it_is_asked_on_its_last_day_and_due_twenty_working_days_later(
    programme: Programme,
) -> None:
    programme.day("2026-08-13")
    assert cycle_of(programme) is None
    programme.day("2026-08-14")
    assert owed(programme) == ["CLB"]
    life = life_of(programme)
    assert (life.due, life.due_why) == (
        DUE,
        "the service ended on 14 August 2026, so its last return is asked for at once",
    )
    assert {rung for rung, _, _ in life.said} >= {"request", "notice"}
    cycle = cycle_of(programme)
    assert cycle is not None
    assert (cycle.early, cycle.expected) == (True, 1)
    assert wrong(programme) == ""


def test_the_letter_says_why_it_comes_now(programme: Programme) -> None:
    programme.day("2026-08-14")
    letters = list((programme.home / "mail").rglob("*.eml"))
    lead = next(x for x in letters if "clyde@clyde.example" in x.read_text())
    assert "the service ended on" in " ".join(lead.read_text().replace("=\n", "").split())


def test_it_is_asked_once_however_often_the_round_runs(programme: Programme) -> None:
    for _ in range(2):
        programme.day("2026-08-14")
        programme.day("2026-08-17")
    with programme.database.reading() as session:
        kinds = [entry.kind for entry in ledger.entries(session)]
    assert kinds.count("cycle_opened") == 1
    assert kinds.count("requested") == 1


def test_after_an_outage_it_is_asked_late_with_the_whole_of_its_time(
    programme: Programme,
) -> None:
    programme.day("2026-08-29")  # a Saturday
    assert owed(programme) == []
    programme.day("2026-09-01")
    assert life_of(programme).due == date(2026, 9, 29)


def test_it_climbs_its_own_ladder_and_is_not_asked_again_when_the_quarter_opens(
    programme: Programme,
) -> None:
    for day in ("08-14", "08-28", "09-07", "09-14", "09-15", "09-21", "09-28"):
        programme.day(f"2026-{day}")
    assert life_of(programme).not_returned_at is not None
    programme.day("2026-10-01")
    assert sorted(owed(programme)) == ["AVB", "AVC", "BRB", "CLB"]
    assert life_of(programme).due == DUE
    assert life_of(programme, "AVON", "AVB").due == date(2026, 10, 28)


def test_on_its_opening_day_the_cycle_is_completed_and_expects_them_all(
    programme: Programme,
) -> None:
    programme.day("2026-08-14")
    programme.day("2026-10-01")
    programme.day("2026-10-02")
    cycle = cycle_of(programme)
    assert cycle is not None
    assert (cycle.early, cycle.expected, cycle.baseline) == (False, 4, True)
    with programme.database.reading() as session:
        said = [e for e in ledger.entries(session) if e.subject == f"cycle:{cycle.id}"]
        kept = plans.kept(session, cycle.id)
    kinds = ["cycle_opened", "plan_kept", "plan_kept", "cycle_completed"]
    assert [entry.kind for entry in said] == kinds
    assert [len(plan.asked) for plan in kept] == [1, 3]
    assert wrong(programme) == ""


def test_a_second_service_that_ends_lets_the_cycle_grow(programme: Programme) -> None:
    programme.day("2026-08-14")
    two = ENDS.replace(
        "BROOK,Brook Health,provider,prime,2024-04-01,,",
        "BROOK,Brook Health,provider,prime,2024-04-01,2026-09-10,",
    )
    take_in(programme, two, "2026-08-20")
    programme.day("2026-09-10")
    cycle = cycle_of(programme)
    assert cycle is not None
    assert cycle.expected == 2
    assert sorted(owed(programme)) == ["BRB", "CLB"]
    programme.day("2026-10-01")
    after = cycle_of(programme)
    assert after is not None
    assert after.expected == 4
    assert wrong(programme) == ""


def take_in(programme: Programme, text: str, day: str) -> None:
    with programme.database.writing() as session:
        read = register.check(text.encode(), "again.csv")
        now = at(f"{day}T08:00")
        register.import_register(session, read, now, "o", policy_version="2026.4", yes=True)


def test_a_service_that_goes_on_after_all_is_due_with_the_others(programme: Programme) -> None:
    programme.day("2026-08-14")
    take_in(programme, SMALL, "2026-08-20")
    programme.day("2026-08-20")
    life = life_of(programme)
    assert (life.due, life.due_why) == (date(2026, 10, 28), "")
    programme.day("2026-10-01")
    assert life_of(programme).due == date(2026, 10, 28)
    assert sorted(owed(programme)) == ["AVB", "AVC", "BRB", "CLB"]


def test_one_that_served_too_few_days_is_asked_for_nothing(store: Database, tmp_path: Path) -> None:
    few = ENDS.replace("2026-08-14", "2026-07-20")
    programme = Programme(store, tmp_path / "home", began="2026-07-06T09:00").begin(few)
    programme.day("2026-07-20")
    programme.day("2026-07-21")
    assert owed(programme) == []


def test_while_the_region_or_everything_is_paused_nobody_is_asked(programme: Programme) -> None:
    now = at("2026-08-14T08:00")
    with programme.database.writing() as session:
        pauses.pause(session, pauses.EVERYTHING, "A fire.", now, "operator")
    programme.day("2026-08-14")
    assert owed(programme) == []
    with programme.database.writing() as session:
        pauses.resume(session, pauses.EVERYTHING, now, "operator")
        cycles.pause(session, "sample", "A flood.", now, "operator")
    programme.day("2026-08-14")
    assert owed(programme) == []


def test_its_people_are_reached_and_let_in_though_the_register_lists_it_no_longer(
    programme: Programme,
) -> None:
    programme.day("2026-08-14")
    without = "\n".join(row for row in SMALL.splitlines() if "CLYDE" not in row) + "\n"
    take_in(programme, without, "2026-08-17")
    programme.day("2026-09-15")
    assert not life_of(programme).unreachable
    assert "overdue-1" in {rung for rung, _, _ in life_of(programme).said}
    with programme.database.reading() as session:
        clyde = programme.person("clyde@clyde.example")
        assert contact_roles(session, clyde, date(2026, 9, 15))


def test_families_read_nothing_of_it_before_the_quarter_opens(programme: Programme) -> None:
    programme.day("2026-08-14")
    with programme.database.reading() as session:
        assert build_pages(session, at("2026-08-17T12:00"), programme.post.calendar) == {}


def test_holidays_unknown_to_the_end_of_its_quarter_halt_it_and_it_says_so(
    programme: Programme,
) -> None:
    from dataclasses import replace

    calendar = programme.post.calendar
    short = replace(programme.post, calendar=replace(calendar, horizon=date(2026, 10, 31)))
    programme.post = short
    with pytest.raises(BeyondHorizon):
        programme.open("2026-08-14T09:00")
    assert owed(programme) == []


def test_a_number_changed_behind_the_ledgers_back_is_found(programme: Programme) -> None:
    programme.day("2026-08-14")
    programme.day("2026-10-01")
    with programme.database.writing() as session:
        row = session.exec(select(Cycle)).one()
        row.expected = 9
        session.add(row)
    assert "has been changed" in wrong(programme)
