"""A year of the Sample region, played through the console's own pages in a real browser.

`make year` plays its four quarters; every run of the tests plays the first two.
"""

import os
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from sqlalchemy import Engine

from charter.packs import frozen_from
from charter.quarters import at, say
from charter.returns import State
from providers.database import Database
from tests.portal.test_in_a_browser import Reader
from tests.support.cast import AVON, BROOK, CAST, CLYDE, DEE
from tests.support.rules import CALENDAR, POLICY
from tests.support.stage import ANN, CORA, IRIS, Stage
from tests.support.year import FEWER, PROMISE, YEAR, Year, words_of

NAMED = "Dr Shah rings families back within two working days."
SEEN = "No card was seen on two visits in September."
AGAINST = "Two other visits in the same month saw the card in every reception pack."
DECIDED = "Both accounts are right: the cards came in the last week of the quarter."
QUARTERS = 4 if os.environ.get("WHOLE_YEAR") else 2
REPLY = "The cards are in every reception pack now, and we check them each Monday."


@pytest.fixture
def stage(sqlite_database: Engine, tmp_path: Path) -> Stage:
    """The region on the day after its register was imported: no quarter has opened."""
    stage = Stage(Database(sqlite_database), site_folder=tmp_path / "home" / "site")
    stage.begin()
    stage.now = at(date(2026, 6, 16), 9)
    return stage


@pytest.fixture
def year(served: Stage, chromium: Browser, tmp_path: Path) -> Iterator[Year]:
    reader = Reader(served, chromium, script=False, shots=tmp_path)
    yield Year(reader)
    reader.close()


def test_a_year_of_the_region_is_played_from_its_pages(year: Year):
    every = (first_quarter, second_quarter, third_quarter, fourth_quarter)
    for play in every[:QUARTERS]:
        play(year)
        year.sound()
    assert year.sums > 10 * QUARTERS


@pytest.mark.parametrize(
    "wrong",
    [
        '<dl class="app-counts"><div class="app-count"><dt>Received</dt><dd>3</dd></div>'
        '<div class="app-count app-count--sum"><dt>Expected</dt><dd>4</dd></div></dl>',
        "<p>1 + 2 = 4 expected.</p>",
        "<p>All 3 returns.</p>",
        '<div class="nhsuk-error-summary">There is a problem</div>',
    ],
)
def test_a_page_that_does_not_add_up_would_be_noticed(year: Year, wrong: str):
    page = year.reader.person()
    page.set_content(f"<main>{wrong}</main>")
    with pytest.raises(AssertionError):
        year.look(page)


def first_quarter(year: Year) -> None:
    """Everybody is asked for the first time: one is late, and one never answers."""
    quarter = YEAR[0]
    page = year.opens(CORA, f"{year.region}/register/charter")
    page.check("input[name=version]")
    year.press(page, "Adopt this version")
    year.agrees(quarter)
    year.asks_and_chases(quarter, {-7: (AVON, DEE), 3: (BROOK,)})
    states = year.counts(quarter)
    assert states[State.NOT_RETURNED] == states[State.RECEIVED_LATE] == 1
    letters = year.opens(CORA, f"{year.region}/letters?to={CLYDE.signer_email}")
    assert "Warning" in words_of(letters)
    for player in (AVON, BROOK, DEE):
        page = year.opens(CORA, f"/console/returns/{year.ref(player, quarter)}")
        year.press(page, "Confirm this return")
    page = year.opens(CORA, f"{year.region}/{quarter}/queue")
    expect(page.locator("main")).to_contain_text("Every return received so far is confirmed")
    year.publishes(quarter, *CAST)
    assert "not returned" in year.told(CLYDE, quarter).lower()


def second_quarter(year: Year) -> None:
    """Its opening is moved; a rating is changed, disputed and decided on; words are held."""
    quarter = YEAR[1]
    year.on(date(2026, 9, 21))
    moves(year, quarter)
    year.agrees(quarter)
    year.statements[AVON.provider, quarter] = NAMED
    year.asks_and_chases(quarter, {-7: (AVON, DEE), 3: (BROOK,)}, FEWER)
    page = year.opens(CORA, f"{year.region}/{quarter}/queue")
    assert "3 returns are received and not confirmed" in words_of(page)
    year.press(page, "Tick all 2", "a")
    year.press(page, "Confirm those ticked")
    expect(page.locator("main")).to_contain_text("1 return is received and not confirmed")
    checks(year, quarter)
    answers(year, quarter)
    disputes(year, quarter)
    year.on(year.dates(quarter).challenge_ends)
    year.press(year.opens(CORA, case_of(year, quarter)), "Confirm this return")
    page = year.opens(AVON.email, f"/returns/{year.ref(AVON, quarter)}/reply")
    page.fill("#words", REPLY)
    year.press(page, "Save your reply")
    clears(year, quarter)
    year.publishes(quarter, *CAST)
    for words in (NAMED, SEEN, AGAINST, DECIDED, REPLY):
        assert words in year.told(AVON, quarter)


def moves(year: Year, quarter: str) -> None:
    """The opening is a week later than the policy has it, for a reason."""
    page = year.opens(CORA, f"{year.region}/schedule/{quarter}")
    year.press(page, "Move the opening", "a")
    later = CALENDAR.shift(year.dates(quarter).opens, 5)
    for part, value in (("", later.day), ("-month", later.month), ("-year", later.year)):
        page.fill(f"#opens{part}", str(value))
    page.fill("#reason", "The register is being mended.")
    year.press(page, "Move the opening")
    assert year.dates(quarter).opens == later
    year.on(CALENDAR.shift(later, -1))
    assert "No quarter opened here" in year.runs("round")


def case_of(year: Year, quarter: str) -> str:
    """Where Avon's return is, in the console."""
    return f"/console/returns/{year.ref(AVON, quarter)}"


def checks(year: Year, quarter: str) -> None:
    """The commissioner changes one rating of Avon's, and asks about another."""
    page = year.opens(CORA, f"{case_of(year, quarter)}/commitments/W2")
    page.check("input[name=rating][value=not_met]")
    page.fill("#why", SEEN)
    year.press(page, "Change the rating")
    page = year.opens(CORA, f"{case_of(year, quarter)}/commitments/W3")
    page.fill("#question", "How many families told you something this quarter?")
    year.press(page, "Ask")
    expect(page.locator("main")).to_contain_text("Your question is on its way")


def answers(year: Year, quarter: str) -> None:
    """Avon's lead answers the question, and its signing director signs."""
    here = f"/returns/{year.ref(AVON, quarter)}"
    page = year.opens(AVON.email, f"{here}/commitments/W3")
    page.fill("#public_statement", "Forty families told us something, and we wrote it down.")
    for button in ("Save and continue", "Save and continue"):
        year.press(page, button)
    year.opens(AVON.email, f"{here}/check")
    year.press(page, "Hand over for signing")
    page = year.opens(AVON.signer_email, f"{here}/sign")
    year.press(page, "Sign this return")


def disputes(year: Year, quarter: str) -> None:
    """The provider disputes the changed rating, and somebody from outside decides for it."""
    here = f"/returns/{year.ref(AVON, quarter)}/commitments/W2/dispute"
    page = year.opens(AVON.email, here)
    page.fill("#words", AGAINST)
    year.press(page, "Dispute this rating")
    page = year.opens(IRIS, "/console")
    year.press(page, "Avonbridge", "a")
    page.check("input[name=stands][value=own]")
    page.fill("#why", DECIDED)
    year.press(page, "Decide")
    expect(page.locator("main")).to_contain_text("No dispute waits for a decision")


def clears(year: Year, quarter: str) -> None:
    """Somebody who did not write them lets the held words through."""
    page = year.opens(ANN, f"{year.region}/{quarter}/release/{year.ref(AVON, quarter)}")
    while page.locator("main >> a:has-text('Look at the words')").count():
        year.press(page, "Look at the words", "a")
        page.fill("#reason", "They agreed to be named.")
        year.press(page, "Clear these words")


def third_quarter(year: Year) -> None:
    """The seminar's pack freezes by itself; the page before is revised, with its number."""
    quarter, before = YEAR[2], YEAR[1]
    year.on(date(2026, 12, 18))
    year.agrees(quarter)
    due = year.dates(quarter).due
    freezes = frozen_from(POLICY, due, CALENDAR)
    rungs = (*FEWER, CALENDAR.between(due, freezes))
    year.asks_and_chases(quarter, {-7: (AVON, BROOK, DEE)}, rungs)
    page = year.opens(CORA, f"{year.region}/packs")
    year.press(page, "Seminar pack", "a")
    assert f"Frozen on {say(freezes)}" in words_of(page)
    assert year.keeps(page, "PDF").startswith(b"%PDF")
    for player in (AVON, BROOK, DEE):
        page = year.opens(CORA, f"/console/returns/{year.ref(player, quarter)}")
        year.press(page, "Confirm this return")
    year.publishes(quarter, *CAST)
    released = f"{year.region}/{before}/release/{year.ref(AVON, before)}"
    page = year.opens(CORA, released)
    year.press(page, "Revise this page", "a")
    page.fill("#reason", "A date in the reply was wrong.")
    year.press(page, "Open it for a revision")
    year.releases(before, AVON)
    year.runs("publish")
    assert "A date in the reply was wrong." in year.told(AVON, before)
    page = year.opens(CORA, released)
    assert "Revision 2, 10 March 2027" in words_of(page)


def fourth_quarter(year: Year) -> None:
    """A page is taken down, and the year is kept as packs."""
    quarter, before = YEAR[3], YEAR[2]
    year.on(date(2027, 3, 22))
    year.agrees(quarter)
    year.asks_and_chases(quarter, {-7: (AVON, BROOK, DEE)}, FEWER)
    year.publishes(quarter, *CAST)
    page = year.opens(ANN, f"{year.region}/{before}/release/{year.ref(BROOK, before)}")
    year.press(page, "Take this page down", "a")
    page.fill("#reason", "It told of somebody who could be known from it.")
    year.press(page, "Take the page down")
    year.runs("publish")
    assert "It told of somebody who could be known from it." in year.told(BROOK, before)
    assert "We ring families back" not in year.told(BROOK, before)
    packs(year, quarter)
    page = year.opens(CORA, year.region)
    rows = page.locator("main table").first.locator("tbody tr").all()
    assert len(rows) == len(YEAR)
    for row in rows:
        found = [int(cell) for cell in re.findall(r"\b(\d)\b(?!%)", row.inner_text())]
        assert found[0] == sum(found[1:]) == len(CAST)
    page = year.opens(CORA, f"{year.region}/actions")
    assert PROMISE.title in words_of(page)
    for path in ("scores", "record", "letters", "register", "team", "schedule"):
        year.opens(CORA, f"{year.region}/{path}")


def packs(year: Year, quarter: str) -> None:
    """The quarter's report, a provider's evidence for a tender, and who did not answer for long."""
    for kind, of, said in (
        ("assurance", "", CLYDE.site_name),
        ("tender", AVON.provider, AVON.site_name),
        ("contract", "", CLYDE.site_name),
    ):
        page = year.opens(CORA, f"{year.region}/packs")
        page.check(f"input[name=kind][value={kind}]")
        page.select_option("#quarter", quarter)
        page.select_option("#of", of)
        year.press(page, "Make this pack")
        assert said in words_of(page)
        assert said.encode() in year.keeps(page, "CSV")
        assert year.keeps(page, "Spreadsheet").startswith(b"PK")
        assert year.keeps(page, "PDF").startswith(b"%PDF")
