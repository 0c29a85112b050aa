"""The region's register of good practice: read by the team, ended by the commissioner."""

from collections.abc import Callable
from datetime import date

import pytest

from charter.answers import ActionLine
from providers import checking, practices
from providers.practices import Telling
from tests.support.cast import AVON, BROOK
from tests.support.pages import PageClient
from tests.support.stage import CORA, OTTO, RITA, Stage

Open = Callable[..., PageClient]
WORDS = {
    "title": "A weekly call-back hour",
    "happened": "One nurse keeps an hour each Tuesday for ringing families back.",
    "enabled": "The rota keeps the hour free.",
    "copying": "A diary hour, a phone, and a list that somebody owns.",
}
OURS = "W4"


@pytest.fixture
def stage(stage: Stage) -> Stage:
    """Brook's return is signed and confirmed."""
    here = stage.ref(BROOK)
    stage.submit(BROOK, stage.filled(here), stage.now)
    with stage.database.writing() as session:
        checking.confirm(session, here, stage.now, stage.person(CORA))
    return stage


def shared(stage: Stage) -> str:
    with stage.database.writing() as session:
        told = Telling(**WORDS)
        person = stage.person(CORA)
        return practices.share(session, stage.ref(BROOK), OURS, told, stage.now, person)


def register(stage: Stage, client: PageClient, query: str = ""):
    return client.get(f"/console/regions/{stage.ref().region}/practices{query}")


def taken_up(stage: Stage, practice: str) -> None:
    """Avon signs an action that takes the practice up."""
    document = stage.filled(stage.ref())
    line = ActionLine(
        commitment=OURS,
        title="Keep an hour for ringing back",
        owner="Head of healthcare",
        due=date(2027, 1, 31),
        practice=practice,
    )
    actions = (*document.actions, line)
    stage.submit(AVON, document.model_copy(update={"actions": actions}), stage.now)


def test_the_team_reads_what_worked_where_and_who_took_it_up(stage: Stage, open_pages: Open):
    rita = stage.enters(open_pages, RITA)
    assert "Nothing was shared so far." in register(stage, rita).text
    which = shared(stage)
    page = register(stage, rita)
    for words in WORDS.values():
        assert words in page.text
    assert f"{BROOK.site_name}, {BROOK.provider_name}. Shared on 5 October 2026." in page.text
    assert "Not taken up in any signed return yet." in page.text
    assert "Withdraw" not in page.text
    taken_up(stage, which)
    assert f"Taken up at 1 prison: {AVON.site_name}." in register(stage, rita).text


def test_the_commissioner_ends_one_from_the_register(stage: Stage, open_pages: Open):
    shared(stage)
    cora = stage.enters(open_pages, CORA)
    over = register(stage, cora).submit(button=f"Withdraw: {WORDS['title']}")
    assert "It is offered no longer" in over.text
    assert "withdrawn on 5 October 2026" in over.text
    with stage.database.reading() as session:
        assert practices.offered(session, stage.ref(), OURS) == []
        assert practices.first_altered(session) == ""


def test_a_practice_of_another_region_is_not_there_to_be_ended(stage: Stage, open_pages: Open):
    which = shared(stage)
    otto = stage.enters(open_pages, OTTO)
    theirs = f"/console/regions/{stage.ref_of_eve().region}/practices"
    page = otto.get(theirs)
    assert WORDS["title"] not in page.text
    token = page.fields(page.form("Sign out"))["token"][0]
    answer = otto.http.post(f"{theirs}/end", data={"token": token, "go": which})
    assert answer.status_code == 404
    with stage.database.reading() as session:
        assert practices.offered(session, stage.ref(), OURS)


@pytest.mark.parametrize("name", ["Nurse Amara Field", "Brook Brookson"])
def test_a_member_of_staff_named_is_asked_about_once(stage: Stage, open_pages: Open, name: str):
    cora = stage.enters(open_pages, CORA)
    form = cora.get(f"/console/returns/{stage.ref(BROOK).id}/practice/{OURS}")
    typed = {**WORDS, "happened": f"{name} rings families back."}
    asked = form.submit(typed, button="Share it")
    assert (asked.status, f"“{name}” looks like somebody’s name" in asked.text) == (422, True)
    with stage.database.reading() as session:
        assert practices.in_region(session, stage.ref().region) == []
    done = asked.submit({"nobody_named": "yes"}, button="Share it")
    assert "Shared. Other prisons" in done.text


def test_the_register_is_read_one_commitment_at_a_time(stage: Stage, open_pages: Open):
    shared(stage)
    with stage.database.writing() as session:
        told = Telling("A second one", "So it was.", "Time.", "Nothing.")
        person = stage.person(CORA)
        practices.share(session, stage.ref(BROOK), "W6", told, stage.now, person)
    rita = stage.enters(open_pages, RITA)
    page = register(stage, rita, "?commitment=W6")
    assert ("A second one" in page.text, WORDS["title"] in page.text) == (True, False)
    both = register(stage, rita, "?commitment=W99&page=x")
    assert ("A second one" in both.text, WORDS["title"] in both.text) == (True, True)
