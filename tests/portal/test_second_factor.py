"""The second factor: a team's pages open by a link and a code, each code once, and to its owner."""

import base64
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from portal.signin import onetime
from portal.signin.oidc import IdentityProvider
from providers import ledger, second_factors, staff
from providers.database import Database
from tests.support.cast import AVON
from tests.support.pages import Page, PageClient
from tests.support.stage import ADAM, ANN, CORA, IRIS, LENA, RITA, Stage

Open = Callable[..., PageClient]
ASK, NEW = "/sign-in/second", "/sign-in/second/new"
SECRET_KEY = "a secret of the tests"


@pytest.fixture
def stage(sqlite_database: Engine, tmp_path: Path) -> Stage:
    """The stage as in production: a team's link is not enough."""
    return Stage(
        Database(sqlite_database), site_folder=tmp_path / "site", second_factor=True
    ).play()


def secret_on(page: Page) -> bytes:
    """The secret that a page offers, read off as a person would."""
    shown = next(p for p in page.tree.iter("p") if p.get("class") == "app-key")
    return base64.b32decode("".join(shown.itertext()).replace(" ", ""))


def code(secret: bytes, stage: Stage, steps: int = 0) -> str:
    return onetime.code_at(secret, int(stage.now.timestamp()) // onetime.STEP + steps)


def told(stage: Stage, email: str = CORA) -> str:
    """The figures that somebody is told to set up their first one with."""
    with stage.database.writing() as session:
        found = second_factors.allow(session, stage.person(email), stage.now, "operator")
    return onetime.told_code(SECRET_KEY, stage.person(email), found.entry)


def enrolling(stage: Stage, secret: bytes, email: str = CORA) -> dict[str, str]:
    """What is typed to set up a first one."""
    return {"told": told(stage, email), "code": code(secret, stage)}


def set_up(stage: Stage, open_pages: Open, email: str = CORA) -> tuple[PageClient, bytes]:
    """Somebody signed in who has just set up a second factor."""
    client = stage.enters(open_pages, email)
    page = client.get(NEW)
    secret = secret_on(page)
    page.submit(enrolling(stage, secret, email), button="Set it up")
    stage.now += timedelta(minutes=1)
    return client, secret


def kept(stage: Stage) -> str:
    with stage.database.engine.connect() as connection:
        return str(list(connection.execute(text("SELECT * FROM second_factor"))))


@pytest.mark.parametrize("email", [CORA, ANN, LENA, RITA, ADAM, IRIS])
def test_a_link_alone_opens_no_page_of_a_team(stage: Stage, open_pages: Open, email: str):
    client = stage.enters(open_pages, email)
    for path in ("/", "/console", f"/console/returns/{stage.ref().id}"):
        page = client.get(path)
        assert (page.path, page.h1) == (NEW, "Set up a second factor")
        assert "Avon" not in page.text


def test_who_sets_it_up_goes_on_to_the_page_they_wanted(stage: Stage, open_pages: Open):
    client, wanted = stage.enters(open_pages, CORA), f"/console/returns/{stage.ref().id}"
    page = client.get(wanted)
    back = page.submit(enrolling(stage, secret_on(page)), button="Set it up")
    assert (back.status, back.path) == (200, wanted)
    assert client.get(f"/console/regions/{stage.ref().region}/2026-27-Q2").status == 200


def test_the_next_sign_in_asks_for_a_code_and_each_code_is_good_once(
    stage: Stage, open_pages: Open
):
    _, secret = set_up(stage, open_pages)
    client = stage.enters(open_pages, CORA)
    page = client.get("/console")
    assert (page.path, page.h1) == (ASK, "Type the code from your app")
    shown = code(secret, stage)
    inside = page.submit({"code": f"{shown[:3]} {shown[3:]}"}, button="Continue")
    assert (inside.status, inside.path) == (200, "/console")
    again = stage.enters(open_pages, CORA).get(ASK).submit({"code": shown}, button="Continue")
    assert again.status == 422
    assert "That code has been used" in again.text
    newer = again.submit({"code": code(secret, stage, 1)}, button="Continue")
    assert newer.path == "/console"
    older = stage.enters(open_pages, CORA).get(ASK)
    assert older.submit({"code": shown}, button="Continue").status == 422


@pytest.mark.parametrize(("steps", "taken"), [(-2, 422), (-1, 200), (0, 200), (1, 200), (2, 422)])
def test_a_clock_may_be_one_step_out_and_no_more(
    stage: Stage, open_pages: Open, steps: int, taken: int
):
    _, secret = set_up(stage, open_pages)
    stage.now += timedelta(minutes=5)
    page = stage.enters(open_pages, CORA).get(ASK)
    assert page.submit({"code": code(secret, stage, steps)}, button="Continue").status == taken


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "١٢٣٤٥٦", "abcdef"])
def test_what_is_no_code_is_said_at_the_field_and_counts_for_nothing(
    stage: Stage, open_pages: Open, typed: str
):
    client, _ = set_up(stage, open_pages)
    page = stage.enters(open_pages, CORA).get(ASK)
    for _ in range(8):
        page = page.submit({"code": typed}, button="Continue")
        assert (page.status, page.h1) == (422, "Type the code from your app")
        assert "Enter the code of 6 figures" in page.text
    assert client.get("/console").status == 200


def test_after_five_wrong_codes_the_right_one_is_not_looked_at(stage: Stage, open_pages: Open):
    _, secret = set_up(stage, open_pages)
    stage.now += timedelta(minutes=20)
    page = stage.enters(open_pages, CORA).get(ASK)
    right = code(secret, stage)
    wrong = "000000" if right != "000000" else "000001"
    for _ in range(5):
        page = page.submit({"code": wrong}, button="Continue")
        assert page.status == 422
    late = stage.enters(open_pages, CORA).get(ASK).submit({"code": right}, button="Continue")
    assert (late.status, late.h1) == (429, "Wait before you try another code")
    stage.now += timedelta(minutes=10)
    page = stage.enters(open_pages, CORA).get(ASK)
    assert page.submit({"code": code(secret, stage)}, button="Continue").path == "/console"


def test_thirty_codes_a_day_are_looked_at_and_no_more(stage: Stage, open_pages: Open):
    set_up(stage, open_pages)
    stage.now += timedelta(days=1)
    statuses = []
    for _ in range(7):
        page = stage.enters(open_pages, CORA).get(ASK)
        for _ in range(5):
            page = page.submit({"code": "000000"}, button="Continue")
            statuses.append(page.status)
            if page.status == 429:
                break
        stage.now += timedelta(minutes=11)
    assert statuses == [422] * 30 + [429]


def test_the_secret_is_kept_enciphered_and_only_once_a_code_came_back(
    stage: Stage, open_pages: Open
):
    client = stage.enters(open_pages, CORA)
    page = client.get(NEW)
    secret = secret_on(page)
    assert secret == secret_on(client.get(NEW))
    assert secret != secret_on(stage.enters(open_pages, ANN).get(NEW))
    wrong = {**enrolling(stage, secret), "code": code(secret, stage, 9)}
    refused = page.submit(wrong, button="Set it up")
    assert (refused.status, secret_on(refused)) == (422, secret)
    assert kept(stage) == "[]"
    refused.submit({"code": code(secret, stage)}, button="Set it up")
    rows = kept(stage)
    for form in (onetime.in_letters(secret).replace(" ", ""), secret.hex(), str(secret)):
        assert form not in rows
    with stage.database.reading() as session:
        factor = second_factors.of(session, stage.person(CORA))
        entry = list(ledger.entries(session))[-1]
    assert factor is not None
    assert onetime.deciphered("a secret of the tests", factor.secret) == secret
    assert onetime.deciphered("another key", factor.secret) is None
    assert (entry.kind, entry.body) == ("second_factor_set", "{}")


def test_who_has_only_the_link_cannot_put_another_factor_in_its_place(
    stage: Stage, open_pages: Open
):
    early = stage.enters(open_pages, CORA)
    form = early.get(NEW)
    set_up(stage, open_pages)
    before = kept(stage)
    thief = stage.enters(open_pages, CORA)
    assert thief.get(NEW).path == ASK
    offered = secret_on(form)
    late = form.submit({"code": code(offered, stage)}, button="Set it up")
    assert late.path == ASK
    assert kept(stage) == before


def test_a_new_telephone_takes_the_place_of_the_old_everywhere(stage: Stage, open_pages: Open):
    client, old = set_up(stage, open_pages)
    other = stage.enters(open_pages, CORA)
    other.get(ASK).submit({"code": code(old, stage)}, button="Continue")
    stage.now += timedelta(minutes=1)
    page = client.get("/details").click("Set up another second factor")
    assert page.h1 == "Set up a new second factor"
    new = secret_on(page)
    assert new != old
    page.submit({"code": code(new, stage)}, button="Set it up")
    assert client.get("/console").path == "/console"
    asked = other.get("/console")
    assert asked.path == ASK
    stage.now += timedelta(minutes=1)
    assert asked.submit({"code": code(old, stage)}, button="Continue").status == 422
    assert asked.submit({"code": code(new, stage)}, button="Continue").path == "/console"


def test_a_raised_session_has_a_name_that_nobody_knew_before(stage: Stage, open_pages: Open):
    client = open_pages(stage.app)
    stage.sign_in(client, CORA)
    name, before = next((n, v) for n, v in client.http.cookies.items() if n.endswith("session"))
    page = client.get(NEW)
    page.submit(enrolling(stage, secret_on(page)), button="Set it up")
    assert client.http.cookies[name] != before
    thief = open_pages(stage.app)
    thief.http.cookies.set(name, before, domain="portal.example", path="/")
    assert thief.get("/console").path == "/sign-in"


def test_a_form_sent_before_the_code_changes_nothing_and_shows_what_was_typed(
    stage: Stage, open_pages: Open
):
    client = stage.enters(open_pages, CORA)
    page = client.get(NEW)
    token = page.fields(page.form("Set it up"))["token"][0]
    path = f"/console/returns/{stage.ref().id}/commitments/W1/question"
    posted = client.post(path, {"token": token, "question": "Is it so?"})
    assert (posted.status, posted.h1) == (403, "Show your second factor first")
    assert "Is it so?" in posted.text


def test_a_provider_is_never_asked_for_a_code(stage: Stage, open_pages: Open):
    client = stage.enters(open_pages, AVON.email)
    assert client.get("/returns").status == 200
    assert client.get(ASK).status == client.get(NEW).status == 404
    assert "econd factor" not in client.get("/details").text


def test_somebody_of_both_sides_keeps_their_returns_without_a_code(stage: Stage, open_pages: Open):
    with stage.database.writing() as session:
        region = stage.ref().region
        staff.add(
            session, stage.now, "operator", email=AVON.email, region_code=region, role="reader"
        )
    client = stage.enters(open_pages, AVON.email)
    assert client.get("/returns").h1 == "Avon Health Your returns"
    page = client.get("/returns").click("Your regions")
    assert (page.path, page.links["Your returns for a provider"]) == (NEW, "/returns")


def test_elsewhere_than_in_production_it_is_offered_and_then_asked_for(
    sqlite_database: Engine, tmp_path: Path, open_pages: Open
):
    stage = Stage(Database(sqlite_database), site_folder=tmp_path / "site").play()
    client = stage.enters(open_pages, CORA)
    assert client.get("/console").path == "/console"
    details = client.get("/details")
    assert "None: your team’s pages open with a link alone" in details.text
    page = details.click("Set up second factor")
    secret = secret_on(page)
    assert page.submit({"code": code(secret, stage)}, button="Set it up").path == "/console"
    assert stage.enters(open_pages, CORA).get("/console").path == ASK
    assert stage.enters(open_pages, ANN).get("/console").path == "/console"


def test_with_an_identity_provider_there_is_no_such_page(stage: Stage, open_pages: Open):
    stage.oidc = IdentityProvider("https://idp.example", "us", "secret", "Region Login")
    stage.open_app()
    client = stage.enters(open_pages, CORA)
    assert client.get(ASK).status == client.get(NEW).status == 404
    assert client.get("/console").h1 == "Sign in with Region Login for this page"


def test_a_lost_telephone_is_reset_in_the_ledger_and_every_session_ends(
    stage: Stage, open_pages: Open
):
    client, _ = set_up(stage, open_pages)
    with stage.database.writing() as session:
        assert second_factors.reset(session, CORA.upper(), stage.now, "operator")
        assert not second_factors.reset(session, CORA, stage.now, "operator")
        entry = list(ledger.entries(session))[-1]
    assert (entry.kind, entry.by, entry.body) == ("second_factor_reset", "operator", "{}")
    assert entry.subject == f"person:{stage.person(CORA)}"
    assert client.get("/console").path == "/sign-in"
    assert stage.enters(open_pages, CORA).get("/console").path == NEW


def test_another_secret_key_is_said_in_words(stage: Stage, open_pages: Open):
    _, secret = set_up(stage, open_pages)
    with stage.database.engine.begin() as connection:
        other = onetime.enciphered("another key", secret)
        connection.execute(text("UPDATE second_factor SET secret = :s"), {"s": other})
    page = stage.enters(open_pages, CORA).get(ASK)
    page = page.submit({"code": code(secret, stage)}, button="Continue")
    assert page.status == 422
    assert "ask whoever runs this service to reset it" in page.text


def test_a_step_is_spent_once_on_either_database(store: Database, tmp_path: Path, open_pages: Open):
    stage = Stage(store, site_folder=tmp_path / "site", second_factor=True).play()
    set_up(stage, open_pages)
    step = int(stage.now.timestamp()) // onetime.STEP
    with store.writing() as session:
        who = stage.person(CORA)
        taken = [second_factors.spend(session, who, step + more) for more in (0, 0, 1, 0)]
    assert taken == [True, False, True, False]
