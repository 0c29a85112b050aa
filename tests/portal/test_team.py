"""A region's team on its page: who holds which role, given and ended, and deputies for leave."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from providers import staff
from tests.support.pages import Page, PageClient, words
from tests.support.stage import ADAM, ANN, CORA, IRIS, LENA, OTTO, RITA, Stage

Open = Callable[..., PageClient]
NOAH = {"name": "Noah New", "email": "noah@commissioner.example", "role": "approver"}
TODAY = {"starts-day": "5", "starts-month": "10", "starts-year": "2026"}


def path(stage: Stage, more: str = "") -> str:
    return f"/console/regions/{stage.ref().region}/team{more}"


def serving(stage: Stage) -> list[tuple[str, str]]:
    with stage.database.reading() as session:
        team = staff.staff_of(session, stage.ref().region, stage.now.date())
    return sorted((one.email, one.role.value) for one in team)


def rows(page: Page) -> list[str]:
    return [words(row) for row in page.tree.iter("tr")]


@pytest.mark.parametrize("email", [CORA, ANN, LENA, RITA, ADAM, IRIS])
def test_the_whole_team_reads_who_holds_which_role(stage: Stage, open_pages: Open, email: str):
    page = stage.enters(open_pages, email).get(path(stage))
    assert page.status == 200
    found = " ".join(rows(page))
    for name in ("Cora Check", "Ann Approve", "Lena Listen", "Rita Read", "Iris Impartial"):
        assert name in found
    assert "Otto" not in page.text
    assert ("Give somebody a role" in page.links) == (email == ADAM)
    assert ("Name a deputy for days of leave" in page.links) == (email in (CORA, ANN))


def test_an_administrator_gives_a_role_and_ends_it(stage: Stage, open_pages: Open):
    adam = stage.enters(open_pages, ADAM)
    page = adam.get(path(stage)).click("Give somebody a role")
    done = page.submit(NOAH | TODAY, button="Give this role")
    assert (done.status, done.path) == (200, path(stage))
    assert "They hold the role, and can sign in with that address." in done.text
    assert (NOAH["email"], "approver") in serving(stage)
    noah = stage.enters(open_pages, NOAH["email"])
    assert noah.get(path(stage)).status == 200
    asked = done.click("End Noah New: Approver")
    assert "They lose it at once." in asked.text
    ended = asked.submit(button="End this role")
    assert "Ended." in ended.text
    assert (NOAH["email"], "approver") not in serving(stage)
    assert noah.get(path(stage)).path == "/sign-in"


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"name": ""}, "give a name on one line"),
        ({"email": ""}, "Give the person’s work email address"),
        ({"email": "noah"}, "is no e-mail address"),
        ({"role": ""}, "Choose a role"),
        ({"role": "boss"}, "Choose a role"),
        ({"starts-day": "31", "starts-month": "2"}, "must be a real date"),
        ({"starts-day": "4"}, "The first day is today or later"),
        ({"email": RITA, "role": "reader"}, "They hold this role already"),
        ({"email": RITA, "role": "arbiter"}, "An arbiter of Sample decides from outside"),
        ({"email": IRIS, "role": "reader"}, "An arbiter of Sample decides from outside"),
        ({"email": ADAM, "role": "approver"}, "Nobody gives a role to themselves"),
    ],
)
def test_what_will_not_do_is_said_at_the_field_and_what_was_typed_stays(
    stage: Stage, open_pages: Open, typed: dict[str, str], said: str
):
    before = serving(stage)
    page = stage.enters(open_pages, ADAM).get(path(stage, "/new"))
    fields = NOAH | TODAY | typed
    token = page.fields(page.form("Give this role"))["token"][0]
    again = page.client.post(path(stage, "/new"), {"token": token, **fields})
    assert again.status == 422
    assert said in again.text
    boxes = {i.get("name"): i.get("value", "") for i in again.tree.iter("input")}
    assert boxes["name"] == fields["name"]
    assert boxes["email"] == fields["email"]
    assert boxes["starts-day"] == fields["starts-day"]
    assert serving(stage) == before


def test_a_role_that_another_ended_meanwhile_says_so(stage: Stage, open_pages: Open):
    adam = stage.enters(open_pages, ADAM)
    asked = adam.get(path(stage, f"/{stage.member(RITA)}/end"))
    stage.now += timedelta(days=1)
    adam.get(path(stage))
    with stage.database.writing() as session:
        region = stage.ref().region
        staff.end(session, stage.now, "operator", email=RITA, region_code=region, role="reader")
    late = stage.enters(open_pages, ADAM).get(path(stage, f"/{stage.member(RITA)}/end"))
    assert "It has ended already: Rita Read was reader until 5 October 2026." in late.text
    fields = asked.fields(asked.form("End this role"))
    token = late.fields(late.form("Sign out"))["token"][0]
    posted = late.client.post(path(stage, f"/{stage.member(RITA)}/end"), fields | {"token": token})
    assert posted.status == 409


def test_the_only_administrator_cannot_end_their_own_role(stage: Stage, open_pages: Open):
    adam = stage.enters(open_pages, ADAM)
    asked = adam.get(path(stage, f"/{stage.member(ADAM)}/end"))
    assert "You lose it at once." in asked.text
    refused = asked.submit(button="End this role")
    assert refused.status == 422
    assert "would have no administrator; give somebody else the role" in refused.text
    assert (ADAM, "administrator") in serving(stage)


def test_an_approver_names_their_own_deputy_and_ends_it(stage: Stage, open_pages: Open):
    ann = stage.enters(open_pages, ANN)
    page = ann.get(path(stage)).click("Name a deputy for days of leave")
    assert "Cora Check" not in [words(option) for option in page.tree.iter("option")]
    days = {"first-day": "5", "first-month": "10", "first-year": "2026"}
    days |= {"last-day": "9", "last-month": "10", "last-year": "2026"}
    rita = str(stage.person(RITA))
    done = page.submit({"deputy": rita, **days}, button="Name this deputy")
    assert "Named. They can approve pages on those days." in done.text
    line = next(row for row in rows(done) if "in the place of Ann Approve" in row)
    assert "Rita Read" in line
    assert "9 October 2026" in line
    assert (RITA, "approver") in serving(stage)
    ended = done.click("End Rita Read: Approver, in the place of Ann Approve").submit(
        button="End these days"
    )
    assert ended.path == path(stage)
    assert (RITA, "approver") not in serving(stage)
    assert (RITA, "reader") in serving(stage)


def test_a_commissioner_names_a_deputy_for_an_approver_and_faults_are_at_their_field(
    stage: Stage, open_pages: Open
):
    page = stage.enters(open_pages, CORA).get(path(stage, "/deputies"))
    again = page.submit({}, button="Name this deputy")
    assert again.status == 422
    for said in (
        "Choose who is away",
        "Choose who approves in their place",
        "Enter the first day",
        "Enter the last day",
    ):
        assert said in again.text
    days = {"first-day": "5", "first-month": "10", "first-year": "2026"}
    days |= {"last-day": "9", "last-month": "10", "last-year": "2027"}
    chosen = {"away": str(stage.person(ANN)), "deputy": str(stage.person(RITA)), **days}
    long = again.submit(chosen, button="Name this deputy")
    assert "A deputy stands in for 92 days at most" in long.text
    done = long.submit({"last-year": "2026"}, button="Name this deputy")
    assert done.path == path(stage)
    assert (RITA, "approver") in serving(stage)


def test_a_line_of_another_regions_team_is_not_there(stage: Stage, open_pages: Open):
    adam = stage.enters(open_pages, ADAM)
    assert adam.get(path(stage, f"/{stage.member(OTTO)}/end")).status == 404
    assert adam.get(path(stage, "/0/end")).status == 404
    assert adam.get(path(stage, "/x/end")).status == 404
    elsewhere = stage.ref_of_eve().region
    assert adam.get(f"/console/regions/{elsewhere}/team").status == 404


def test_a_region_without_an_administrator_says_who_can_name_one(stage: Stage, open_pages: Open):
    page = stage.enters(open_pages, OTTO).get(f"/console/regions/{stage.ref_of_eve().region}/team")
    assert "This region has no administrator" in page.text
