"""What the chasing rules are told of each return: who was asked when, and whose details are old."""

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import text

from charter.chasing import Case
from charter.steps import BecameUnreachable
from flows.cases import gather
from flows.wiring import shipped
from notifications import outbox
from providers import cycles, lives, returns
from providers.database import Database
from tests.support.cast import at
from tests.support.programme import Programme

LEAD, SIGNER = "brook@brook.example", "bea@brook.example"
GAPPED = shipped("policy-2026.4.toml").replace('version = "2026.4"', 'version = "2026.9"')
GAPPED = GAPPED.replace('id = "overdue-1"\n', 'id = "overdue-1"\ngap = 2\n')


@pytest.fixture
def programme(store: Database, tmp_path: Path) -> Programme:
    return Programme(store, tmp_path / "home")


@pytest.fixture
def gapped(programme: Programme) -> Programme:
    """A region whose first overdue letter waits two working days after the last that asked."""
    with programme.database.writing() as session:
        cycles.keep_rulebook(session, "policy", "2026.9", GAPPED)
    return programme.begin()


def case(programme: Programme, when: str) -> Case:
    """Brook's return as the chaser sees it."""
    here = programme.ref("BROOK", "BRB")
    with programme.database.reading() as session:
        return gather(session, [here], at(when)).cases[here.id]


def asked(programme: Programme, when: str) -> dict[str, date]:
    on = case(programme, when).asked_on
    known = {programme.person(email): email for email in (LEAD, SIGNER)}
    return {known[person]: day for person, day in on.items()}


def test_whoever_was_asked_is_known_with_the_day_of_the_letter_or_of_its_hand_over(
    gapped: Programme,
) -> None:
    gapped.open("2026-10-01T09:00")
    first = date(2026, 10, 1)
    assert asked(gapped, "2026-10-01T10:00") == {LEAD: first, SIGNER: first}
    gapped.deliver("2026-10-02T09:00")
    second = date(2026, 10, 2)
    assert asked(gapped, "2026-10-02T10:00") == {LEAD: second, SIGNER: second}


def test_a_letter_withdrawn_or_a_line_dropped_asked_nobody(gapped: Programme) -> None:
    gapped.open("2026-10-01T09:00")
    lead, signer = (gapped.key(email, "2026-10-01") for email in (LEAD, SIGNER))
    with gapped.database.writing() as session:
        here = gapped.ref("BROOK", "BRB").id
        outbox.withdraw(session, lead, "a test", at("2026-10-01T09:30"))
        outbox.drop_line(session, signer, outbox.Line(f"return:{here}", "notice"), "a test")
    assert asked(gapped, "2026-10-01T10:00") == {}


def test_a_gap_holds_back_a_rung_whose_person_was_asked_too_lately(gapped: Programme) -> None:
    for day in ("2026-10-01", "2026-10-28", "2026-10-29", "2026-10-30"):
        gapped.open(f"{day}T09:00")
        gapped.deliver(f"{day}T09:30")
    here = gapped.ref("BROOK", "BRB")
    sql = "SELECT letter_key FROM letter_line WHERE topic = 'overdue-1' AND subject = :subject"
    with gapped.database.engine.connect() as connection:
        keys = connection.execute(text(sql), {"subject": f"return:{here.id}"}).scalars().all()
    assert [key.rpartition("-")[0][-10:] for key in keys] == ["2026-10-30"]


def test_without_a_gap_in_the_policy_nobody_asks_the_outbox_when(programme: Programme) -> None:
    programme.begin().day("2026-10-01")
    assert asked(programme, "2026-10-02T09:00") == {}


def test_details_are_old_a_year_after_they_were_confirmed_or_listed_or_the_region_began(
    programme: Programme,
) -> None:
    programme.begin().open("2026-10-01T09:00")
    lead, signer = (programme.person(email) for email in (LEAD, SIGNER))

    def put(sql: str, **values: object) -> None:
        with programme.database.engine.begin() as connection:
            connection.execute(text(sql), values)

    def old(when: str) -> frozenset[int]:
        return case(programme, when).unconfirmed & {lead, signer}

    put("UPDATE contact SET listed_on = NULL")
    assert old("2027-09-01T09:00") == frozenset()
    assert old("2027-09-02T09:00") == {lead, signer}
    put("UPDATE contact SET listed_on = '2026-09-20' WHERE person_id = :lead", lead=lead)
    assert old("2027-09-02T09:00") == {signer}
    assert old("2027-09-21T09:00") == {lead, signer}
    put("UPDATE person SET confirmed_on = '2027-09-02' WHERE id = :signer", signer=signer)
    assert old("2027-09-21T09:00") == {lead}


def test_a_failing_contact_list_is_counted_by_quarters(programme: Programme) -> None:
    programme.begin().open("2026-10-01T09:00")
    here = programme.ref("BROOK", "BRB")
    assert case(programme, "2026-10-01T09:30").quarters_unreachable == 0
    with programme.database.writing() as session:
        lives.record(session, here.id, BecameUnreachable(), at("2026-10-01T10:00"), "engine")
    assert case(programme, "2026-10-01T10:30").quarters_unreachable == 1


def test_many_returns_are_gathered_at_once_as_each_would_be_alone(programme: Programme) -> None:
    programme.begin()
    for day in ("2026-10-01", "2026-11-04"):
        programme.day(day)
    now = at("2026-11-05T09:00")
    with programme.database.reading() as session:
        refs = returns.refs(session)
        together = gather(session, refs, now)
        assert together.refs == tuple(refs)
        assert {r.id: gather(session, [r], now).cases[r.id] for r in refs} == together.cases
        assert any(case.told for case in together.cases.values())
