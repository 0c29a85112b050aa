"""A region’s letters in the console: sought, read, kept as a table, settled when in doubt."""

import csv
import io
from collections.abc import Callable

import pytest
from sqlalchemy import text

from notifications import letterbook, outbox
from notifications.letterbook import Wish
from notifications.outbox import LetterState
from notifications.tables import Letter
from portal.console.letters import STATES
from providers import ledger
from tests.portal.test_record import asked
from tests.support.cast import AVON, BROOK
from tests.support.pages import Page, PageClient, words
from tests.support.stage import ADAM, ANN, CORA, EVE, IRIS, LENA, RITA, Stage

Open = Callable[..., PageClient]


def path(stage: Stage, more: str = "") -> str:
    return f"/console/regions/{stage.ref().region}/letters{more}"


def doubtful(stage: Stage, **values: str) -> str:
    """Avon's letter, of which nobody knows whether it arrived."""
    key = stage.letter(AVON)
    given = {"state": "in_doubt", "subject": "Your return", "text": "Dear Avon,\nPlease.", **values}
    change = ", ".join(f"{name} = :{name}" for name in given)
    with stage.database.engine.begin() as connection:
        connection.execute(
            text(f"UPDATE letter SET {change} WHERE key = :key"), given | {"key": key}
        )
    return key


def rows(page: Page) -> list[str]:
    return [words(row) for row in page.tree.iter("tr")][1:]


def state(stage: Stage, key: str) -> tuple[str, str]:
    with stage.database.reading() as session:
        letter = outbox.show(session, key)
    assert letter is not None
    return letter.state, letter.outcome


def test_every_state_has_its_words() -> None:
    assert set(STATES) == set(LetterState)


def test_letters_are_listed_and_sought_by_state_kind_and_address(stage: Stage, open_pages: Open):
    doubtful(stage)
    stage.letter(BROOK)
    client = stage.enters(open_pages, RITA)
    page = client.get(path(stage))
    assert len(rows(page)) == 2
    assert "HMP Avonbridge, Avon Health, July to September 2026" in page.text
    assert "1 letter in doubt" in page.text
    assert [AVON.email in row for row in rows(client.get(path(stage, "?state=in_doubt")))] == [True]
    assert [BROOK.email in row for row in rows(client.get(path(stage, "?to=BROOK@")))] == [True]
    assert rows(client.get(path(stage, "?kind=warning"))) == []
    assert "No letter fits." in client.get(path(stage, "?kind=warning")).text
    assert len(rows(client.get(path(stage, "?state=nonsense&page=x")))) == 2


def test_fifty_stand_on_a_page(stage: Stage, open_pages: Open):
    key = stage.letter()
    with stage.database.writing() as session:
        letter = outbox.show(session, key)
        assert letter is not None
        known = letter.model_dump()
        session.add_all(Letter(**known | {"key": f"k{number}"}) for number in range(69))
    client = stage.enters(open_pages, CORA)
    page = client.get(path(stage))
    assert len(rows(page)) == 50
    rest = page.click("Older letters")
    assert len(rows(rest)) == 20
    assert len(rows(rest.click("Newer letters"))) == 50
    assert asked(stage, client, page.path) <= 12


def test_a_letters_page_has_its_words_as_far_as_they_are_kept(stage: Stage, open_pages: Open):
    key = doubtful(stage)
    client = stage.enters(open_pages, ANN)
    page = client.get(path(stage)).click("Avon Avonson")
    assert (page.status, page.h1) == (200, "Sample Letter to Avon Avonson")
    assert "Dear Avon," in page.text
    assert page.links["HMP Avonbridge, Avon Health, July to September 2026"]
    assert "A commissioner or an administrator of this region can settle it." in page.text
    with stage.database.engine.begin() as connection:
        connection.execute(text("UPDATE letter SET text = ''"))
    assert "The words have been erased." in client.get(path(stage, f"/{key}")).text


@pytest.mark.parametrize("email", [CORA, ADAM])
@pytest.mark.parametrize(
    ("said", "ends", "words_of_it"),
    [
        ("Yes, it arrived", "sent", "found that it arrived"),
        ("No, it never did", "queued", "found that it never arrived"),
    ],
)
def test_a_letter_in_doubt_is_settled_once_and_put_on_record(
    stage: Stage, open_pages: Open, email: str, said: str, ends: str, words_of_it: str
):
    key = doubtful(stage)
    client = stage.enters(open_pages, email)
    page = client.get(path(stage, f"/{key}"))
    missing = page.submit({}, button="Settle this letter")
    assert (missing.status, "Say whether it arrived" in missing.text) == (422, True)
    found = {"arrived": "yes" if ends == "sent" else "no"}
    done = page.submit(found, button="Settle this letter")
    assert "Settled. The record says what you found." in done.text
    assert words_of_it in done.text
    assert "person:" not in done.text
    assert state(stage, key) == (ends, f"person:{stage.person(email)} {words_of_it}")
    with stage.database.reading() as session:
        entry = list(ledger.entries(session))[-1]
    assert (entry.kind, entry.by) == ("letter_settled", f"person:{stage.person(email)}")
    assert key not in entry.body
    again = page.submit(found, button="Settle this letter")
    assert again.status == 409
    assert "This letter is in doubt no longer, so nothing was changed." in again.text


@pytest.mark.parametrize("email", [ANN, LENA, RITA, IRIS])
def test_nobody_else_settles_one(stage: Stage, open_pages: Open, email: str):
    key = doubtful(stage)
    client = stage.enters(open_pages, email)
    page = client.get(path(stage, f"/{key}"))
    token = page.fields(page.form("Sign out"))["token"][0]
    posted = client.post(path(stage, f"/{key}/settle"), {"token": token, "arrived": "yes"})
    assert posted.status == 403
    assert state(stage, key)[0] == "in_doubt"


def test_another_regions_letter_is_not_there(stage: Stage, open_pages: Open):
    key = doubtful(stage)
    elsewhere = stage.ref_of_eve()
    with stage.database.writing() as session:
        outbox.enqueue(
            session,
            key="far",
            person=stage.person(EVE),
            email=EVE,
            kind="request",
            region=elsewhere.region,
            day=stage.now.date(),
            lines=(outbox.Line(f"return:{elsewhere.id}", "request"),),
            now=stage.now,
        )
        assert letterbook.one(session, elsewhere.region, key) is None
        assert len(letterbook.filed(session, elsewhere.region, Wish())) == 1
    client = stage.enters(open_pages, CORA)
    assert client.get(path(stage, "/far")).status == 404
    assert client.get(path(stage, "/no-such")).status == 404
    assert EVE not in client.get(path(stage)).text
    token = client.get(path(stage)).fields(client.get(path(stage)).form("Sign out"))["token"][0]
    assert client.post(path(stage, "/far/settle"), {"token": token}).status == 404


def test_they_are_kept_as_a_table_in_which_no_cell_is_a_formula(stage: Stage, open_pages: Open):
    doubtful(stage, outcome="=1+1")
    answer = stage.enters(open_pages, CORA).http.get(path(stage) + ".csv")
    (row,) = csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")))
    assert (row["to"], row["state"], row["outcome"]) == (AVON.email, "In doubt", "'=1+1")
    assert row["returns"] == "HMP Avonbridge, Avon Health, July to September 2026"
