"""Words that would do harm, through every field of the console to every page and file of it."""

import csv
import io
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from charter.packs import PackKind
from charter.quarters import Quarter
from charter.steps import Rating
from providers import (
    answering,
    checking,
    cycles,
    disputes,
    listening,
    lives,
    packs,
    passed_on,
    pauses,
    practices,
    releasing,
    replied,
    requests,
    staff,
)
from providers.packing import Asking
from providers.passed_on import Passed
from providers.practices import Telling
from providers.requests import Asked
from tests.portal.test_access import ACCESS, filled
from tests.portal.test_canaries import interpreted, lost
from tests.portal.test_console import sign
from tests.support.cast import AVON, CLYDE, at
from tests.support.pages import PageClient
from tests.support.programme import Programme
from tests.support.rules import CALENDAR
from tests.support.stage import ADAM, ANN, CORA, IRIS, LENA, QUARTER, Stage

Open = Callable[..., PageClient]
STARTS = ("=1+1", "+1", "-1", "@SUM(1)")
HARM = "<script>alert(1)</script> \"'><img src=x onerror=alert(1)> {{7*7}} #eval(1) \u202egnp"


class Words:
    """A canary for each field, with a number of its own at its end."""

    def __init__(self) -> None:
        self.put: list[str] = []

    def __call__(self) -> str:
        start = STARTS[len(self.put) % len(STARTS)]
        self.put.append(f"{start} {HARM} q{len(self.put)}q")
        return self.put[-1]


@pytest.fixture
def words() -> Words:
    return Words()


@pytest.fixture
def full(stage: Stage, words: Words) -> Stage:
    """Every field that the console's people type into, full of canaries."""
    sign(stage, when="2026-11-02T09:00")
    here, region, now = stage.ref(), stage.ref().region, stage.now
    cora, lena, avon = (stage.person(e) for e in (CORA, LENA, AVON.email))
    listened = {
        "surveys": [
            {
                "commitment": "W1",
                "question": words(),
                "share": 40,
                "base": 30,
                "method": words(),
                "asked_on": "2026-09-01",
                "site_code": AVON.site,
            }
        ],
        "voice": {
            "valued": [words()],
            "worried": [words()],
            "positive": 60,
            "negative": 20,
            "base": 30,
            "definition": words(),
        },
        "spotlight": {"group": words(), "words": words()},
        "report": {"reference": words(), "dated": "2026-09-30"},
    }
    with stage.database.writing() as session:
        quarter = Quarter.parse(QUARTER)
        for part, said in listened.items():
            basis = listening.record(session, region, quarter).basis(part)
            listening.save(session, region, quarter, part, said, basis, now, lena)
        heard = date(2026, 10, 20)
        asked = Asked("", AVON.site, AVON.provider, "W1", words(), words(), heard, "request")
        requests.enter(session, region, asked, now, lena)
        passed = Passed(AVON.site, words(), words(), heard, words(), heard)
        passed_on.pass_on(session, region, passed, now, lena)
        checking.change_rating(session, here, "W2", Rating.NOT_MET, words(), now, cora)
        disputes.dispute(session, here, "W2", words(), now, avon, CALENDAR)
        disputes.decide(session, here, "W2", True, words(), now, stage.person(IRIS))
        checking.confirm(session, here, now, cora)
        telling = Telling(*(words() for _ in practices.NAMES))
        practices.share(session, here, "W3", telling, now, cora)
        for one in replied.replies_in(session, lives.lives(session, [here.id])[here.id]):
            replied.mark(session, here, one.about, False, words(), now, lena)
        pauses.pause(session, pauses.scope_of(region, CLYDE.provider), words(), now, "operator")
        answering.reply(session, here, words(), now, avon)
        by = f"person:{stage.person(ADAM)}"
        name = words()
        staff.add(
            session, now, by, email="new@x.example", region_code=region, role="reader", name=name
        )
    return stage


def kept_packs(stage: Stage) -> Iterator[str]:
    """Every kind of pack, made now; gives where each is."""
    region = stage.ref().region
    for kind in PackKind:
        about = AVON.provider if kind is PackKind.TENDER else ""
        with stage.database.writing() as session:
            cycle = cycles.cycle_of(session, region, QUARTER)
            packs.make(session, Asking(kind, cycle, about), stage.now, "operator")
        for form in ("", "/csv", "/xlsx", "/pdf"):
            yield f"/console/regions/{region}/packs/{QUARTER}/{kind.value}{form}?of={about}"


def test_every_page_and_file_of_the_console_shows_words_as_words(
    full: Stage, words: Words, open_pages: Open
):
    shown = ""
    here = full.ref()
    people = {e: full.enters(open_pages, e) for e in (AVON.email, CORA, LENA, ADAM, IRIS)}
    for path in (path for method, path in ACCESS if method == "GET"):
        for email in people:
            if ACCESS["GET", path] in ("anyone", "signed in") or email not in ACCESS["GET", path]:
                continue
            address = filled(full, path)
            shown += sound(people[email], address)
            if email == CORA and "/commitments/" in path:
                shown += sound(people[email], address.replace("/W1", "/W2"))
    with full.database.reading() as session:
        entered = [one.id for one in requests.entered_in(session, here.region)]
    for one in entered:
        shown += sound(people[LENA], f"/console/regions/{here.region}/requests/{one}")
    for path in kept_packs(full):
        sound(people[CORA], path)
    assert not [one[-5:] for one in words.put if lost([one], shown)]


def sound(client: PageClient, address: str) -> str:
    """What an address shows; fails where it is a page or file that could do harm."""
    page = client.get(address)
    assert page.status in (200, 404, 409), address
    kind = page.headers.get("content-type", "")
    if kind.startswith("text/html"):
        assert not interpreted(page.text), address
        assert not list(page.tree.iter("script")), address
        assert not [i for i in page.tree.iter("img") if i.get("src") == "x"], address
        fields = [b.get("value", "") for b in page.tree.iter("input")]
        areas = ["".join(area.itertext()) for area in page.tree.iter("textarea")]
        return " ".join([page.text, *areas, *fields])
    if kind.startswith("text/csv"):
        text = page.response.content.decode("utf-8-sig")
        cells = [cell for row in csv.reader(io.StringIO(text, newline="")) for cell in row]
        assert not [c for c in cells if c.startswith(("=", "+", "@", "\t", "\r"))], address
        assert not [c for c in cells if c.startswith("-") and "q" in c], address
    if "spreadsheetml" in kind:
        book = openpyxl.load_workbook(io.BytesIO(page.response.content))
        cells_ = [c for one in book for row in one.iter_rows() for c in row if c.value is not None]
        assert {c.data_type for c in cells_} <= {"s", "n", "d"}, address
    return ""


def test_families_read_the_words_as_words(full: Stage, open_pages: Open, tmp_path: Path):
    programme, here = Programme(full.database, tmp_path / "home"), full.ref()
    full.site_folder = programme.home / "site"
    full.now = at("2026-12-03T10:00")
    with full.database.writing() as session:
        cycles.adopt(session, here.region, here.charter_version, full.now, "operator")
        for email in (CORA, ANN):
            checking.approve(session, here, full.now, full.person(email))
    programme.publish("2026-12-08T10:00")
    full.now = at("2026-12-08T11:00")
    full.open_app()
    client, address = open_pages(full.app), f"/families/prisons/{AVON.site}/{QUARTER}.html"
    page = client.get(address)
    assert "alert(1)" in page.text
    assert not list(page.tree.iter("script"))
    for cells in full.site_folder.rglob("*.csv"):
        rows = list(csv.reader(io.StringIO(cells.read_text("utf-8"), newline="")))
        bad = [c for row in rows for c in row if c.startswith(("=", "+", "@", "\t"))]
        assert not bad, cells
    with full.database.writing() as session:
        why = f"=1+1 {HARM}"
        releasing.withdraw(session, here, why, full.now, full.person(CORA))
    programme.publish("2026-12-09T10:00")
    notice = client.get(address)
    assert "alert(1)" in notice.text
    assert not list(notice.tree.iter("script"))
