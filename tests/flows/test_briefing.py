"""The morning brief says who is late, what is stuck and what needs a person, once a working day."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from pydantic import SecretStr

from charter.review import Disputed, DisputeDecided
from charter.steps import Rating, RatingChanged
from flows import briefing, wiring
from flows.settings import BadSettings, Settings
from notifications import outbox
from notifications.channels.base import Deferred, Outcome, Refused, Unknown
from providers import asking, cycles, lives, register
from providers.database import Database
from tests.support.cast import at
from tests.support.mail import SmtpSink
from tests.support.programme import QUARTER, SMALL, Programme

Told = list[tuple[str, str]]


@pytest.fixture
def programme(store: Database, tmp_path: Path) -> Programme:
    return Programme(store, tmp_path / "home").begin()


def brief(programme: Programme, when: str, *, answers: bool = True) -> tuple[briefing.Brief, Told]:
    """The brief of a moment, and what staff were sent."""
    told: Told = []

    def alert(title: str, body: str) -> bool:
        told.append((title, body))
        return answers

    post = replace(programme.post, alert=alert)
    return briefing.brief_staff(programme.database, at(when), post), told


def test_a_quiet_morning_is_told_as_one(programme: Programme):
    programme.day("2026-10-01")
    said, told = brief(programme, "2026-10-02T08:55")
    assert said.told
    assert told == [
        (
            "Charter brief, 2 October 2026: nothing needs a person",
            "Nothing is late or stuck, and nothing waits.",
        )
    ]


def test_it_is_given_once_a_day_and_again_the_next(programme: Programme):
    assert brief(programme, "2026-10-02T08:55")[0].told
    again, told = brief(programme, "2026-10-02T11:00")
    assert (again.told, again.why, told) == (False, "given already", [])
    assert brief(programme, "2026-10-05T08:55")[0].told


def test_nobody_is_told_on_a_day_that_is_no_working_day(programme: Programme):
    for day in ("2026-10-03", "2026-12-25"):
        said, told = brief(programme, f"{day}T08:55")
        assert (said.why, told) == ("no working day", [])


def test_one_that_could_not_be_given_is_tried_again(programme: Programme):
    said, _ = brief(programme, "2026-10-02T08:55", answers=False)
    assert not said.told
    assert "CHARTER_STAFF_ALERT_URLS" in said.why
    assert brief(programme, "2026-10-02T09:05")[0].told


def test_it_names_what_is_late_with_the_longest_first(programme: Programme):
    programme.day("2026-10-01")
    programme.submit("AVON", "AVB", "2026-10-20T12:00")
    here = programme.ref("AVON", "AVC")
    with programme.database.writing() as session:
        until, who = date(2026, 11, 11), programme.person("avon@avon.example")
        asking.ask_for_time(session, here, until, "Ill.", at("2026-10-20T12:00"), who)
    said, _ = brief(programme, "2026-10-30T08:55")
    (late,) = said.late
    assert late.startswith(f"sample {QUARTER}: 3 returns: ")
    assert "Brook Health for HMP Brookbridge 2 days" in late
    assert "Avonbridge" not in late
    assert said.needs == ("more time is asked for: Avon Health for HMP Avonchurch",)
    assert said.title == "30 October 2026: 1 to decide or mend, 1 late"


def test_a_disputed_rating_needs_an_arbiter_and_the_day_is_named(programme: Programme):
    programme.day("2026-10-01")
    programme.submit("AVON", "AVB", "2026-10-20T12:00")
    here, when = programme.ref("AVON", "AVB"), at("2026-11-02T09:00")
    changed = RatingChanged(commitment="W2", rating=Rating.NOT_MET, reason="No card was seen.")
    with programme.database.writing() as session:
        for step in (changed, Disputed(commitment="W2", reason="It was there.")):
            lives.record(session, here.id, step, when, "person:1")
    waits = (
        "1 disputed rating for an arbiter to decide: Avon Health for HMP Avonbridge by "
        "16 November 2026"
    )
    assert waits in brief(programme, "2026-11-03T08:55")[0].needs
    decided = DisputeDecided(commitment="W2", upheld=True, reason="It was not.")
    with programme.database.writing() as session:
        lives.record(session, here.id, decided, at("2026-11-03T09:00"), "person:2")
    assert waits not in brief(programme, "2026-11-04T08:55")[0].needs


def test_what_is_stuck_and_what_came_back_is_counted(programme: Programme):
    programme.open("2026-10-01T09:00")
    said, _ = brief(programme, "2026-10-02T08:55")
    assert said.stuck == ("6 letters waiting since yesterday or longer; see: charter doctor",)
    with programme.database.writing() as session:
        letters = outbox.claim(session, at("2026-10-02T09:00"), "w", 3)
        outcomes: list[Outcome] = [Unknown("?"), Refused("no"), Deferred("later")]
        for letter, outcome in zip(letters, outcomes, strict=True):
            outbox.handing(session, letter.key, "w", letter.fence, at("2026-10-02T09:00"))
            outbox.settle(session, letter.key, "w", letter.fence, outcome, at("2026-10-02T09:01"))
    said, _ = brief(programme, "2026-10-05T08:55")
    assert said.stuck == (
        "1 letter in doubt; find out, then: charter letters settle",
        "1 letter put off since yesterday or longer, tried again by itself",
        "3 letters waiting since yesterday or longer; see: charter doctor",
    )
    assert said.needs == ("1 letter turned away since the last brief; mend the register",)
    assert brief(programme, "2026-10-06T08:55")[0].needs == ()


def test_gaps_of_a_running_region_are_named_and_not_those_of_a_paused_one(programme: Programme):
    gap = "Sample,GAP,HMP Gapbridge,,,provider,prime,2024-04-01,,,,\n"
    with programme.database.writing() as session:
        read = register.check((SMALL + gap).encode(), "gap.csv")
        register.import_register(
            session, read, at("2026-09-02T09:00"), "operator", policy_version="2026.4"
        )
    said, _ = brief(programme, "2026-09-03T08:55")
    (line,) = said.needs
    assert line.startswith("sample: 1 gap in the register: nobody is named as provider")
    with programme.database.writing() as session:
        cycles.pause(session, "sample", "Rest.", at("2026-09-03T10:00"), "operator")
    assert brief(programme, "2026-09-04T08:55")[0].needs == ()


def test_a_checkpoint_that_was_changed_needs_a_person(programme: Programme):
    programme.day("2026-10-01")
    programme.publish("2026-10-02T11:00")
    (programme.home / "checkpoints" / "000001.json").write_text("{}")
    said, _ = brief(programme, "2026-10-05T08:55")
    assert said.needs == ("the checkpoint 000001.json has been changed",)


def test_staff_get_it_by_apprise_and_nothing_else_goes_there(
    sqlite_store: Database, tmp_path: Path, smtp_sink: SmtpSink
):
    programme = Programme(sqlite_store, tmp_path / "home").begin()
    url = f"mailto://{smtp_sink.host}:{smtp_sink.port}?from=a@ops.example&to=b@ops.example"
    settings = Settings(
        home=tmp_path / "home",
        staff_alert_urls=SecretStr(url),
        mail_url=SecretStr("smtp://127.0.0.1:9"),
    )
    app = wiring.assemble(settings, programme.app.clock, sqlite_store, tmp_path / "home")
    object.__setattr__(programme, "post", app.post)
    programme.open("2026-10-01T09:00")
    programme.deliver("2026-10-01T10:00")
    assert smtp_sink.messages == []
    assert briefing.brief_staff(sqlite_store, at("2026-10-02T08:55"), app.post).told
    (message,) = smtp_sink.messages
    assert message.message["Subject"] == "Charter brief, 2 October 2026: 1 stuck"


@pytest.mark.parametrize("url", ["json://169.254.169.254/latest", "syslog://", "file:///etc/x"])
def test_an_address_that_is_not_on_the_short_list_is_refused(url: str):
    settings = Settings(staff_alert_urls=SecretStr(url))
    with pytest.raises(BadSettings, match="CHARTER_STAFF_ALERT_URLS"):
        wiring.staff_alert(settings)
