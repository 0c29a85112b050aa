"""A form that comes too late loses nothing: all that was typed is shown, and nothing else."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from portal.forms import Form
from portal.kept import MOST, NOT_TYPED, kept, label
from portal.security import BIGGEST_BODY
from providers import sessions
from tests.support.cast import AVON
from tests.support.pages import Page, PageClient, words
from tests.support.stage import CORA, Stage

Open = Callable[..., PageClient]
PARTS = (
    "unchanged", "commitments/W1", "commitments/W1/account", "commitments/W1/evidence/new",
    "measures", "spotlight", "actions", "actions/new", "replies", "not-running", "check",
    "extension", "sentence", "people", "spreadsheet", "commitments/W1/copy",
)  # fmt: skip
SHORT = {"title"}
"""Called by a question where it is typed, and by a word where it is kept."""
WORDS = 'Families said: "ring <b>us</b> back" & we do.\nSecond line, {{ 7 * 7 }} =1+1'


def shown(page: Page) -> dict[str, str]:
    """Each label with what stands under it, line ends and all."""
    found: dict[str, str] = {}
    for box in page.tree.iter("dl"):
        if box.get("class") == "app-kept":
            terms = [words(term) for term in box.iter("dt")]
            found |= dict(zip(terms, ("".join(d.itertext()) for d in box.iter("dd")), strict=True))
    return found


def typing(stage: Stage, client: PageClient) -> Any:
    """A page half filled in, as a call that sends it."""
    page = client.get(f"/returns/{stage.ref().id}/commitments/W1")
    fields = {"rating": "partly", "reason": WORDS, "public_statement": "Sehr geehrte 👪 ‮ עברית"}
    return lambda: page.submit(fields, button="Save and continue")


def test_after_half_an_hour_all_that_was_typed_is_shown_to_be_copied(
    stage: Stage, open_pages: Open
):
    client = stage.enters(open_pages, AVON.email)
    send = typing(stage, client)
    stage.now += timedelta(minutes=30)
    page = send()
    assert (page.status, page.h1) == (401, "You were signed out after 30 minutes")
    assert shown(page) == {
        "Rating": "Partly met",
        "Why": WORDS,
        "What families will read": "Sehr geehrte 👪 ‮ עברית",
    }
    assert not list(page.tree.iter("textarea"))
    page.click("Sign in again").submit({"email": AVON.email}, button="Send me a link")
    back = client.get(stage.link(AVON.email)).submit(button="Sign in")
    assert back.path == f"/returns/{stage.ref().id}/commitments/W1"


def test_a_minute_sooner_it_is_simply_saved(stage: Stage, open_pages: Open):
    client = stage.enters(open_pages, AVON.email)
    send = typing(stage, client)
    stage.now += timedelta(minutes=30) - timedelta(seconds=1)
    page = send()
    assert page.status == 200
    assert page.path != f"/returns/{stage.ref().id}/commitments/W1"


def test_after_twelve_hours_and_after_signing_out_it_says_so(stage: Stage, open_pages: Open):
    client = stage.enters(open_pages, AVON.email)
    for _ in range(24):
        stage.now += timedelta(minutes=29)
        client.get("/returns")
    send = typing(stage, client)
    stage.now += timedelta(minutes=24)
    page = send()
    assert page.h1 == "You were signed out after 12 hours"
    assert shown(page)["Why"] == WORDS
    again = stage.enters(open_pages, AVON.email)
    send = typing(stage, again)
    again.get("/returns").submit(button="Sign out")
    page = send()
    assert (page.status, page.h1) == (401, "You are signed out")
    assert shown(page)["Why"] == WORDS


def test_a_form_of_the_session_before_loses_nothing_either(stage: Stage, open_pages: Open):
    client = stage.enters(open_pages, AVON.email)
    send = typing(stage, client)
    stage.sign_in(client, AVON.email)
    page = send()
    assert (page.status, page.h1) == (403, "This page was open too long")
    assert shown(page)["Why"] == WORDS
    assert page.click("Open the page again").path == f"/returns/{stage.ref().id}/commitments/W1"


def test_neither_hidden_words_nor_passwords_nor_files_are_shown(stage: Stage, open_pages: Open):
    client = open_pages(stage.app)
    path = f"/returns/{stage.ref().id}/commitments/W1"
    hidden = {"token": "T0", "basis": "B0", "sha": "S0", "new_password": "P0", "link": "L0"}
    page = client.post(path, {**hidden, "reason": "Mine", "ticked": "yes", "blank": " "})
    assert shown(page) == {"Why": "Mine", "Ticked": "Yes"}
    for secret in hidden.values():
        assert secret not in page.html
    page = client.post(path, {"reason": "Mine"}, files={"file": ("notes.txt", b"in the file")})
    assert page.status == 401
    assert shown(page) == {"Why": "Mine"}
    assert "The file you chose was not kept" in page.text
    assert "in the file" not in page.html


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": "https://elsewhere.example"},
        {"Origin": "null"},
        {},
    ],
)
def test_only_what_was_typed_on_our_own_pages_is_shown(
    stage: Stage, open_pages: Open, headers: dict[str, str]
):
    client = open_pages(stage.app)
    path = f"/returns/{stage.ref().id}/commitments/W1"
    answer = client.http.post(path, data={"reason": "Planted words"}, headers=headers)
    assert answer.status_code in (401, 403)
    assert "Planted" not in answer.text


def test_a_date_is_one_line_and_the_page_behind_a_button_is_found(stage: Stage, open_pages: Open):
    client = open_pages(stage.app)
    here = f"/returns/{stage.ref().id}"
    date = {"due-day": "27", "due-month": "3", "due-year": "2027"}
    page = client.post(f"{here}/actions/new", {"title": "Ring back", **date})
    assert shown(page) == {"Title": "Ring back", "Due": "27 3 2027"}
    page = client.post(f"{here}/send-back", {"reason": "Not yet"})
    assert shown(page) == {"Why": "Not yet"}
    assert stage.sign_in(client, AVON.email).path == here


def test_signing_out_too_late_and_a_form_of_nobody_lead_nowhere_odd(stage: Stage, open_pages: Open):
    client = open_pages(stage.app)
    page = client.post("/sign-out", {"token": "x"})
    assert (page.status, page.h1) == (401, "You are signed out")
    assert not shown(page)
    assert stage.sign_in(client, CORA).path == "/console"


def test_far_too_much_is_not_read_and_much_is_shown_in_part(stage: Stage, open_pages: Open):
    client = open_pages(stage.app)
    path = f"/returns/{stage.ref().id}/commitments/W1"
    assert client.post(path, {"reason": "x" * BIGGEST_BODY}).status == 413
    page = client.post(path, {"a": "first", "b": "x" * (MOST + 1), "c": "third"})
    assert "first" in page.text
    assert len(page.html) < MOST


def test_what_is_no_form_shows_nothing_and_breaks_nothing(stage: Stage, open_pages: Open):
    client = open_pages(stage.app)
    path = f"/returns/{stage.ref().id}/commitments/W1"
    headers = {"Sec-Fetch-Site": "same-origin"}
    for kind in ("application/json", "multipart/form-data", "multipart/form-data; boundary=x", ""):
        answer = client.http.post(path, content=b"\xff{", headers=headers | {"Content-Type": kind})
        assert answer.status_code == 401, kind


def test_a_label_is_in_words():
    assert label("action-1-reason") == "Action 1: why"
    assert label("in_words") == "In words"
    assert label("public_statement") == "What families will read"
    assert [one.label for one in kept(Form({"__proto__": ["x"], "": ["y"]}))] == ["Proto", ""]


def test_why_a_session_is_over_is_told_to_the_second(any_stage: Stage):
    stage = any_stage
    person, began = stage.person(AVON.email), stage.now
    second = timedelta(seconds=1)
    with stage.database.writing() as session:
        for name in ("idle", "busy", "ended"):
            assert sessions.begin(session, person, name, "word", began)
            assert not sessions.begin(session, person, name, "word", began)
        sessions.revoke(session, "ended", began)

    def state(name: str, now: Any) -> tuple[bool, str]:
        with stage.database.reading() as session:
            there = sessions.visitor(session, name, now) is not None
            return there, sessions.why_over(session, name, now)

    idle_at, long_at = began + sessions.IDLE, began + sessions.LONGEST
    assert state("idle", idle_at - second) == (True, "unknown")
    assert state("idle", idle_at) == (False, "idle")
    with stage.database.writing() as session:
        sessions.touch(session, "busy", long_at - second)
    assert state("busy", long_at - second) == (True, "unknown")
    assert state("busy", long_at) == (False, "too long")
    assert state("ended", began) == (False, "unknown")
    assert state("none", began) == (False, "unknown")
    with stage.database.writing() as session:
        sessions.touch(session, "ended", began + second)
    assert state("ended", began + second) == (False, "unknown")


def test_nothing_that_a_page_hides_is_shown_as_typed(stage: Stage, open_pages: Open):
    """Every hidden field and every button of every form that a lead or a commissioner is given."""
    here = f"/returns/{stage.ref().id}"
    lead = [here, *(f"{here}/{part}" for part in PARTS)]
    hidden = set()
    for email, paths in ((AVON.email, lead), (CORA, [f"/console{here}", f"/console{here}/extend"])):
        client = stage.enters(open_pages, email)
        for path in paths:
            for element in client.get(path).tree.iter():
                name = element.get("name")
                if name and (element.tag == "button" or element.get("type") == "hidden"):
                    hidden.add(name)
    assert {"token", "basis", "then"} <= hidden
    told = [name for name in sorted(hidden) if not NOT_TYPED.fullmatch(name)]
    assert not told, told


def test_a_field_is_labelled_as_its_page_labels_it(stage: Stage, open_pages: Open):
    client = stage.enters(open_pages, AVON.email)
    here = f"/returns/{stage.ref().id}"
    seen = {}
    for part in PARTS:
        tree = client.get(f"{here}/{part}").tree
        labels = {e.get("for"): words(e) for e in tree.iter("label")}
        for element in tree.iter():
            name, kind = element.get("name", ""), element.get("type", "text")
            if element.tag == "textarea" or (element.tag == "input" and kind in {"text", "email"}):
                seen[name] = labels.get(element.get("id"), "")
    assert len(seen) > 10
    odd = {n: v for n, v in seen.items() if n not in SHORT and not shared(label(n), v)}
    assert not odd, odd


def shared(ours: str, theirs: str) -> set[str]:
    """The words two labels have in common; a date's boxes are labelled by their parts alone."""
    if theirs in {"Day", "Month", "Year"}:
        return {theirs}
    one, other = (set(re.findall(r"[a-z]+", text.lower())) for text in (ours, theirs))
    return one & other
