"""What a letter says is right for its reader on its day, whatever came before it."""

from datetime import date
from pathlib import Path

import pytest

from charter.steps import Refused
from providers import checking, lives, people, register
from providers.database import Database
from tests.flows.test_stopped_letters import letter
from tests.support.cast import at
from tests.support.programme import COMMISSIONER, PARTNER, SMALL, Programme

OWN = "\n".join(
    f"Sample,REGION,Sample,ICB,Sample Board,commissioner,prime,2024-04-01,,{who.title()},"
    f"{who}@icb.example,{role}"
    for who, role in (("ivy", "lead"), ("ike", "signer"))
)


@pytest.fixture
def programme(store: Database, tmp_path: Path) -> Programme:
    return Programme(store, tmp_path / "home").begin(SMALL + OWN + "\n")


def test_a_warning_that_goes_late_names_the_day_on_which_it_is_really_recorded(
    programme: Programme,
) -> None:
    programme.day("2026-10-01")
    programme.day("2026-11-06")
    said = letter(programme, "cal@clyde.example", "2026-11-06")
    assert "If it is not signed before 13 November 2026, we will record it" in said
    for day, recorded in (("2026-11-12", False), ("2026-11-13", True)):
        programme.day(day)
        with programme.database.reading() as session:
            here = programme.ref("CLYDE", "CLB").id
            assert (lives.lives(session, [here])[here].not_returned_at is not None) is recorded


def test_what_is_recorded_after_the_day_of_publication_is_not_said_to_be_read_before(
    programme: Programme,
) -> None:
    programme.day("2026-10-01")
    here, by = programme.ref("CLYDE", "CLB"), programme.person(COMMISSIONER)
    with programme.database.writing() as session:
        checking.extend(
            session, here, date(2026, 12, 4), "Flood.", "A flood.", at("2026-10-02T12:00"), by
        )
    programme.day("2026-12-11")
    said = letter(programme, "cal@clyde.example", "2026-12-11")
    assert "before 18 December 2026" in said
    assert "Families will be able to read that from 18 December 2026." in said


def test_whoever_is_asked_because_mail_to_the_lead_comes_back_is_told_so(
    programme: Programme,
) -> None:
    programme.day("2026-10-01")
    here, lead = programme.ref("CLYDE", "CLB"), programme.person("clyde@clyde.example")
    with programme.database.writing() as session:
        step = Refused(person=lead, letter="l")
        lives.record(session, here.id, step, at("2026-10-01T12:00"), "engine")
    programme.day("2026-10-14")
    assert "so we write to you" in letter(programme, "cal@clyde.example", "2026-10-14")
    assert "so we write to you" not in letter(programme, "avon@avon.example", "2026-10-14")


def test_a_signer_who_stands_in_is_not_told_to_pass_the_return_to_the_signer(
    programme: Programme,
) -> None:
    with programme.database.writing() as session:
        people.address_refused(
            session, programme.person("clyde@clyde.example"), at("2026-09-02T09:00")
        )
    programme.day("2026-10-01")
    said = letter(programme, "cal@clyde.example", "2026-10-01")
    assert "Please have somebody fill the return in, and then sign it" in said
    assert "so we write to you" in said
    assert "pass the return" not in said


def test_a_letter_led_by_an_older_quarter_says_which_quarter_it_covers(
    programme: Programme,
) -> None:
    programme.day("2026-10-01")
    programme.day("2026-11-04")
    programme.day("2026-11-11")
    newer = SMALL.replace("Clyde,clyde@clyde.example", "New,new@clyde.example")
    with programme.database.writing() as session:
        read = register.check((newer + OWN + "\n").encode(), "again.csv")
        register.import_register(
            session, read, at("2026-12-30T12:00"), "operator", policy_version="2026.4"
        )
    programme.day("2027-01-04")
    said = letter(programme, "new@clyde.example", "2027-01-04").partition("text/html")[0]
    assert "Subject: Overdue Charter return: HMP Clydebridge, 2026-27-Q2" in said
    assert "It covers July to September 2026. Please finish it" in said
    assert "HMP Clydebridge (Clyde Health), October to December 2026: return wanted" in said


def test_a_digest_says_what_is_the_same_of_several_prisons_once(programme: Programme) -> None:
    programme.day("2026-10-01")
    said = letter(programme, "avon@avon.example", "2026-10-01").partition("text/html")[0]
    assert said.count("by the end of 28 October 2026") == 1
    assert "HMP Avonbridge (Avon Health) HMP Avonchurch (Avon Health) For each of these 2:" in said


def test_the_listening_partner_is_asked_to_judge_and_not_to_reply(programme: Programme) -> None:
    programme.day("2026-10-01")
    programme.submit("BROOK", "BRB", "2026-10-05T12:00")
    programme.day("2026-11-26")
    said = letter(programme, PARTNER, "2026-11-26").partition("text/html")[0]
    assert "to say whether the replies to families are faithful, in your own words." in said
    theirs = letter(programme, "brook@brook.example", "2026-11-26").partition("text/html")[0]
    assert "put facts right" in theirs
    assert "put facts right" not in said


def test_the_commissioners_own_lead_is_not_called_a_providers(programme: Programme) -> None:
    programme.day("2026-10-01")
    programme.day("2026-10-14")
    for day in ("2026-10-01", "2026-10-14"):
        said = letter(programme, "ivy@icb.example", day)
        assert "names you as a lead." in said
        assert "your NHS commissioner" not in said
        assert "your commissioner" not in said
