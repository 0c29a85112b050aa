"""A dispute leaves as a letter to the arbiter, its decision as one to both sides; none is late."""

from email import message_from_bytes, policy
from pathlib import Path

import pytest

from charter.steps import Rating, Unsent
from flows.verifying import verify
from providers import checking, disputes, lives, staff
from providers.contacts import contacts_of
from providers.database import Database
from tests.support.cast import at
from tests.support.programme import COMMISSIONER, Programme
from tests.support.rules import CALENDAR

ARBITER = "iris@outside.example"


@pytest.fixture
def disputed(store: Database, tmp_path: Path) -> Programme:
    """Avon's return, received, with one rating changed, and disputed on 4 November."""
    programme = Programme(store, tmp_path / "home").begin()
    programme.day("2026-10-01")
    programme.submit("AVON", "AVB", "2026-10-20T10:00")
    programme.day("2026-11-02")
    with store.writing() as session:
        here, now = programme.ref("AVON", "AVB"), at("2026-11-03T09:00")
        staff.add(session, now, "operator", email=ARBITER, region_code="sample",
                  role="arbiter", name="Iris Outside")  # fmt: skip
        who = programme.person(COMMISSIONER)
        checking.change_rating(session, here, "W2", Rating.NOT_MET, "No card.", now, who)
        lead = next(
            p.person_id
            for p in contacts_of(session, [here.service_id], now.date())[here.service_id]
            if p.role == "lead"
        )
        disputes.dispute(session, here, "W2", "It was there.", now, lead, CALENDAR)
    return programme


def decide(programme: Programme, when: str) -> None:
    with programme.database.writing() as session:
        here, who = programme.ref("AVON", "AVB"), programme.person(ARBITER)
        disputes.decide(session, here, "W2", False, "We saw it.", at(when), who)


def letters(programme: Programme, day: str) -> dict[str, tuple[str, str]]:
    """The subject and text of that day's letters, by address."""
    found = {}
    for file in (programme.home / "mail").glob(f"*-{day}-*.eml"):
        mail = message_from_bytes(file.read_bytes(), policy=policy.default)
        body = mail.get_body(("plain",))
        assert body is not None
        found[str(mail["to"])] = str(mail["subject"]), " ".join(body.get_content().split())
    return found


def test_the_arbiter_is_asked_and_both_sides_hear_what_was_decided(disputed: Programme) -> None:
    disputed.day("2026-11-04")
    (subject, text) = letters(disputed, "2026-11-04")[ARBITER]
    assert subject == "Disputed rating to decide: HMP Avonbridge, 2026-27-Q2"
    assert "is disputed. Please decide by the end of 17 November 2026." in text
    assert "/console/disputes" in text
    assert "It was there" not in text
    decide(disputed, "2026-11-05T09:00")
    disputed.day("2026-11-05")
    told = letters(disputed, "2026-11-05")
    assert ARBITER not in told
    assert COMMISSIONER in told
    assert len(told) >= 2
    for _, text in told.values():
        assert "The provider’s own rating stands for" in text
    disputed.day("2026-11-06")
    assert not letters(disputed, "2026-11-06")
    assert verify(disputed.database, disputed.home).wrong == ""


def test_a_letter_about_what_was_decided_before_it_left_is_not_sent(disputed: Programme) -> None:
    disputed.chase("2026-11-04T09:00")
    decide(disputed, "2026-11-04T09:30")
    disputed.deliver("2026-11-04T10:00")
    assert ARBITER not in letters(disputed, "2026-11-04")
    with disputed.database.reading() as session:
        steps = [one.step for one in lives.history(session, disputed.ref("AVON", "AVB").id)]
    unsent = [step for step in steps if isinstance(step, Unsent)]
    assert [step.reason for step in unsent] == ["the dispute has been decided"]
