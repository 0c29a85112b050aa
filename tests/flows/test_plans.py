"""A cycle is rehearsed, exported, agreed to by its fingerprint, and opens with that very plan."""

import csv
import io
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import text

from charter.chasing import Case, Reachable
from charter.policy import Role, read_policy
from charter.quarters import BeyondHorizon, Quarter
from charter.rehearsal import Plan, opening, rehearse, what_changed
from charter.returns import Life
from flows.commands.plans import approve_plan
from flows.verifying import verify
from flows.wiring import shipped, shipped_calendar
from providers import cycles, ledger, plans, register
from providers.cycles import NotAllowed
from providers.database import Database
from providers.plans import PlanRefused
from providers.rehearsing import Rehearsal, rehearse_cycle
from tests.support.cast import at
from tests.support.programme import APPROVER, COMMISSIONER, QUARTER, SMALL, Programme

WHICH = Quarter.parse(QUARTER)
ASKS = shipped("policy-2026.4.toml").replace(
    "approve_rehearsal = false", "approve_rehearsal = true"
)


@pytest.fixture
def programme(store: Database, tmp_path: Path) -> Programme:
    """A region whose policy asks for an agreed plan."""
    return asking(Programme(store, tmp_path / "home").begin())


@pytest.fixture
def on_sqlite(sqlite_store: Database, tmp_path: Path) -> Programme:
    return asking(Programme(sqlite_store, tmp_path / "home").begin())


def asking(programme: Programme) -> Programme:
    body = ASKS.replace('version = "2026.4"', 'version = "2026.4-agreed"')
    with programme.database.writing() as session:
        cycles.keep_rulebook(session, "policy", "2026.4-agreed", body)
    with programme.database.engine.begin() as connection:
        connection.execute(text("UPDATE region SET policy_version = '2026.4-agreed'"))
    return programme


def rehearsed(programme: Programme) -> Rehearsal:
    with programme.database.reading() as session:
        return rehearse_cycle(session, "sample", WHICH, programme.post.calendar)


def approve(programme: Programme, fingerprint: str, by: str, when: str) -> None:
    service = programme.app
    object.__setattr__(service, "clock", lambda: at(when))
    approve_plan(service, "sample", WHICH, fingerprint, by)


def opened(programme: Programme) -> list[str]:
    with programme.database.reading() as session:
        return [str(cycle.quarter) for cycle in cycles.cycles(session)]


def change_contact(programme: Programme, when: str) -> None:
    changed = SMALL.replace("Clyde,clyde@clyde.example,lead", "Cleo,cleo@clyde.example,lead")
    with programme.database.writing() as session:
        read = register.check(changed.encode(), "small.csv")
        register.import_register(session, read, at(when), "operator", policy_version="2026.4")


def test_nothing_opens_before_a_commissioner_agreed_and_then_that_very_plan_does(
    programme: Programme,
):
    programme.day("2026-10-01")
    assert opened(programme) == []
    plan = rehearsed(programme).plan
    approve(programme, plan.fingerprint, COMMISSIONER, "2026-10-01T11:00")
    assert rehearsed(programme).approved
    programme.open("2026-10-01T12:00")
    assert opened(programme) == [QUARTER]
    with programme.database.reading() as session:
        (kept,) = plans.kept(session, cycles.cycle_of(session, "sample", QUARTER).id)
        kinds = [entry.kind for entry in ledger.entries(session)]
    assert kept == plan
    assert kinds.count("plan_approved") == kinds.count("plan_kept") == 1
    assert verify(programme.database, programme.home).wrong == ""


def test_a_plan_that_changed_since_is_another_plan_and_says_what_changed(on_sqlite: Programme):
    plan = rehearsed(on_sqlite).plan
    approve(on_sqlite, plan.fingerprint[:16], COMMISSIONER, "2026-09-20T11:00")
    change_contact(on_sqlite, "2026-09-25T11:00")
    on_sqlite.day("2026-10-01")
    assert opened(on_sqlite) == []
    again = rehearsed(on_sqlite)
    assert not again.approved
    (changed,) = again.changed
    assert changed.startswith("lines that go to other people or on other days: ")
    approve(on_sqlite, again.plan.fingerprint, COMMISSIONER, "2026-10-02T09:00")
    on_sqlite.day("2026-10-02")
    assert opened(on_sqlite) == [QUARTER]


def test_only_a_commissioner_agrees_and_only_to_the_plan_as_it_stands(on_sqlite: Programme):
    plan = rehearsed(on_sqlite).plan
    with pytest.raises(NotAllowed, match="is no commissioner of sample"):
        approve(on_sqlite, plan.fingerprint, APPROVER, "2026-09-20T11:00")
    with pytest.raises(NotAllowed, match="add --by"):
        approve(on_sqlite, plan.fingerprint, "", "2026-09-20T11:00")
    for given in ("0" * 64, plan.fingerprint[:11], ""):
        with pytest.raises(PlanRefused, match=f"has the fingerprint {plan.fingerprint} now"):
            approve(on_sqlite, given, COMMISSIONER, "2026-09-20T11:00")
    assert opened(on_sqlite) == []


def test_a_quarter_that_is_open_has_nothing_to_agree_to(sqlite_store: Database, tmp_path: Path):
    programme = Programme(sqlite_store, tmp_path / "home").begin()
    programme.day("2026-10-01")
    with pytest.raises(PlanRefused, match="open already"):
        approve(programme, rehearsed(programme).plan.fingerprint, COMMISSIONER, "2026-10-01T11:00")


def test_a_yes_that_the_ledger_does_not_know_is_named(on_sqlite: Programme):
    approve(on_sqlite, rehearsed(on_sqlite).plan.fingerprint, COMMISSIONER, "2026-09-20T11:00")
    for change in (
        "UPDATE plan_approval SET \"by\" = 'person:99'",
        "DELETE FROM plan_approval",
    ):
        with on_sqlite.database.engine.begin() as connection:
            connection.execute(text(change))
        assert "the yes to the plan" in verify(on_sqlite.database, on_sqlite.home).wrong


def test_the_export_has_a_row_for_each_line_of_each_letter(on_sqlite: Programme):
    plan = rehearsed(on_sqlite)
    rows = list(csv.DictReader(io.StringIO(plan.as_csv(), newline="")))
    assert len(rows) == len(plan.lines) == len(plan.plan.lines)
    first = rows[0]
    assert (first["day"], first["letter"]) == ("2026-10-01", "request")
    assert {row["email"] for row in rows} >= {"avon@avon.example", "ada@avon.example"}
    assert sum(len(letter.about) for letter in plan.letters) == len(rows)


def test_a_plan_names_nobody_and_is_the_same_however_often_it_is_made(on_sqlite: Programme):
    plan = rehearsed(on_sqlite).plan
    assert plan == rehearsed(on_sqlite).plan
    assert "example" not in plan.text
    assert "Avon" not in plan.text
    assert Plan.model_validate_json(plan.text) == plan


def test_returns_whose_people_stand_alike_are_played_alike():
    policy, calendar = read_policy(shipped("policy-2026.4.toml")), shipped_calendar()
    dates = policy.dates(WHICH, calendar)
    cases = {
        n: Case(
            life=Life(),
            people=(Reachable(2 * n, Role.LEAD), Reachable(2 * n + 1, Role.SIGNER)),
            told={},
            challenge_ends=dates.challenge_ends,
        )
        for n in range(1, 2001)
    }
    lines = rehearse(cases, policy, opening(policy, dates, calendar, dates.opens), calendar)
    alone = rehearse({7: cases[7]}, policy, opening(policy, dates, calendar, dates.opens), calendar)
    assert [line for line in lines if line.subject == 7] == alone
    assert len(lines) == 2000 * len(alone)


def test_what_changed_between_two_plans_is_said_in_words(on_sqlite: Programme):
    plan = rehearsed(on_sqlite).plan
    other = plan.model_copy(
        update={"policy": "2027.1", "due": date(2026, 10, 30), "asked": plan.asked[1:]}
    )
    assert what_changed(plan, plan) == []
    assert what_changed(plan, other) == [
        "the policy is 2027.1, and was 2026.4-agreed",
        "the due date is 30 October 2026, and was 28 October 2026",
        "services asked in one of the plans only: 1",
    ]


def test_a_plan_needs_holidays_to_the_end_of_its_ladder(on_sqlite: Programme):
    with on_sqlite.database.reading() as session, pytest.raises(BeyondHorizon):
        rehearse_cycle(session, "sample", Quarter.parse("2034-35-Q2"), on_sqlite.post.calendar)
