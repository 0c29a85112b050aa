"""What a page tells beside its returns stays as it was when they came out, until a revision."""

from datetime import date, datetime

import pytest

from charter.listening import Calls, Voice
from charter.quarters import Quarter
from charter.steps import Published
from flows.assembling import Told, tell
from providers import family_calls, listening, lives, passed_on
from providers.database import Database
from providers.passed_on import Passed
from providers.tables import Party, Service, Signatory
from tests.support.cast import AVON, BROOK, at
from tests.support.stage import LENA, QUARTER, Stage

OUT, AFTER = at("2026-12-08T09:00"), at("2026-12-09T09:00")


@pytest.fixture
def stage(store: Database) -> Stage:
    """Avon's return is signed; the partner has said something, and rung once."""
    played = Stage(store).play()
    here = played.ref()
    played.submit(AVON, played.filled(here), played.now)
    speak(played, "Nurses who ring back", at("2026-10-06T09:00"))
    ring(played, date(2026, 9, 1), at("2026-10-06T09:05"))
    hand_on(played, "Let children bring a drawing.", at("2026-10-06T09:10"))
    return played


def speak(stage: Stage, valued: str, now: datetime) -> None:
    region, quarter = stage.ref().region, Quarter.parse(QUARTER)
    with stage.database.writing() as session:
        basis = listening.record(session, region, quarter).basis("voice")
        said = Voice(valued=(valued,))
        listening.save(session, region, quarter, "voice", said, basis, now, stage.person(LENA))


def ring(stage: Stage, on: date, now: datetime) -> None:
    here, lena = stage.ref(), stage.person(LENA)
    with stage.database.writing() as session:
        family_calls.note(session, here.region, here.site, on, True, 4, 3, now, lena)


def hand_on(stage: Stage, text: str, now: datetime) -> None:
    day = date(2026, 9, 2)
    said = Passed(AVON.site, text, "a visits hall", day, "the head of visits", day)
    with stage.database.writing() as session:
        passed_on.pass_on(session, stage.ref().region, said, now, stage.person(LENA))


def publish(stage: Stage, now: datetime) -> None:
    with stage.database.writing() as session:
        step = Published(revision=1, page="prisons/AVB/2026-27-Q2")
        lives.record(session, stage.ref().id, step, now, "engine")


def told(stage: Stage, now: datetime) -> Told:
    with stage.database.reading() as session:
        return next(one for one in tell(session, now) if one.ref.id == stage.ref().id)


def test_what_was_said_after_a_page_came_out_waits_for_its_next_edition(stage: Stage) -> None:
    publish(stage, OUT)
    speak(stage, "Said too late", AFTER)
    ring(stage, date(2026, 9, 3), AFTER)
    hand_on(stage, "Open the hall earlier.", AFTER)
    one = told(stage, AFTER)
    assert one.published is not None
    page, today = one.published.beside, one.standing.beside
    assert [heard.voice.valued for heard in page.heard] == [("Nurses who ring back",)]
    assert [heard.voice.valued[0] for heard in today.heard][-1] == "Said too late"
    assert (page.calls, today.calls) == (Calls(1, 1, 4), Calls(2, 2, 8))
    assert [len(both.passed) for both in (page, today)] == [1, 2]
    assert page.saved_on == date(2026, 10, 6)


def test_every_fact_rests_on_the_ledger_entry_of_the_newest_step_it_tells_of(stage: Stage) -> None:
    signed = told(stage, AFTER).standing.source.step
    publish(stage, OUT)
    one = told(stage, AFTER)
    assert one.published is not None
    assert one.published.source.step == one.standing.source.step > signed > 0


def test_the_page_names_who_speaks_for_families_or_says_that_nobody_does(stage: Stage) -> None:
    assert told(stage, AFTER).standing.site.region.partner == "the listening partner"
    with stage.database.reading() as session:
        elsewhere = next(one for one in tell(session, AFTER) if one.ref.party == "EVE")
    assert elsewhere.standing.site.region.partner == ""


def test_who_runs_healthcare_here_and_owes_no_update_is_named_with_the_reason(
    stage: Stage,
) -> None:
    here = stage.ref()
    with stage.database.writing() as session:
        for code in ("FERN", "GALE", "HART"):
            session.add(Party(code=code, name=f"{code.title()} Health", kind="provider"))
        session.flush()
        for code, starts, ends in (
            ("FERN", date(2025, 1, 1), None),
            ("GALE", date(2026, 11, 1), None),
            ("HART", date(2026, 7, 1), date(2026, 7, 10)),
        ):
            new = Service(
                site_id=here.site_id, party_code=code, role="prime", starts=starts, ends=ends
            )
            session.add(new)
        for code in (AVON.provider, BROOK.provider, "GALE", "HART"):
            signs = Signatory(
                region_code=here.region, party_code=code, charter_version="x", party_name=code
            )
            session.add(signs)
    beside = told(stage, AFTER).standing.beside
    why = {one.who: one.why for one in beside.serves}
    assert why == {"Fern Health": "unsigned", "Gale Health": "later", "Hart Health": "short"}
