"""The commissioner names a contact where nobody can be reached, and takes leavers off the list."""

from collections.abc import Callable
from datetime import date

import pytest

from charter.policy import Role
from charter.quarters import london_date
from charter.steps import BecameUnreachable
from providers import contacts, ledger, lives, naming, register
from providers.cycles import NotAllowed, Unknown
from providers.stand_ins import Unsuitable
from providers.tables import Contact
from tests.support.cast import AVON, BROOK, CLYDE
from tests.support.pages import Page, PageClient
from tests.support.stage import ANN, CORA, EVE, QUARTER, Stage, register_text

Open = Callable[..., PageClient]
NEW = {"role": "lead", "name": "Nell New", "email": "nell@clyde.example"}


def page_of(stage: Stage, client: PageClient) -> Page:
    return client.get(f"/console/returns/{stage.ref(CLYDE).id}/contacts")


def on_list(stage: Stage) -> dict[str, str]:
    here, today = stage.ref(CLYDE).service_id, london_date(stage.now)
    with stage.database.reading() as session:
        found = contacts.listed_contacts(session, [here], today)[here]
        return {one.email: one.role.value for one in found}


def unreachable(stage: Stage) -> None:
    with stage.database.writing() as session:
        lives.record(session, stage.ref(CLYDE).id, BecameUnreachable(), stage.now, "engine")


def test_a_contact_is_named_where_nobody_can_be_reached_and_may_sign_in(
    stage: Stage, open_pages: Open
):
    unreachable(stage)
    cora = stage.enters(open_pages, CORA)
    quarter = cora.get(f"/console/regions/{stage.ref().region}/{QUARTER}")
    assert "Name a contact" in quarter.text
    page = cora.get(f"/console/returns/{stage.ref(CLYDE).id}").click("Name a contact")
    assert "Nobody can be reached" in page.text
    page = page.submit(NEW, button="Put on the list")
    assert "On the list." in page.text
    assert on_list(stage)["nell@clyde.example"] == "lead"
    nell = stage.enters(open_pages, "nell@clyde.example")
    assert nell.get(f"/returns/{stage.ref(CLYDE).id}").status == 200
    with stage.database.reading() as session:
        entry = list(ledger.entries(session))[-1]
    assert entry.kind == "contact_named"
    assert entry.subject == f"service:{stage.ref(CLYDE).service_id}"
    assert entry.by == f"person:{stage.person(CORA)}"
    assert "Nell" not in entry.body
    assert "example" not in entry.body


def test_somebody_taken_off_the_list_can_do_nothing_from_that_day_on(
    stage: Stage, open_pages: Open
):
    clyde = stage.enters(open_pages, CLYDE.email)
    page = page_of(stage, stage.enters(open_pages, CORA))
    page = page.submit(button="Take off the list: Clyde Clydeson, lead")
    assert "Taken off the list." in page.text
    assert CLYDE.email not in on_list(stage)
    assert clyde.http.get("/returns", follow_redirects=False).headers["location"] == "/sign-in"
    page.submit({**NEW, "name": "Clyde Clydeson", "email": CLYDE.email}, button="Put on the list")
    assert on_list(stage)[CLYDE.email] == "lead"


def test_the_form_says_what_is_missing_and_keeps_what_was_typed(stage: Stage, open_pages: Open):
    page = page_of(stage, stage.enters(open_pages, CORA))
    page = page.submit({"name": "Nell New"}, button="Put on the list")
    assert page.status == 422
    assert "Choose what they are to this service" in page.text
    assert "Give the person’s work email address" in page.text
    assert page.fields(page.form("Put on the list"))["name"] == ["Nell New"]


@pytest.mark.parametrize(
    ("name", "email", "role", "why"),
    [
        ("Cal Clydeson", CLYDE.signer_email, Role.SIGNER, "already"),
        ("Ann Approve", ANN, Role.SIGNER, "own team"),
        ("Somebody Else", BROOK.email, Role.LEAD, "under another name"),
        ("Nell New", "nell at clyde", Role.LEAD, "no e-mail address"),
        ("Nell New", "nell@clyde.example", Role.COMMISSIONER, "choose what they are"),
    ],
)
def test_nobody_unsuitable_is_named(stage: Stage, name: str, email: str, role: Role, why: str):
    here, cora = stage.ref(CLYDE), stage.person(CORA)
    with stage.database.writing() as session, pytest.raises(Unsuitable, match=why) as refused:
        naming.name(session, here, role, name, email, stage.now, cora)
    assert EVE not in str(refused.value)


def test_somebody_whom_only_another_region_knows_is_named_as_if_nobody_did(stage: Stage):
    here, cora, eve = stage.ref(CLYDE), stage.person(CORA), stage.person(EVE)
    with stage.database.writing() as session:
        register.address_refused(session, eve, stage.now)
        naming.name(session, here, Role.LEAD, "Somebody Else", EVE, stage.now, cora)
        who = [one.who for one in naming.listed(session, here, stage.now)]
    assert EVE in {one.email for one in who}
    assert "Somebody Else" not in {one.name for one in who}


def test_an_address_that_turned_letters_away_is_not_named_again(stage: Stage):
    with stage.database.writing() as session:
        register.address_refused(session, stage.person(CLYDE.email), stage.now)
        cora = stage.person(CORA)
        with pytest.raises(Unsuitable, match="turns our letters away"):
            naming.name(
                session,
                stage.ref(CLYDE),
                Role.DEPUTY,
                "Clyde Clydeson",
                CLYDE.email,
                stage.now,
                cora,
            )


def test_only_the_regions_commissioner_changes_the_list(stage: Stage):
    here = stage.ref(CLYDE)
    with stage.database.writing() as session:
        number = naming.listed(session, here, stage.now)[0].id
        for person in (stage.person(AVON.email), stage.person(ANN)):
            with pytest.raises(NotAllowed, match="commissioner"):
                naming.end(session, here, number, stage.now, person)
        with pytest.raises(Unknown):
            naming.end(session, stage.ref(BROOK), number, stage.now, stage.person(CORA))


def test_an_import_that_does_not_list_them_takes_them_off_again(stage: Stage):
    with stage.database.writing() as session:
        cora = stage.person(CORA)
        role, here = Role.LEAD, stage.ref(CLYDE)
        naming.name(session, here, role, "Nell New", "nell@clyde.example", stage.now, cora)
        read = register.check(register_text().encode(), "again.csv")
        done = register.import_register(session, read, stage.now, "o", policy_version="2026.4")
        listed = session.get(Contact, naming.listed(session, here, stage.now)[0].id)
    assert done.ended == 1
    assert listed is not None
    assert listed.listed_on == date(2026, 6, 15)
    assert "nell@clyde.example" not in on_list(stage)
