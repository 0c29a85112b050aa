"""A moved opening is on record: by whom, vouched for by the ledger, and kept to by the flows."""

from dataclasses import replace
from datetime import date

import pytest
from sqlmodel import col, select

from charter.quarters import Quarter
from providers import cycles, early, moves, moving, opening, plans, proving, register, returns
from providers.console_tables import PlannedMove
from providers.database import Database
from providers.moves import MoveRefused, Overtaken
from tests.support.cast import at
from tests.support.registers import take_in
from tests.support.rules import CALENDAR, CHARTER, CHARTER_TEXT, POLICY, POLICY_TEXT

Q3 = Quarter.parse("2026-27-Q3")
THEN = at("2026-12-01T09:00")
LATER = date(2027, 1, 11)


@pytest.fixture
def region(store: Database) -> str:
    """The code of a region with one service and the newest policy."""
    with store.writing() as session:
        cycles.keep_rulebook(session, "charter", CHARTER.version, CHARTER_TEXT)
        cycles.keep_rulebook(session, "policy", "2026.4", POLICY_TEXT)
        take_in(session, {}, now=at("2026-10-05T09:00"))
        return register.regions(session)[0].code


def move(store: Database, region: str, opens: date = LATER, reason: str = "A flood.") -> bool:
    with store.writing() as session:
        home = cycles.region_of(session, region)
        return moves.move(session, home, Q3, opens, reason, POLICY, CALENDAR, THEN, "person:1")


def test_it_is_moved_once_however_often_it_is_asked_for(store: Database, region: str):
    assert move(store, region)
    assert not move(store, region)
    assert move(store, region, reason="A worse flood.")
    with store.reading() as session:
        (found,) = moves.moves_of(session, region).values()
        assert moves.dates(session, region, Q3, POLICY, CALENDAR).opens == LATER
        assert moves.first_altered(session) == ""
    assert (found.opens, found.reason, found.by) == (LATER, "A worse flood.", "person:1")


def test_it_needs_a_reason_and_a_day_that_will_do(store: Database, region: str):
    for opens, reason in ((LATER, " "), (date(2027, 1, 4), "A flood."), (date(2030, 1, 2), "Far")):
        with pytest.raises(MoveRefused):
            move(store, region, opens, reason)


def test_it_can_be_moved_back_until_anybody_was_asked(store: Database, region: str):
    move(store, region)
    with store.writing() as session:
        assert moves.undo(session, region, Q3, THEN, "person:1")
        assert not moves.undo(session, region, Q3, THEN, "person:1")
        assert moves.first_altered(session) == ""
        assert moves.dates(session, region, Q3, POLICY, CALENDAR).opens == date(2027, 1, 4)


@pytest.mark.parametrize("lost", [True, False])
def test_a_move_that_the_ledger_does_not_vouch_for_is_named(
    store: Database, region: str, lost: bool
):
    move(store, region)
    with store.writing() as session:
        row = session.exec(select(PlannedMove).order_by(col(PlannedMove.quarter))).one()
        if lost:
            session.delete(row)
        else:
            row.opens = date(2027, 1, 12)
            session.add(row)
    with store.reading() as session:
        said = moves.first_altered(session)
    assert ("is missing" if lost else "does not vouch") in said


def test_a_moved_quarter_opens_then_with_its_dates_proven_and_moves_on_with_a_new_holiday(
    store: Database, region: str
):
    move(store, region)
    with store.writing() as session:
        assert opening.open_due(session, at("2027-01-08T09:00"), CALENDAR) == []
        opened = opening.open_due(session, at("2027-01-11T09:00"), CALENDAR)
        ((cycle, _),) = [one for one in opened if one[0].region == region]
        refs = returns.refs(session, region=region)
        proof = proving.proofs(session, refs, CALENDAR, at("2027-01-12T09:00"))[refs[0].id]
        kept = plans.kept(session, cycle.id)
        assert early.begun(session, region, Q3) is not None
    assert (cycle.dates.opens, cycle.dates.due) == (LATER, date(2027, 2, 5))
    assert (proof.due, proof.rule.working_days) == (cycle.dates.due, POLICY.due + 5)
    assert [plan.opens for plan in kept] == [LATER]
    with store.writing() as session, pytest.raises(Overtaken):
        moves.undo(session, region, Q3, at("2027-01-12T09:00"), "person:1")

    more = replace(
        CALENDAR, holidays={**CALENDAR.holidays, date(2027, 1, 20): "New"}, version="2027-01-12"
    )
    with store.writing() as session:
        now, ids = at("2027-01-12T09:00"), [r.id for r in refs]
        assert moving.move_returns(session, cycle.id, ids, more, now) == len(ids)
        assert moving.move_cycle(session, cycle.id, more, now)
        moved = cycles.cycle_of(session, region, str(Q3)).dates
    assert moved.due == date(2027, 2, 8)
