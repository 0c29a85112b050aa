"""People at their browsers through a year of the region, every page looked at for its sums."""

import csv
import html
import io
import re
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

from playwright.sync_api import Page, expect

from charter.answers import ActionLine, ReturnDocument
from charter.policy import Dates
from charter.quarters import Quarter, at, london_date
from charter.returns import State
from charter.words import STATE_WORDS
from flows.status import status
from flows.verifying import verify
from providers import coming
from providers.returns import Ref
from tests.portal.test_in_a_browser import Reader
from tests.support.cast import AVON, CAST, Player
from tests.support.rules import CALENDAR
from tests.support.stage import ANN, CORA, Stage

YEAR = ("2026-27-Q1", "2026-27-Q2", "2026-27-Q3", "2026-27-Q4")
RUNGS = (-10, -5, 0, 1, 5, 10)
FEWER = (-5, 5, 10)
"""On the other days nobody had anything done: the next run catches up."""
PROMISE = ActionLine(
    commitment="W2",
    title="Put a consent card in every reception pack",
    owner="Head of healthcare",
    due=date(2026, 9, 30),
    status="planned",
)
COUNTS = """() => [...document.querySelectorAll("dl.app-counts")].map(dl => [
  [...dl.querySelectorAll(".app-count:not(.app-count--sum) dd")].map(dd => Number(dd.innerText)),
  [...dl.querySelectorAll(".app-count--sum dd")].map(dd => Number(dd.innerText)),
])"""
"""Every row of counts on a page, beside the sum that it gives, if it gives one."""


@dataclass
class Year:
    """People at their browsers through the year, whose every page is looked at for its sums."""

    reader: Reader
    signed_in: dict[str, tuple[datetime, Page]] = field(default_factory=dict)
    statements: dict[tuple[str, str], str] = field(default_factory=dict)
    pages: int = 0
    sums: int = 0

    @property
    def stage(self) -> Stage:
        """The region, its clock, and the portal that is served of it."""
        return self.reader.stage

    @property
    def region(self) -> str:
        """Where the region's pages are."""
        return "/console/regions/sample"

    @property
    def home(self) -> Path:
        """The folder with the mail and the families' site."""
        assert self.stage.site_folder
        return self.stage.site_folder.parent

    def dates(self, quarter: str) -> Dates:
        """The dates of a quarter, open or to come."""
        with self.stage.database.reading() as session:
            today = london_date(self.stage.now)
            one = coming.ahead(session, "sample", CALENDAR, today).find(quarter)
        assert one
        assert one.dates
        return one.dates

    def on(self, day: date, hour: int = 9) -> None:
        """Let it be that London day."""
        self.stage.now = at(day, hour)

    def opens(self, email: str, path: str) -> Page:
        """A page as somebody opens it who signed in at this hour."""
        since, page = self.signed_in.get(email, (None, None))
        if since != self.stage.now or page is None:
            if page:
                page.context.close()
            page = self.reader.signed_in(email)
            self.signed_in[email] = (self.stage.now, page)
        answer = page.goto(self.stage.base_url + path)
        assert answer
        assert answer.status == 200, f"{email} at {path}: {answer.status}"
        return self.look(page)

    def press(self, page: Page, words: str, tag: str = "button") -> Page:
        """Press a button, or follow a link, and look at the page that comes."""
        page.click(f"main >> {tag}:has-text({words!r}) >> nth=0")
        return self.look(page)

    def look(self, page: Page) -> Page:
        """Nothing went wrong, and what the page counts adds up."""
        self.pages += 1
        where = page.url.removeprefix(self.stage.base_url)
        assert not page.locator(".nhsuk-error-summary").count(), f"{where}: {words_of(page)}"
        for parts, whole in page.evaluate(COUNTS):
            if whole:
                self.sums += 1
                assert sum(parts) == whole[0], f"{where}: {parts} is not {whole[0]}"
        text = words_of(page)
        for sum_, expected in re.findall(r"(\d+(?: \+ \d+)+) = (\d+) expected", text):
            assert sum(map(int, sum_.split(" + "))) == int(expected), where
        for many in re.findall(r"All (\d+) (?:returns|pages)\.", text):
            self.sums += 1
            assert int(many) == len(CAST), f"{where}: all {many}"
        return page

    def runs(self, *steps: str) -> str:
        """The commissioner has steps of the programme done now; what they came to."""
        said = []
        for step in steps:
            page = self.press(self.opens(CORA, f"{self.region}/schedule/run/{step}"), "now")
            for _ in range(5):  # a page waits so long for a step, and then says that it is running
                if not page.locator("main >> a:has-text('Look again')").count():
                    break
                page.wait_for_timeout(2000)
                self.press(page, "Look again", "a")
            expect(page.locator(".nhsuk-notification-banner")).to_contain_text("Done")
            said.append(page.locator(".nhsuk-notification-banner").inner_text())
            assert "fault of ours" not in said[-1]
        return " ".join(said)

    def ref(self, player: Player, quarter: str) -> int:
        """The number of the return that a player owes."""
        return self.stage.ref(player, quarter).id

    def agrees(self, quarter: str) -> None:
        """From today's page to the dates to come, into the plan, and a yes to it."""
        page = self.press(self.opens(CORA, "/console"), "Sample", "a")
        page.click("nav >> text=Dates to come")
        page = self.press(self.look(page), Quarter.parse(quarter).in_words, "a")
        assert re.search(r"4 returns will be asked for, in \d\d letters", words_of(page))
        self.press(page, "Agree to this plan")
        expect(page.locator("main")).to_contain_text("Agreed to. This plan is what happens")

    def counts(self, quarter: str) -> dict[State, int]:
        """The states on the quarter's page: the same there, in its CSV, and in the JSON."""
        page = self.opens(CORA, f"{self.region}/{quarter}")
        words = page.locator("dl.app-counts dt").all_inner_texts()
        shown = dict(zip(words, page.locator("dl.app-counts dd").all_inner_texts(), strict=True))
        found = {state: int(shown[STATE_WORDS[state].console]) for state in State}
        with page.expect_download() as kept:
            page.click("main >> a:has-text('CSV')")
        rows = list(csv.DictReader(io.StringIO(kept.value.path().read_text("utf-8-sig"))))
        with self.stage.database.reading() as session:
            told = status(session, self.stage.now)
        for state in State:
            said = sum(row["state"] == STATE_WORDS[state].console for row in rows)
            assert said == found[state], f"the CSV says {said} of {state}"
        cycle = next(
            one for one in told["cycles"] if (one["region"], one["quarter"]) == ("sample", quarter)
        )
        assert cycle["counts"] == {"expected": 4} | {s.value: found[s] for s in State}
        return found

    def asks_and_chases(
        self, quarter: str, signing: dict[int, tuple[Player, ...]], rungs: tuple[int, ...] = RUNGS
    ) -> None:
        """Open it by hand, and have each rung's day done; players sign so long after it is due."""
        dates = self.dates(quarter)
        self.on(dates.opens)
        assert "Opened" in self.runs("round", "deliver")
        assert self.counts(quarter)[State.NOT_STARTED] == len(CAST)
        for days in sorted({*rungs, *signing}):
            day = CALENDAR.shift(dates.due, days)
            self.on(day, 8)
            for player in signing.get(days, ()):
                here = self.stage.ref(player, quarter)
                self.stage.submit(player, self.filled(here), self.stage.now)
            self.on(day)
            if days in rungs:
                self.runs("round", "deliver")
                self.counts(quarter)

    def filled(self, here: Ref) -> ReturnDocument:
        """What a player says, the same each quarter but for what a test makes them say."""
        found = self.stage.filled(here)
        if words := self.statements.get((here.party, str(here.quarter))):
            first = found.answers[0].model_copy(update={"public_statement": words})
            found = found.model_copy(update={"answers": (first, *found.answers[1:])})
        if here.quarter == Quarter.parse(YEAR[0]) and here.party == AVON.provider:
            found = found.model_copy(update={"actions": (PROMISE,)})
        if str(here.quarter) == YEAR[-1]:
            kept = tuple(line.model_copy(update={"status": "done"}) for line in found.actions)
            found = found.model_copy(update={"actions": kept})
        return found

    def releases(self, quarter: str, *players: Player) -> None:
        """Two people approve the pages of players, and the commissioner has them published."""
        for email in (CORA, ANN):
            for player in players:
                page = self.opens(
                    email, f"{self.region}/{quarter}/release/{self.ref(player, quarter)}"
                )
                if page.locator("button:has-text('Draw the page')").count():
                    self.press(page, "Draw the page")
                self.press(page, "Approve to publish")
                expect(page.locator("main")).to_contain_text("Your approval is recorded")
        self.opens(CORA, f"{self.region}/release")
        self.opens(CORA, self.region)
        self.opens(CORA, "/console")

    def publishes(self, quarter: str, *players: Player) -> None:
        """The same, and out they go on the day of publication."""
        self.on(self.dates(quarter).publishes)
        self.releases(quarter, *players)
        assert f"{len(players)} return" in self.runs("score", "publish")

    def told(self, player: Player, quarter: str) -> str:
        """What families read of a player's quarter, as it stands in their site."""
        assert self.stage.site_folder
        text = (self.stage.site_folder / f"prisons/{player.site}/{quarter}.html").read_text("utf-8")
        return " ".join(re.sub(r"<[^>]+>", " ", html.unescape(text)).split())

    def keeps(self, page: Page, words: str) -> bytes:
        """A file, as a click on its link keeps it."""
        with page.expect_download() as kept:
            page.click(f"main >> a:has-text({words!r}) >> nth=0")
        return kept.value.path().read_bytes()

    def sound(self) -> None:
        """The record holds together, every letter was sent once, and nothing went wrong."""
        with self.stage.database.reading() as session:
            letters = status(session, self.stage.now)["letters"]
        mail = list((self.home / "mail").glob("*.eml"))
        assert letters["sent"] == len(mail) > 0
        assert not letters["in_doubt"]
        found = verify(self.stage.database, self.home)
        assert not found.wrong, found.wrong


def words_of(page: Page) -> str:
    """What the page says, single-spaced."""
    return " ".join(page.locator("main").inner_text().split())
