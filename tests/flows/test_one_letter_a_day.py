"""However long nothing went out, each person has one letter a day, on a working day, of what is
owed by then."""

from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from sqlmodel import update

from charter.steps import DueMoved, Reminded, Unsent
from flows.bygone import take_back
from notifications import outbox
from notifications.bygone import ITS_DAY_WENT_BY
from notifications.channels.smtp import SmtpChannel
from notifications.outbox import LetterState
from providers import lives
from providers.database import Database
from tests.support.cast import at
from tests.support.mail import Received, SmtpSink
from tests.support.programme import Programme
from tests.support.rules import CALENDAR

DOWN = "smtp://127.0.0.1:9"
LEAD = "clyde@clyde.example"


@pytest.fixture
def programme(store: Database, tmp_path: Path) -> Programme:
    return Programme(store, tmp_path / "home").begin()


def through(programme: Programme, url: str) -> None:
    """Hand letters to that mail server from now on."""
    object.__setattr__(programme.post.letters, "channel", SmtpChannel(url))


def steps(programme: Programme, kind: type) -> list:
    with programme.database.reading() as session:
        found = lives.history(session, programme.ref("CLYDE", "CLB").id)
    return [happened.step for happened in found if isinstance(happened.step, kind)]


def in_plain(letter: Received) -> str:
    body = letter.message.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def test_after_days_without_mail_each_person_has_one_letter_of_what_is_owed_by_now(
    programme: Programme, smtp_sink: SmtpSink
) -> None:
    programme.day("2026-10-01")
    through(programme, DOWN)
    for day in ("2026-10-14", "2026-10-21", "2026-10-28", "2026-10-29"):
        programme.day(day)
    through(programme, smtp_sink.url)
    programme.day("2026-10-30")
    assert max(Counter(m.recipients for m in smtp_sink.messages).values()) == 1
    (letter,) = smtp_sink.to(LEAD)
    assert str(letter.message["Subject"]).startswith("Overdue Charter return")
    assert steps(programme, DueMoved) == []
    assert {step.reason for step in steps(programme, Unsent)} == {ITS_DAY_WENT_BY}
    with programme.database.reading() as session:
        assert outbox.counts(session)[LetterState.QUEUED] == 0
    programme.day("2026-11-02")
    assert len(smtp_sink.to(LEAD)) == 1


def test_a_request_that_the_post_kept_too_long_leaves_its_full_notice(
    programme: Programme, smtp_sink: SmtpSink
) -> None:
    through(programme, DOWN)
    for day in ("2026-10-01", "2026-10-07", "2026-10-08"):
        programme.day(day)
    through(programme, smtp_sink.url)
    programme.day("2026-10-12")
    (letter,) = smtp_sink.to(LEAD)
    words = " ".join(in_plain(letter).split())
    assert "by the end of 2 November 2026" in words
    assert "asked late, so the due date moved" in words
    assert programme.ref("CLYDE", "CLB").due_on == date(2026, 11, 2)


@pytest.mark.parametrize("shut", ["2026-10-03T10:00", "2026-12-25T10:00"])
def test_nothing_is_handed_over_on_a_day_that_is_no_working_day(
    programme: Programme, smtp_sink: SmtpSink, shut: str
) -> None:
    through(programme, smtp_sink.url)
    programme.open("2026-10-02T09:00")
    done = programme.deliver(shut)
    assert (done.sent, done.waiting) == (0, 6)
    assert done.trouble == "letters wait for the next working day"
    assert smtp_sink.messages == []
    programme.deliver("2026-12-29T10:00")
    assert len(smtp_sink.messages) == 6


def test_whoever_has_had_yesterdays_letter_today_hears_the_rest_on_the_next_working_day(
    programme: Programme, smtp_sink: SmtpSink
) -> None:
    through(programme, smtp_sink.url)
    programme.day("2026-10-01")
    programme.open("2026-10-27T09:00")
    programme.deliver("2026-10-28T08:00")
    assert len(smtp_sink.to(LEAD)) == 2
    programme.day("2026-10-28")
    assert len(smtp_sink.to(LEAD)) == 2
    assert "remind-0" not in {step.rung for step in steps(programme, Reminded)}
    programme.day("2026-10-29")
    assert len(smtp_sink.to(LEAD)) == 3


@pytest.mark.parametrize("handed_over", [True, False])
def test_a_letter_that_the_last_release_keyed_otherwise_is_todays_letter_too(
    programme: Programme, smtp_sink: SmtpSink, handed_over: bool
) -> None:
    through(programme, smtp_sink.url)
    programme.day("2026-10-01")
    with programme.database.writing() as session:
        here = programme.ref("CLYDE", "CLB")
        outbox.enqueue(
            session,
            key=f"sample-p{programme.person(LEAD)}-2026-10-14",
            person=programme.person(LEAD),
            email=LEAD,
            kind="request",
            region="sample",
            day=date(2026, 10, 14),
            lines=[outbox.Line(f"return:{here.id}", "request")],
            now=at("2026-10-14T08:45"),
        )
    if handed_over:
        programme.deliver("2026-10-14T08:50")
        with programme.database.writing() as session:
            session.execute(update(outbox.Letter).values(handed_at=None))
    programme.day("2026-10-14")
    assert len(smtp_sink.to(LEAD)) == 2
    programme.day("2026-10-15")
    assert "Reminder" in str(smtp_sink.to(LEAD)[2].message["Subject"])


def test_letters_of_today_and_letters_on_their_way_are_not_taken_back(
    programme: Programme,
) -> None:
    programme.open("2026-10-01T09:00")
    assert take_back(programme.database, at("2026-10-01T12:00"), CALENDAR) == 0
    assert take_back(programme.database, at("2026-10-03T12:00"), CALENDAR) == 0
    with programme.database.writing() as session:
        (held,) = outbox.claim(session, at("2026-10-01T12:00"), "w", 1)
    taken = take_back(programme.database, at("2026-10-02T09:00"), CALENDAR)
    with programme.database.reading() as session:
        counts = outbox.counts(session)
        lines = outbox.lines_of(session, [held.key])[held.key]
    assert counts[LetterState.CLAIMED] == 1
    assert counts[LetterState.WITHDRAWN] == 5
    assert taken + len(lines) == 8
    assert {row.dropped for row in lines} == {""}
    assert take_back(programme.database, at("2026-10-02T09:01"), CALENDAR) == 0
