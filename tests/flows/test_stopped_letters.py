"""A letter is asked again as it leaves: what changed since it was planned stops it, and it says
what is so by then."""

from pathlib import Path

import pytest

from charter.steps import DueMoved, ExtensionAsked, HandedOver, Started, Step, Unsent
from notifications.channels.smtp import SmtpChannel
from providers import asking, checking, cycles, lives, pauses, register
from providers.database import Database
from tests.support.cast import at
from tests.support.mail import SmtpSink
from tests.support.programme import COMMISSIONER, SMALL, Programme

WHY = "The lead’s daughter is in hospital."
PUBLIC = "The provider was given more time because of illness."


@pytest.fixture
def programme(store: Database, tmp_path: Path) -> Programme:
    return Programme(store, tmp_path / "home").begin()


def letter(programme: Programme, email: str, day: str) -> str:
    """The digest of a person on a day as one line of text; empty when there was none."""
    path = programme.home / "mail" / f"{programme.key(email, day)}.eml"
    return " ".join(path.read_text().split()) if path.exists() else ""


def unsent(programme: Programme, provider: str, site: str) -> list[str]:
    with programme.database.reading() as session:
        steps = [h.step for h in lives.history(session, programme.ref(provider, site).id)]
    return [step.reason for step in steps if isinstance(step, Unsent)]


def take(programme: Programme, step: Step, when: str, site: str = "CLB") -> None:
    here = programme.ref({"CLB": "CLYDE", "BRB": "BROOK"}[site], site)
    with programme.database.writing() as session:
        lives.record(session, here.id, step, at(when), "person:1")


def extend(programme: Programme, until: str, when: str) -> None:
    here, by = programme.ref("CLYDE", "CLB"), programme.person(COMMISSIONER)
    with programme.database.writing() as session:
        checking.extend(session, here, at(f"{until}T12:00").date(), WHY, PUBLIC, at(when), by)


@pytest.mark.parametrize("scope", ["sample:CLYDE", pauses.EVERYTHING])
def test_a_pause_between_round_and_hand_over_stops_the_letter_until_it_ends(
    programme: Programme, scope: str
) -> None:
    programme.day("2026-10-01")
    programme.open("2026-10-14T09:00")
    with programme.database.writing() as session:
        pauses.pause(session, scope, "a strike", at("2026-10-14T09:30"), "operator")
    programme.deliver("2026-10-14T10:00")
    programme.day("2026-10-15")
    assert letter(programme, "clyde@clyde.example", "2026-10-14") == ""
    assert letter(programme, "clyde@clyde.example", "2026-10-15") == ""
    goes_on = scope == "sample:CLYDE"
    assert bool(letter(programme, "avon@avon.example", "2026-10-14")) is goes_on
    assert unsent(programme, "CLYDE", "CLB") == ["paused"]
    with programme.database.writing() as session:
        pauses.resume(session, scope, at("2026-10-15T12:00"), "operator")
    programme.day("2026-10-16")
    assert "Reminder" in letter(programme, "clyde@clyde.example", "2026-10-16")


def test_an_extension_between_round_and_hand_over_stops_the_overdue_letter(
    programme: Programme,
) -> None:
    programme.day("2026-10-01")
    programme.open("2026-10-29T09:00")
    extend(programme, "2026-11-11", "2026-10-29T09:30")
    programme.deliver("2026-10-29T10:00")
    assert letter(programme, "clyde@clyde.example", "2026-10-29") == ""
    assert unsent(programme, "CLYDE", "CLB") == ["extended"]
    programme.day("2026-11-12")
    assert "overdue" in letter(programme, "clyde@clyde.example", "2026-11-12")


def test_whoever_takes_over_between_round_and_hand_over_is_written_to_instead(
    programme: Programme,
) -> None:
    programme.day("2026-10-01")
    programme.open("2026-10-14T09:00")
    text = SMALL.replace("Clyde,clyde@clyde.example", "Nora,nora@clyde.example")
    read = register.check(text.encode(), "small.csv")
    with programme.database.writing() as session:
        version = cycles.region_of(session, "sample").policy_version
        now = at("2026-10-14T09:30")
        register.import_register(session, read, now, "operator", policy_version=version)
    programme.deliver("2026-10-14T10:00")
    assert letter(programme, "clyde@clyde.example", "2026-10-14") == ""
    assert unsent(programme, "CLYDE", "CLB") == ["somebody else is to be written to now"]
    programme.day("2026-10-15")
    assert "Dear Nora" in letter(programme, "nora@clyde.example", "2026-10-15")


def test_what_was_handed_over_since_goes_to_the_signer_and_says_so(programme: Programme) -> None:
    programme.day("2026-10-01")
    programme.open("2026-10-14T09:00")
    take(programme, Started(), "2026-10-14T09:20")
    take(programme, HandedOver(document="d"), "2026-10-14T09:30")
    programme.deliver("2026-10-14T10:00")
    assert letter(programme, "clyde@clyde.example", "2026-10-14") == ""
    programme.day("2026-10-15")
    said = letter(programme, "cal@clyde.example", "2026-10-15")
    assert "This return is waiting for you to sign." in said


@pytest.mark.parametrize("given", [True, False], ids=["yes", "no"])
def test_the_answer_to_a_request_for_more_time_says_yes_or_no_and_never_why_in_private(
    programme: Programme, given: bool
) -> None:
    programme.day("2026-10-01")
    here, by = programme.ref("CLYDE", "CLB"), programme.person(COMMISSIONER)
    take(programme, ExtensionAsked(until=at("2026-11-11T12:00").date(), reason=WHY),
         "2026-10-06T09:00")  # fmt: skip
    if given:
        extend(programme, "2026-11-11", "2026-10-06T10:00")
    else:
        with programme.database.writing() as session:
            checking.decline_time(session, here, WHY, at("2026-10-06T10:00"), by)
    programme.day("2026-10-07")
    said = letter(programme, "clyde@clyde.example", "2026-10-07")
    verdict = "is yes. The due date is now 11 November" if given else "is no. The due date is still"
    assert f"The answer {verdict}" in said
    assert "daughter" not in said
    programme.day("2026-10-14")
    later = letter(programme, "clyde@clyde.example", "2026-10-14")
    assert "The answer" not in later
    assert "daughter" not in later


def test_a_due_date_moved_by_a_holiday_is_told_with_the_holiday_and_the_new_date(
    programme: Programme,
) -> None:
    programme.day("2026-10-01")
    why = "there is a new bank holiday on 19 October 2026 (A day of mourning)"
    moved = DueMoved(due=at("2026-10-29T12:00").date(), why=why, cause="holiday")
    take(programme, moved, "2026-10-06T09:00")
    programme.day("2026-10-07")
    for email in ("clyde@clyde.example", "cal@clyde.example"):
        said = letter(programme, email, "2026-10-07")
        assert "now due by the end of 29 October 2026" in said
        assert "19 October 2026 (A day of mourning)" in said


def test_a_refused_address_is_told_to_the_commissioner_by_role_within_a_working_day(
    store: Database, tmp_path: Path, smtp_sink: SmtpSink
) -> None:
    programme = Programme(store, tmp_path / "home").begin()
    object.__setattr__(programme.post.letters, "channel", SmtpChannel(smtp_sink.url))
    smtp_sink.answer("brook@brook.example", 550)
    programme.day("2026-10-01")
    programme.day("2026-10-02")
    told = smtp_sink.to(COMMISSIONER)
    assert len(told) == 1
    body = told[0].message.get_body(("plain",))
    assert body is not None
    said = " ".join(str(body.get_content()).split())
    assert "HMP Brookbridge (Brook Health) Mail to the lead was turned away." in said
    assert "We now write to the deputy lead." in said
    assert "brook@brook.example" not in said
    assert "bob@brook.example" not in said


def test_asking_again_before_the_answer_left_holds_the_answer_back(programme: Programme) -> None:
    programme.day("2026-10-01")
    here, by = programme.ref("CLYDE", "CLB"), programme.person(COMMISSIONER)
    until, lead = at("2026-11-11T12:00").date(), programme.person("clyde@clyde.example")
    take(programme, ExtensionAsked(until=until, reason=WHY), "2026-10-06T09:00")
    with programme.database.writing() as session:
        checking.decline_time(session, here, WHY, at("2026-10-06T10:00"), by)
    programme.open("2026-10-07T09:00")
    with programme.database.writing() as session:
        asking.ask_for_time(session, here, until, WHY, at("2026-10-07T09:30"), lead)
    programme.deliver("2026-10-07T10:00")
    assert letter(programme, "clyde@clyde.example", "2026-10-07") == ""
    assert unsent(programme, "CLYDE", "CLB") == ["more time has been asked for again"]
