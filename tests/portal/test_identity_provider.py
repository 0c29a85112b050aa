"""A region's own team by their identity provider: believed when all is right, and else not."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from portal.signin.oidc import DRIFT, PATIENCE, IdentityProvider
from providers import staff
from tests.support.cast import AVON
from tests.support.idp import CLIENT, KEY, OTHER_KEY, SECRET, StubProvider, identity_provider
from tests.support.pages import Page, PageClient
from tests.support.stage import ANN, CORA, LENA, RITA, Stage

Open = Callable[..., PageClient]
NAME = "Region Login"


@pytest.fixture
def idp(stage: Stage) -> Iterator[StubProvider]:
    """The stage with an identity provider beside it, which vouches for Cora."""
    with identity_provider() as stub:
        stub.email, stub.now = CORA, stage.now.timestamp()
        stage.oidc = IdentityProvider(stub.issuer, CLIENT, SECRET, NAME)
        stage.open_app()
        yield stub


def leave(client: PageClient) -> str:
    """Press the button, and give the address that the browser is sent to."""
    assert client.get("/sign-in").links[f"Sign in with {NAME}"] == "/sign-in/team"
    answer = client.http.get("/sign-in/team", follow_redirects=False)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def arrive(client: PageClient, idp: StubProvider) -> Page:
    """The whole way there and back."""
    return client.get(idp.sign_in_at(leave(client)))


def nobody_is_in(client: PageClient, stage: Stage) -> bool:
    with stage.database.engine.connect() as connection:
        sessions = connection.execute(text("SELECT count(*) FROM web_session")).scalar()
    return sessions == 0 and client.get("/console").path == "/sign-in"


@pytest.mark.parametrize("email", [CORA, ANN, LENA, RITA])
def test_each_role_of_a_team_comes_in_by_the_provider(
    stage: Stage, idp: StubProvider, open_pages: Open, email: str
):
    idp.email = email.upper()
    client = open_pages(stage.app)
    assert arrive(client, idp).path == "/console"
    assert client.get(f"/console/returns/{stage.ref().id}").status == 200
    with stage.database.engine.connect() as connection:
        assert connection.execute(text("SELECT via FROM web_session")).scalar() == "oidc"


def test_without_a_provider_there_is_no_such_door(stage: Stage, open_pages: Open):
    client = open_pages(stage.app)
    assert "Sign in with" not in client.get("/sign-in").text
    assert client.get("/sign-in/team").status == 404
    assert client.get("/sign-in/team/back?code=1&state=2").status == 404


def test_the_page_asked_for_first_comes_after_signing_in(
    stage: Stage, idp: StubProvider, open_pages: Open
):
    client = open_pages(stage.app)
    path = f"/console/returns/{stage.ref().id}"
    assert client.get(path).path == "/sign-in"
    assert arrive(client, idp).path == path


def test_a_member_of_a_team_who_comes_by_link_is_told_how_to_come(
    stage: Stage, idp: StubProvider, open_pages: Open
):
    client = stage.enters(open_pages, CORA)
    for path in ("/", "/console", f"/console/returns/{stage.ref().id}"):
        page = client.get(path)
        assert (page.status, page.h1) == (403, f"Sign in with {NAME} for this page")
        assert "Avon" not in page.text
    posted = client.post(
        f"/console/returns/{stage.ref().id}/confirm",
        {"token": page.fields(page.form("Sign out"))["token"][0]},
    )
    assert posted.status == 403
    assert client.get(idp.sign_in_at(leave(client))).path == f"/console/returns/{stage.ref().id}"


def test_somebody_of_a_team_and_of_a_provider_keeps_the_provider_by_link(
    stage: Stage, idp: StubProvider, open_pages: Open
):
    with stage.database.writing() as session:
        region = stage.ref().region
        staff.add(
            session, stage.now, "operator", email=AVON.email, region_code=region, role="reader"
        )
    client = stage.enters(open_pages, AVON.email)
    here = client.get("/returns")
    assert here.h1 == "Avon Health Your returns"
    assert here.links["Your regions"] == "/console"
    page = here.click("Your regions")
    assert (page.status, page.links["Your returns for a provider"]) == (403, "/returns")
    idp.email = AVON.email
    arrive(client, idp)
    assert client.get("/console").status == 200
    assert client.get("/returns").h1 == "Avon Health Your returns"


def test_signing_in_by_the_provider_ends_the_session_before(
    stage: Stage, idp: StubProvider, open_pages: Open
):
    client = stage.enters(open_pages, CORA)
    name, first = next((n, v) for n, v in client.http.cookies.items() if n.endswith("session"))
    arrive(client, idp)
    other = open_pages(stage.app)
    other.http.cookies.set(name, first, domain="portal.example", path="/")
    assert other.get("/returns").path == "/sign-in"


WRONG: dict[str, dict[str, Any]] = {
    "a nonce of another sign-in": {"claims": {"nonce": "another"}},
    "no nonce": {"claims": {"nonce": None}},
    "another's audience": {"claims": {"aud": "somebody-else"}},
    "us among others, and issued to another": {"claims": {"aud": [CLIENT, "b"], "azp": "b"}},
    "another's audience, though issued to us": {"claims": {"aud": "another", "azp": CLIENT}},
    "no audience": {"claims": {"aud": None}},
    "another issuer": {"claims": {"iss": "https://elsewhere.example"}},
    "no expiry": {"claims": {"exp": None}},
    "no signature": {"algorithm": "none"},
    "another's signature": {"signs_with": OTHER_KEY},
    "our published key as a shared secret": {
        "algorithm": "HS256",
        "signs_with": KEY.as_pem(private=False),
    },
    "the client's secret as a key": {
        "algorithm": "HS256",
        "signs_with": SECRET.encode(),
    },
    "an address that is not verified": {"claims": {"email_verified": False}},
    "an address that is verified in a word": {"claims": {"email_verified": "true"}},
    "no word on whether it is verified": {"claims": {"email_verified": None}},
    "no address": {"claims": {"email": None}, "userinfo": {"sub": "person-7"}},
    "what is no address": {"claims": {"email": "cora"}},
    "another person's address": {
        "claims": {"email": None},
        "userinfo": {"sub": "person-8", "email": CORA, "email_verified": True},
    },
}


@pytest.mark.parametrize("wrong", WRONG)
def test_a_word_that_is_wrong_in_one_thing_lets_nobody_in(
    stage: Stage, idp: StubProvider, open_pages: Open, wrong: str
):
    for name, value in WRONG[wrong].items():
        setattr(idp, name, value)
    client = open_pages(stage.app)
    page = arrive(client, idp)
    assert (page.status, page.h1) == (403, "You are not signed in")
    assert "/token" in idp.asked
    assert nobody_is_in(client, stage)


def test_an_expired_word_lets_nobody_in_but_a_slow_clock_does_no_harm(
    stage: Stage, idp: StubProvider, open_pages: Open
):
    client, now = open_pages(stage.app), int(stage.now.timestamp())
    drift = int(DRIFT.total_seconds())
    idp.claims = {"iat": now - 400, "exp": now - drift}
    assert arrive(client, idp).h1 == "You are not signed in"
    idp.claims = {"iat": now + drift + 1}
    assert arrive(client, idp).h1 == "You are not signed in"
    assert nobody_is_in(client, stage)
    idp.claims = {"iat": now - 400, "exp": now - drift + 1}
    assert arrive(client, idp).path == "/console"


def test_an_address_that_stands_in_the_providers_own_book_will_do(
    stage: Stage, idp: StubProvider, open_pages: Open
):
    idp.claims = {"email": None, "email_verified": None}
    idp.userinfo = {"sub": "person-7", "email": CORA, "email_verified": True}
    assert arrive(open_pages(stage.app), idp).path == "/console"


@pytest.mark.parametrize("email", ["nobody@unknown.example", AVON.email])
def test_nobody_who_is_on_no_team_is_let_in_or_made_known(
    stage: Stage, idp: StubProvider, open_pages: Open, email: str
):
    idp.email = email
    people = count(stage, "person")
    client = open_pages(stage.app)
    page = arrive(client, idp)
    assert (page.status, page.h1) == (403, "You are not on a region’s team")
    assert email in page.text
    assert nobody_is_in(client, stage)
    assert count(stage, "person") == people


def count(stage: Stage, table: str) -> Any:
    with stage.database.engine.connect() as connection:
        return connection.execute(text(f"SELECT count(*) FROM {table}")).scalar()


def test_a_way_back_is_good_once_even_for_who_kept_the_cookie(
    stage: Stage, idp: StubProvider, open_pages: Open
):
    idp.reuses_codes = True
    client = open_pages(stage.app)
    there = leave(client)
    kept = client.http.cookies["__Host-charter-trip"]
    back = idp.sign_in_at(there)
    assert client.get(back).path == "/console"
    assert client.get(back).status == 403
    for again in (client, open_pages(stage.app)):
        again.http.cookies.set("__Host-charter-trip", kept, domain="portal.example", path="/")
        page = again.get(back)
        assert (page.status, page.h1) == (403, "You are not signed in")
    assert count(stage, "web_session") == 1


def test_a_way_back_is_no_use_in_another_browser(stage: Stage, idp: StubProvider, open_pages: Open):
    mine, yours = open_pages(stage.app), open_pages(stage.app)
    back = idp.sign_in_at(leave(mine))
    assert yours.get(back).status == 403
    leave(yours)
    assert yours.get(back).status == 403
    assert "/token" not in idp.asked
    assert nobody_is_in(yours, stage)


def test_a_way_back_is_open_for_ten_minutes(stage: Stage, idp: StubProvider, open_pages: Open):
    client = open_pages(stage.app)
    back = idp.sign_in_at(leave(client))
    stage.now += timedelta(minutes=10)
    idp.now = stage.now.timestamp()
    assert client.get(back).status == 403
    back = idp.sign_in_at(leave(client))
    stage.now += timedelta(minutes=9, seconds=59)
    idp.now = stage.now.timestamp()
    assert client.get(back).path == "/console"


@pytest.mark.parametrize(
    "query",
    ["", "?state=&code=", "?code=x", "?state=guess&code=x", "?state=%00&code=x", "?error=denied"],
)
def test_coming_back_from_nowhere_is_refused(
    stage: Stage, idp: StubProvider, open_pages: Open, query: str
):
    client, refused = open_pages(stage.app), 404 if "%00" in query else 403
    assert client.get(f"/sign-in/team/back{query}").status == refused
    for kept in ("", ".", "x.y", "x.99999999999999", "x.-1", f"x.{int(idp.now)}"):
        client.http.cookies.set("__Host-charter-trip", kept, domain="portal.example", path="/")
        assert client.get(f"/sign-in/team/back{query}").status == refused
    assert nobody_is_in(client, stage)


def test_somebody_whom_the_provider_turned_away_is_told_so(
    stage: Stage, idp: StubProvider, open_pages: Open
):
    client = open_pages(stage.app)
    state = leave(client).partition("state=")[2].partition("&")[0]
    page = client.get(f"/sign-in/team/back?error=access_denied&state={state}")
    assert f"{NAME} did not sign you in" in page.text
    there = leave(client)
    elsewhere = idp.sign_in_at(there) + "&iss=https%3A%2F%2Felsewhere.example"
    assert client.get(elsewhere).status == 403


def test_a_provider_that_is_down_is_said_to_be_and_not_asked_again_at_once(
    stage: Stage, idp: StubProvider, open_pages: Open
):
    idp.down = True
    client = open_pages(stage.app)
    for _ in range(3):
        page = client.get("/sign-in/team")
        assert (page.status, page.h1) == (503, f"We cannot reach {NAME}")
    assert len(idp.asked) == 1
    assert stage.sign_in(client, AVON.email).h1 == "Avon Health Your returns"
    idp.down = False
    stage.now += PATIENCE
    idp.now = stage.now.timestamp()
    assert arrive(open_pages(stage.app), idp).path == "/console"


def test_a_provider_that_goes_down_half_way_lets_nobody_in(
    stage: Stage, idp: StubProvider, open_pages: Open
):
    client = open_pages(stage.app)
    back = idp.sign_in_at(leave(client))
    stage.oidc.issuer = idp.issuer  # type: ignore[union-attr]
    stage.oidc._read[1]["token_endpoint"] = "http://127.0.0.1:9/token"  # type: ignore[union-attr, index]
    assert client.get(back).status == 503
    assert nobody_is_in(client, stage)


@pytest.mark.parametrize(
    "publishes",
    [
        {"issuer": "https://elsewhere.example"},
        {"token_endpoint": "https://elsewhere.example/token"},
        {"jwks_uri": "http://127.0.0.1:1/keys"},
        {"userinfo_endpoint": "https://elsewhere.example/userinfo"},
        {"authorization_endpoint": None},
    ],
)
def test_a_provider_that_sends_us_elsewhere_is_not_followed(
    stage: Stage, idp: StubProvider, open_pages: Open, publishes: dict[str, Any]
):
    idp.publishes = publishes
    assert open_pages(stage.app).get("/sign-in/team").status == 503


@pytest.mark.parametrize(
    "said", [{"none": 1}, {"keys": "x"}, {"keys": [{}]}, {"keys": [{"kty": "RSA", "n": 1}]}]
)
def test_a_provider_whose_keys_are_none_is_said_to_be_out_of_reach(
    stage: Stage, idp: StubProvider, open_pages: Open, said: dict[str, Any]
):
    idp.keys_said = said
    client = open_pages(stage.app)
    assert arrive(client, idp).status == 503
    assert nobody_is_in(client, stage)


def test_new_keys_of_the_provider_are_fetched_when_the_old_ones_do_not_fit(
    stage: Stage, idp: StubProvider, open_pages: Open
):
    assert arrive(open_pages(stage.app), idp).path == "/console"
    idp.keys, idp.signs_with = [OTHER_KEY], OTHER_KEY
    stage.now += PATIENCE
    idp.now = stage.now.timestamp()
    assert arrive(open_pages(stage.app), idp).path == "/console"
    assert idp.asked.count("/keys") == 2
    assert idp.asked.count("/.well-known/openid-configuration") == 1


def test_neither_the_clients_secret_nor_the_trip_is_printed_or_kept(
    stage: Stage, idp: StubProvider, open_pages: Open
):
    client = open_pages(stage.app)
    there = leave(client)
    kept = client.http.cookies["__Host-charter-trip"]
    assert kept.partition(".")[0] not in there
    arrive(client, idp)
    assert SECRET not in repr(stage.oidc)
    assert SECRET not in there
    secret = client.http.cookies["__Host-charter-session"]
    with stage.database.engine.connect() as connection:
        rows = str(list(connection.execute(text("SELECT * FROM web_session"))))
    assert secret not in rows
    assert kept not in rows
