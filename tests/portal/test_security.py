"""The walls: headers, cookies, forms from elsewhere, bodies too big, and what breaks."""

from collections.abc import Callable
from typing import Any

import pytest

from portal.security import BIGGEST_BODY, HEADERS, comes_from_here, origin_of
from portal.signin.oidc import IdentityProvider
from providers.database import Database
from tests.support.cast import AVON
from tests.support.pages import PageClient
from tests.support.stage import CORA, QUARTER, Stage

Open = Callable[..., PageClient]


def pages_of(stage: Stage) -> list[str]:
    here = stage.ref()
    return [
        "/sign-in",
        "/sign-in/sent",
        "/sign-in/code",
        "/sign-in/link/none",
        "/signed-out",
        "/returns",
        f"/returns/{here.id}",
        f"/returns/{here.id}/commitments/W1",
        "/console",
        f"/console/regions/{here.region}/{QUARTER}",
        f"/console/returns/{here.id}",
        "/nowhere",
        "/families/nowhere",
    ]


def test_every_answer_carries_the_headers(stage: Stage, open_pages: Open):
    for email in (AVON.email, CORA):
        client = stage.enters(open_pages, email)
        for path in pages_of(stage):
            headers = client.get(path).headers
            for name, value in HEADERS.items():
                assert headers[name] == value, (path, name)
            assert "max-age=31536000" in headers["strict-transport-security"]
    redirected = open_pages(stage.app).http.get("/returns", follow_redirects=False)
    assert redirected.headers["content-security-policy"] == HEADERS["content-security-policy"]


def test_every_refusal_carries_the_headers(stage: Stage, open_pages: Open):
    client = stage.enters(open_pages, AVON.email)
    stranger, path = open_pages(stage.app), f"/returns/{stage.ref().id}/actions/new"
    provider = IdentityProvider("http://127.0.0.1:9", "us", "secret", "Region Login")
    stage.oidc = provider
    stage.open_app()
    here = {"Sec-Fetch-Site": "same-origin"}
    team = open_pages(stage.app)
    answers = {
        400: client.http.post(path, headers=here, files={"x": ("a", b"b")}, data={"title": "x"}),
        401: stranger.http.post(path, headers=here, data={"title": "x"}),
        403: client.http.post(path, headers={"Sec-Fetch-Site": "cross-site"}),
        404: client.http.get("/nowhere"),
        405: client.http.put(path, headers=here),
        410: stranger.http.get("/sign-in/link/none"),
        413: client.http.post(path, headers=here, content=b"x" * (BIGGEST_BODY + 1)),
        503: team.http.get("/sign-in/team"),
    }
    for status, answer in answers.items():
        assert answer.status_code == status
        for name, value in HEADERS.items():
            assert answer.headers[name] == value, (status, name)
        assert "strict-transport-security" in answer.headers
    back = team.http.get("/sign-in/team/back?code=1&state=2")
    assert (back.status_code, back.headers["cache-control"]) == (403, "no-store")


def test_the_policy_lets_no_script_run():
    policy = HEADERS["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert "unsafe" not in policy


def test_a_page_that_breaks_says_sorry_with_every_header(
    stage: Stage, open_pages: Open, monkeypatch: pytest.MonkeyPatch
):
    client = stage.enters(
        lambda app, **more: open_pages(app, raise_server_exceptions=False, **more), AVON.email
    )

    def broken(_database: Database) -> Any:
        raise RuntimeError("a secret of the machine room")

    monkeypatch.setattr(Database, "reading", broken)
    page = client.get("/returns")
    assert page.status == 500
    assert page.h1 == "Sorry, something went wrong"
    assert "secret" not in page.html
    assert page.headers["content-security-policy"] == HEADERS["content-security-policy"]
    assert page.headers["cache-control"] == "no-store"


def test_cookies_over_https_cannot_be_read_taken_or_sent_from_elsewhere(
    stage: Stage, open_pages: Open
):
    client = open_pages(stage.app)
    client.get("/sign-in").submit({"email": AVON.email}, button="Send me a link")
    page = client.get(stage.link(AVON.email))
    sent = client.http.post(
        "/sign-in/link",
        data=page.fields(page.form("Sign in")),
        headers={"Sec-Fetch-Site": "same-origin"},
        follow_redirects=False,
    )
    cookie = next(c for c in sent.headers.get_list("set-cookie") if "session" in c)
    assert cookie.startswith("__Host-charter-session=")
    for part in ("HttpOnly", "Secure", "SameSite=lax", "Path=/"):
        assert part in cookie
    assert "Domain" not in cookie


def test_cookies_over_plain_http_have_a_plain_name(stage: Stage, open_pages: Open):
    stage.base_url = "http://127.0.0.1:8000"
    stage.open_app()
    client = stage.enters(open_pages, AVON.email)
    assert client.get("/returns").h1 == "Avon Health Your returns"
    assert list(client.http.cookies.keys()) == ["charter-session"]
    assert "strict-transport-security" not in client.get("/returns").headers


@pytest.mark.parametrize("token", [None, "", "guess", "x" * 43])
def test_a_form_without_its_hidden_word_is_refused(
    stage: Stage, open_pages: Open, token: str | None
):
    client = stage.enters(open_pages, AVON.email)
    body = {"reason": "Closed for repairs", "basis": ""} | (
        {} if token is None else {"token": token}
    )
    page = client.post(f"/returns/{stage.ref().id}/not-running", body)
    assert (page.status, page.h1) == (403, "This page was open too long")
    assert open_pages(stage.app).post("/sign-in", {"email": AVON.email} | body).status == 403
    assert client.post("/sign-out", body).status == 403
    assert client.get("/returns").h1 == "Avon Health Your returns"


def test_one_visitors_hidden_word_is_no_use_to_another(stage: Stage, open_pages: Open):
    avon, cora = stage.enters(open_pages, AVON.email), stage.enters(open_pages, CORA)
    page = cora.get("/console")
    word = page.fields(page.form("Sign out"))["token"][0]
    assert avon.post("/sign-out", {"token": word}).status == 403


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": "https://elsewhere.example"},
    ],
)
def test_a_form_sent_from_elsewhere_is_refused(
    stage: Stage, open_pages: Open, headers: dict[str, str]
):
    client = stage.enters(open_pages, AVON.email)
    page = client.get("/returns")
    word = page.fields(page.form("Sign out"))
    refused = client.http.post("/sign-out", data=word, headers=headers)
    assert refused.status_code == 403
    assert client.get("/returns").h1 == "Avon Health Your returns"


def test_browsers_that_do_not_say_where_a_form_came_from_are_let_to_the_next_check():
    origin = origin_of("https://portal.example/some/where")
    assert origin == "https://portal.example"
    for headers in ({}, {"origin": origin}, {"origin": "null"}):
        assert comes_from_here(headers, origin)  # type: ignore[arg-type]


def test_a_body_too_big_is_not_taken(stage: Stage, open_pages: Open):
    client = stage.enters(open_pages, AVON.email)
    page = client.get(f"/returns/{stage.ref().id}/not-running")
    sent = page.fields(page.form("Ask the commissioner to agree")) | {"reason": "x" * BIGGEST_BODY}
    refused = client.post(page.path, sent)
    assert (refused.status, refused.h1) == (413, "That is more than we can take")


def test_a_body_that_does_not_say_how_big_it_is_is_cut_off(stage: Stage, open_pages: Open):
    client = stage.enters(open_pages, AVON.email)

    def pieces() -> Any:
        yield b"reason="
        for _ in range(30):
            yield b"x" * 50_000

    headers = {
        "Sec-Fetch-Site": "same-origin",
        "Content-Type": "application/x-www-form-urlencoded",
    }
    path = f"/returns/{stage.ref().id}/not-running"
    refused = client.http.post(path, content=pieces(), headers=headers)
    assert refused.status_code == 413


def test_a_file_sent_to_a_form_is_not_taken(stage: Stage, open_pages: Open):
    client = stage.enters(open_pages, AVON.email)
    page = client.get(f"/returns/{stage.ref().id}/not-running")
    sent = page.fields(page.form("Ask the commissioner to agree"))
    refused = client.post(page.path, sent, files={"reason": ("a.txt", b"words")})
    assert refused.status == 400


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/static/app.css", 200),
        ("/static/mark.svg", 200),
        ("/static/vendor/nhsuk-10.6.1/nhsuk-frontend.min.css", 200),
        ("/static/vendor/build.py", 404),
        ("/static/vendor/nhsuk-10.6.1/nhsuk-frontend.min.js", 404),
        ("/static/../app.py", 404),
        ("/static/..%2fapp.py", 404),
        ("/static/vendor", 404),
    ],
)
def test_only_styles_and_pictures_are_served(
    stage: Stage, open_pages: Open, path: str, status: int
):
    assert open_pages(stage.app).http.get(path).status_code == status


@pytest.mark.parametrize("path", ["/docs", "/redoc", "/openapi.json"])
def test_the_frameworks_own_pages_are_off(stage: Stage, open_pages: Open, path: str):
    assert open_pages(stage.app).get(path).status == 404


def test_a_signed_in_page_is_never_kept_by_a_browser(stage: Stage, open_pages: Open):
    client = stage.enters(open_pages, AVON.email)
    assert client.get("/returns").headers["cache-control"] == "no-store"
    kept = client.http.get("/static/app.css").headers["cache-control"]
    assert kept == "public, max-age=86400"
