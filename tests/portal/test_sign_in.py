"""Sign-in: the same to everybody until it has answered, spent once, in the browser that asked."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, text

from portal.signin.answering import answer_waiting
from tests.support.cast import AVON, at
from tests.support.pages import PageClient
from tests.support.stage import CORA, Stage

Open = Callable[..., PageClient]
HOME = "Avon Health Your returns"
STRANGER = "nobody@unknown.example"


def ask(client: PageClient, email: str) -> Any:
    return client.get("/sign-in").submit({"email": email}, button="Send me a link")


def plainly(answer: Any) -> tuple[int, str, list[tuple[str, str]]]:
    """An answer byte for byte, but for this browser's own random words."""

    def hide(said: str) -> str:
        said = re.sub(r'(name="token" value=")[0-9a-f]{64}"', r'\1…"', said)
        return re.sub(r"(charter-asked=)[\w-]{43}", r"\1…", said)

    return answer.status_code, hide(answer.text), [(k, hide(v)) for k, v in answer.headers.items()]


def asked(client: PageClient, email: str) -> list[Any]:
    """All that the portal says from the first page to the last, as sent."""
    form = client.get("/sign-in")
    token = form.fields(form.form("Send me a link"))["token"][0]
    sent = client.http.post(
        "/sign-in",
        data={"token": token, "email": email},
        headers={"Sec-Fetch-Site": "same-origin"},
        follow_redirects=False,
    )
    pages = [client.http.get(path) for path in ("/sign-in/sent", "/sign-in/code", "/sign-in")]
    return [plainly(answer) for answer in (form.response, sent, *pages)]


def test_a_known_and_an_unknown_address_get_the_same_answer(stage: Stage, open_pages: Open):
    known = asked(open_pages(stage.app), AVON.email)
    assert known[1][0] == 303
    assert "…" in str(known[1][2])
    for email in (STRANGER, CORA, "eve@elsewhere.example"):
        assert asked(open_pages(stage.app), email) == known
    told = [message[0] for message in stage.messages]
    assert told == [AVON.email, CORA, "eve@elsewhere.example"]


def test_somebody_who_asks_too_often_gets_the_same_answer_known_or_not(
    stage: Stage, open_pages: Open
):
    answers = {}
    for email in (AVON.email, STRANGER):
        several = [asked(open_pages(stage.app), email) for _ in range(7)]
        answers[email] = several
        assert [answer[1][0] for answer in several] == [303] * 5 + [429] * 2
    assert answers[AVON.email] == answers[STRANGER]


def test_a_wrong_code_gets_the_same_answer_whether_or_not_a_link_was_sent(
    stage: Stage, open_pages: Open
):
    answers = []
    for email in (AVON.email, STRANGER):
        client = open_pages(stage.app)
        asked(client, email)
        page = client.get("/sign-in/code").submit({"code": "0000 0000"}, button="Sign in")
        assert page.status == 422
        answers.append(plainly(page.response))
    assert answers[0] == answers[1]


def test_the_address_is_looked_up_only_after_the_page_has_gone_out(stage: Stage, open_pages: Open):
    told: list[str] = []

    @event.listens_for(stage.database.engine, "before_cursor_execute")
    def _hear(_c: Any, _k: Any, statement: str, *_: Any) -> None:
        told.append(" ".join(statement.split()))

    async def overheard(scope: Any, receive: Any, send: Any) -> None:
        async def hear(message: Any) -> None:
            await send(message)
            if message["type"] == "http.response.body" and not message.get("more_body"):
                told.append("ANSWERED")

        await stage.app(scope, receive, hear)

    before = {}
    for email in (AVON.email, STRANGER):
        client = open_pages(overheard)
        page = client.get("/sign-in")
        told.clear()
        token = page.fields(page.form("Send me a link"))["token"][0]
        client.http.post(
            "/sign-in",
            data={"token": token, "email": email},
            headers={"Sec-Fetch-Site": "same-origin"},
            follow_redirects=False,
        )
        before[email] = told[: told.index("ANSWERED")]
        after = told[told.index("ANSWERED") :]
        assert any("FROM person" in statement for statement in after)
    assert before[AVON.email] == before[STRANGER]
    assert len(before[AVON.email]) > 2
    assert not any("person" in statement for statement in before[AVON.email])


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "PUT", "PATCH", "DELETE"])
def test_no_prefetch_spends_a_link(stage: Stage, open_pages: Open, method: str):
    client = open_pages(stage.app)
    ask(client, AVON.email)
    link = stage.link(AVON.email)
    held, before = dict(client.http.cookies.items()), dump(stage)
    for purpose in ("prefetch", "prefetch;prerender", ""):
        for path in (link, "/sign-in/link", f"/sign-in/link?link={link.rsplit('/', 1)[1]}"):
            client.http.request(method, path, headers={"Sec-Purpose": purpose})
    assert dict(client.http.cookies.items()) == held
    assert dump(stage) == before
    assert client.get(link).submit(button="Sign in").h1 == HOME


def test_opening_a_link_never_spends_it(stage: Stage, open_pages: Open):
    first, scanner = open_pages(stage.app), open_pages(stage.app)
    ask(first, AVON.email)
    link = stage.link(AVON.email)
    for client in (scanner, first, scanner, first):
        assert client.get(link).status == 200
    assert first.get(link).submit(button="Sign in").h1 == HOME


def test_a_scanner_that_presses_the_button_gets_nothing_and_spends_nothing(
    stage: Stage, open_pages: Open
):
    first, scanner = open_pages(stage.app), open_pages(stage.app)
    ask(first, AVON.email)
    form = scanner.get("/sign-in")
    token = form.fields(form.form("Send me a link"))["token"][0]
    link = stage.link(AVON.email)
    pressed = scanner.post("/sign-in/link", {"token": token, "link": link.rsplit("/", 1)[1]})
    assert pressed.status == 410
    assert scanner.get("/returns").path == "/sign-in"
    assert first.get(link).submit(button="Sign in").h1 == HOME


def test_a_link_is_spent_once(stage: Stage, open_pages: Open):
    client = open_pages(stage.app)
    ask(client, AVON.email)
    page = client.get(stage.link(AVON.email))
    again = page.fields(page.form("Sign in"))
    page.submit(button="Sign in")
    assert client.get(stage.link(AVON.email)).h1 == "This link no longer works"
    assert client.post("/sign-in/link", again).status in (403, 410)


def test_a_link_lives_ten_minutes(stage: Stage, open_pages: Open):
    client = open_pages(stage.app)
    ask(client, AVON.email)
    page = client.get(stage.link(AVON.email))
    stage.now += timedelta(minutes=10)
    assert page.submit(button="Sign in").h1 == "This link no longer works"


def test_asking_again_ends_the_older_link(stage: Stage, open_pages: Open):
    client = open_pages(stage.app)
    ask(client, AVON.email)
    older = stage.link(AVON.email)
    ask(client, AVON.email)
    assert client.get(older).status == 410
    assert client.get(stage.link(AVON.email)).submit(button="Sign in").h1 == HOME


def test_a_link_opened_elsewhere_shows_a_code_for_the_first_browser(stage: Stage, open_pages: Open):
    first, other = open_pages(stage.app), open_pages(stage.app)
    ask(first, AVON.email)
    shown = other.get(stage.link(AVON.email))
    assert shown.h1 == "Go back to the browser where you started"
    code = stage.messages[-1][3]
    assert f"{code[:4]} {code[4:]}" in shown.text
    page = first.get("/sign-in/code").submit({"code": f"{code[:4]} {code[4:]}"}, button="Sign in")
    assert page.h1 == HOME
    assert other.get("/returns").path == "/sign-in"


def test_a_code_is_no_use_in_another_browser(stage: Stage, open_pages: Open):
    first, other = open_pages(stage.app), open_pages(stage.app)
    ask(first, AVON.email)
    page = other.get("/sign-in/code").submit({"code": stage.messages[-1][3]}, button="Sign in")
    assert page.status == 422
    assert other.get("/returns").path == "/sign-in"


def test_five_wrong_codes_and_the_link_takes_no_more(stage: Stage, open_pages: Open):
    client = open_pages(stage.app)
    ask(client, AVON.email)
    right = stage.messages[-1][3]
    wrong = f"{(int(right) + 1) % 100_000_000:08}"
    for _ in range(5):
        page = client.get("/sign-in/code").submit({"code": wrong}, button="Sign in")
        assert page.status == 422
        assert page.errors
    page = client.get("/sign-in/code").submit({"code": right}, button="Sign in")
    assert page.status == 422
    assert client.get(stage.link(AVON.email)).submit(button="Sign in").h1 == HOME


@pytest.mark.parametrize("code", ["", "12345", "1234567", "12345x", "١٢٣٤٥٦"])
def test_a_code_that_is_none_is_asked_for_again(stage: Stage, open_pages: Open, code: str):
    client = open_pages(stage.app)
    ask(client, AVON.email)
    page = client.get("/sign-in/code").submit({"code": code}, button="Sign in")
    assert page.status == 422
    assert page.errors == ["Enter the code of 8 figures"]


@pytest.mark.parametrize(
    "email", ["", "avon", "a@b", "a b@c.example", "a@c.example\nBcc: d@e.example"]
)
def test_what_is_no_address_is_asked_for_again(stage: Stage, open_pages: Open, email: str):
    page = ask(open_pages(stage.app), email)
    assert page.status == 422
    assert page.title.startswith("Error: ")
    assert not stage.messages


def test_an_address_is_the_same_however_it_is_written(stage: Stage, open_pages: Open):
    ask(open_pages(stage.app), f" {AVON.email.upper()} ")
    assert [message[0] for message in stage.messages] == [AVON.email]


def test_the_sixth_link_in_ten_minutes_is_not_sent(stage: Stage, open_pages: Open):
    clients = [open_pages(stage.app) for _ in range(6)]
    pages = [ask(client, AVON.email) for client in clients]
    assert [page.status for page in pages] == [200] * 5 + [429]
    strangers = [ask(client, STRANGER) for client in clients]
    assert [page.status for page in strangers] == [200] * 5 + [429]
    assert strangers[-1].html == pages[-1].html
    assert len(stage.messages) == 5


def test_neither_link_nor_code_nor_cookie_is_in_the_database(stage: Stage, open_pages: Open):
    client = open_pages(stage.app)
    stage.sign_in(client, AVON.email)
    _, _, link, code = stage.messages[-1]
    kept = dump(stage)
    secrets = [link.rsplit("/", 1)[1], *client.http.cookies.values()]
    assert len(secrets) >= 2
    for secret in (*secrets, code):
        assert secret not in kept


def dump(stage: Stage) -> str:
    tables = ("sign_in_request", "sign_in_token", "web_session")
    with stage.database.engine.connect() as connection:
        return "\n".join(
            str(list(connection.execute(text(f"SELECT * FROM {table}")))) for table in tables
        )


def test_a_message_that_cannot_be_sent_does_not_stop_the_next(stage: Stage, open_pages: Open):
    waiting = [open_pages(stage.app) for _ in range(2)]
    keep, refused = stage.messages.append, []

    def send(*message: str) -> None:
        if message[0] == AVON.email:
            refused.append(message)
            raise ConnectionRefusedError("the post office is shut")
        keep(message)  # type: ignore[arg-type]

    stage.send = send
    assert ask(waiting[0], AVON.email).h1 == "Check your email"
    ask(waiting[1], CORA)
    assert refused
    assert [message[0] for message in stage.messages] == [CORA]


def test_a_request_left_by_a_server_that_died_is_answered_by_the_next(
    stage: Stage, open_pages: Open
):
    from portal.keys import hash_of
    from providers import sessions

    with stage.database.writing() as session:
        sessions.ask(session, AVON.email, hash_of("one"), stage.now)
        sessions.ask(session, CORA, hash_of("two"), stage.now - timedelta(minutes=11))
    assert answer_waiting(stage.app.state.desk) == 1
    assert [message[0] for message in stage.messages] == [AVON.email]
    assert answer_waiting(stage.app.state.desk) == 0


def test_what_has_served_is_forgotten(stage: Stage, open_pages: Open):
    stage.sign_in(open_pages(stage.app), AVON.email)
    assert AVON.email in dump(stage)
    stage.now = at("2026-11-20T09:00")
    answer_waiting(stage.app.state.desk)
    assert dump(stage) == "[]\n[]\n[]"
