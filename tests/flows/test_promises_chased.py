"""A promise past its date is asked about by the ladder, and an offered one is announced."""

from datetime import date
from pathlib import Path

import pytest

from charter.actions import ActionStatus
from charter.document import ActionLine
from charter.steps import Rating
from flows.explaining import beside_plans
from flows.verifying import verify
from providers import answering, lives, pauses
from providers.database import Database
from tests.flows.test_handovers import CHANGED, decide
from tests.flows.test_handovers import sign as sign_at_clyde
from tests.support.cast import at
from tests.support.programme import QUARTER, SIGNERS, SMALL, Programme

LEAD, SIGNER = SIGNERS["AVON"]
NEXT = "2026-27-Q3"
ONE = date(2026, 11, 16)
"""A Monday: the promise is past its date on the Tuesday, and ten working days later on the 30th."""


@pytest.fixture
def programme(store: Database, tmp_path: Path) -> Programme:
    """Avon signed a return in October that promises one thing by 16 November."""
    return begun(store, tmp_path, promise(ONE))


def begun(store: Database, tmp_path: Path, *lines: ActionLine) -> Programme:
    running = Programme(store, tmp_path / "home").begin(SMALL)
    running.day("2026-10-01")
    settle(running, "2026-10-12T11:00", "done", *lines)
    running.day("2026-10-13")
    return running


def promise(due: date, title: str = "A call-back list") -> ActionLine:
    return ActionLine(commitment="W1", title=title, owner="Head", due=due, status="planned")


def settle(
    programme: Programme,
    when: str,
    status: ActionStatus,
    *lines: ActionLine,
    due: date | None = None,
    quarter: str = QUARTER,
) -> None:
    """Avon's return in which each earlier promise stands so, due on a new day if one is given."""
    here = programme.ref("AVON", "AVB", quarter)
    document = programme.filled(here, Rating.FULLY)
    earlier = tuple(
        line.model_copy(update={"status": status, "due": due or line.due, "reason": "A delay."})
        for line in document.actions
    )
    document = document.model_copy(update={"actions": (*earlier, *lines)})
    lead, signer = (programme.person(email) for email in SIGNERS["AVON"])
    with programme.database.writing() as session:
        sha = answering.hand_over(session, here, document, at(when), lead)
        answering.sign(session, here, sha, at(when), signer)


def letter(programme: Programme, email: str, day: str) -> str:
    """The plain words of the letter to somebody on a day; empty where none was handed over."""
    found = programme.home / "mail" / f"{programme.key(email, day)}.eml"
    text = found.read_text("utf-8") if found.exists() else ""
    return " ".join(text.replace("=\n", "").split())


def said(programme: Programme, rung: str, quarter: str = QUARTER) -> list[str]:
    """Each time a rung was put into a letter or skipped, with the person and London date."""
    here = programme.ref("AVON", "AVB", quarter)
    with programme.database.reading() as session:
        steps = lives.history(session, here.id)
    found = [h for h in steps if getattr(h.step, "rung", "").startswith(rung)]
    return [f"{h.step.kind} {h.at:%m-%d}" for h in found]


def unexplained(programme: Programme) -> int:
    with programme.database.reading() as session:
        found = beside_plans(session, programme.post.calendar)
    return sum(len(one.explained.unexplained) for one in found)


def test_the_lead_hears_the_next_working_day_and_the_signer_ten_days_after_and_nobody_twice(
    programme: Programme,
) -> None:
    for day in ("11-16", "11-17", "11-18", "11-27", "11-30", "12-01", "12-15"):
        programme.day(f"2026-{day}")
    assert said(programme, "promise-overdue-1") == ["reminded 11-17", "reminded 11-30"]
    words = letter(programme, LEAD, "2026-11-17")
    assert "Promises past their date: HMP Avonbridge" in words
    assert "One promise is past its date and still open. Its date was 16 November 2026." in words
    assert "past its date" in letter(programme, SIGNER, "2026-11-30")
    assert "past its date" not in letter(programme, SIGNER, "2026-11-17")
    assert unexplained(programme) == 0
    assert verify(programme.database, programme.home).wrong == ""


def test_a_promise_that_is_done_before_the_letter_leaves_is_not_asked_about(
    store: Database, tmp_path: Path
) -> None:
    programme = begun(store, tmp_path, promise(date(2027, 1, 11)))
    programme.day("2027-01-04")
    programme.chase("2027-01-12T09:00")
    assert said(programme, "promise-overdue") == ["reminded 01-12"]
    settle(programme, "2027-01-12T09:40", "done", quarter=NEXT)
    programme.deliver("2027-01-12T10:00")
    programme.day("2027-01-25")
    assert "past its date" not in letter(programme, LEAD, "2027-01-12")
    assert said(programme, "promise-overdue") == ["reminded 01-12", "unsent 01-12"]
    assert said(programme, "promise-overdue", NEXT) == []


def test_a_promise_with_a_new_date_in_the_next_return_is_asked_about_after_that_one(
    programme: Programme,
) -> None:
    programme.day("2026-11-17")
    programme.day("2027-01-04")
    settle(programme, "2027-01-11T11:00", "in_progress", due=date(2027, 2, 1), quarter=NEXT)
    for day in ("01-12", "02-01", "02-02", "02-03"):
        programme.day(f"2027-{day}")
    assert said(programme, "promise-overdue", NEXT) == ["reminded 02-02"]
    assert "Its date was 1 February 2027." in letter(programme, LEAD, "2027-02-02")


def test_after_an_outage_each_person_hears_once_of_all_that_went_by(
    store: Database, tmp_path: Path
) -> None:
    programme = begun(store, tmp_path, promise(ONE), promise(date(2026, 11, 18), "A leaflet"))
    programme.day("2026-11-24")
    programme.day("2026-11-25")
    assert said(programme, "promise-overdue-1") == ["skipped 11-24", "reminded 11-24"]
    words = letter(programme, LEAD, "2026-11-24")
    assert "2 promises are past their dates and still open." in words
    assert "The first of the dates was 16 November 2026." in words
    assert unexplained(programme) == 0


def test_while_the_provider_is_paused_nobody_is_asked_about_its_promises(
    programme: Programme,
) -> None:
    scope = pauses.scope_of("sample", "AVON")
    with programme.database.writing() as session:
        pauses.pause(session, scope, "A strike.", at("2026-11-13T12:00"), "operator")
    programme.day("2026-11-17")
    assert said(programme, "promise-overdue") == []
    with programme.database.writing() as session:
        pauses.resume(session, scope, at("2026-11-18T12:00"), "operator")
    programme.day("2026-11-19")
    assert said(programme, "promise-overdue") == ["reminded 11-19"]


def test_a_promise_older_than_the_quarters_in_play_is_still_asked_about(
    store: Database, tmp_path: Path
) -> None:
    programme = begun(store, tmp_path, promise(date(2027, 11, 15)))
    programme.day("2027-11-16")
    assert said(programme, "promise-overdue") == ["reminded 11-16"]


def test_an_offered_promise_is_announced_to_the_next_lead_until_it_is_decided(
    store: Database, tmp_path: Path
) -> None:
    programme = Programme(store, tmp_path / "home", began="2026-06-20T09:00").begin(CHANGED)
    programme.day("2026-07-01")
    lines = (promise(date(2026, 12, 1)), promise(date(2026, 12, 1), "A consent card"))
    sign_at_clyde(programme, "CLYDE", "2026-27-Q1", "2026-07-20T10:00", lines)
    programme.day("2026-08-14")
    sign_at_clyde(programme, "CLYDE", QUARTER, "2026-09-01T10:00")
    for day in ("09-02", "10-01", "10-02"):
        programme.day(f"2026-{day}")
    words = letter(programme, "dee@dee.example", "2026-10-01")
    assert "Promises that wait for your answer here: 2." in words
    assert "wait for your answer" not in letter(programme, "dee@dee.example", "2026-10-02")
    decide(programme, 0, "2026-10-05T10:00")
    decide(programme, 0, "2026-10-05T10:05", "It was never paid for.")
    programme.day("2026-12-02")
    words = letter(programme, "dee@dee.example", "2026-12-02")
    assert "One promise is past its date and still open. Its date was 1 December 2026." in words
    assert "past its date" not in letter(programme, SIGNERS["CLYDE"][0], "2026-12-02")
    assert unexplained(programme) == 0
    assert verify(programme.database, programme.home).wrong == ""
