"""The story of the invented region, told in this process, and what the record then holds."""

import json
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlmodel import Session

from charter.document import ReturnDocument
from charter.quarters import london_date
from charter.returns import Life, State
from charter.scoring import Receipt
from charter.steps import Reminded, Step
from flows import wiring
from flows.sample.acts import Act, InProcess
from flows.sample.story import story
from flows.sample.telling import settle, tell
from flows.settings import Settings
from flows.status import receipts_on_record, status
from flows.wiring import App
from notifications import outbox
from providers import actions, ledger, lives, publications, register, returns
from providers.database import Database, open_engine
from providers.returns import Ref

LOT = re.compile(r"(?<=-)[0-9a-f]{8}$")
"""What an id ends with where families were counted."""


class Killed(BaseException):
    """The process was ended here, as far as the test is concerned."""


class Mortal(Database):
    """A database whose user is killed at the last of so many transactions.

    `late` kills just after it was committed; otherwise just before, so that it is lost.
    """

    def __init__(self, of: Database, left: int, *, late: bool) -> None:
        super().__init__(of.engine)
        self.left, self.late = left, late

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """One transaction, or the death of whoever asked for it."""
        self.left -= 1
        with super().writing() as session:
            yield session
            if self.left <= 0 and not self.late:
                raise Killed
        if self.left <= 0:
            raise Killed


@contextmanager
def fresh(folder: Path, template: Path) -> Iterator[App]:
    """The service over a copy of an empty SQLite database."""
    path = folder / "charter.db"
    shutil.copyfile(template, path)
    engine = open_engine(f"sqlite:///{path}")
    try:
        yield home_of(Database(engine), folder / "home")
    finally:
        engine.dispose()


def home_of(database: Database, home: Path) -> App:
    """The service over a fresh database, with the shipped rules on record."""
    home.mkdir(parents=True, exist_ok=True)
    wiring.keep_shipped_rules(database)
    return wiring.assemble(Settings(home=home), wiring.clock_at(None), database, home)


def tell_all(app: App, acts: list[Act], tell_of: Any = lambda said: None) -> datetime:
    """Tell the whole story, from wherever the record left off, to its end."""
    runner = InProcess(app)
    tell(app, acts, runner, tell_of)
    return settle(app, acts[-1].at, runner, tell_of)


def tell_dying(app: App, acts: list[Act], lives: Iterator[tuple[int, bool]]) -> int:
    """Tell the story, killed again and again; how often. Each life has a length, and an end."""
    for deaths, (left, late) in enumerate(lives):
        mortal = replace(app, database=Mortal(app.database, left, late=late))
        try:
            tell_all(mortal, acts)
        except Killed:
            continue
        return deaths
    raise AssertionError("there were not lives enough to finish the story")


def record(app: App) -> dict[str, Any]:
    """All that a second doing could have changed: ledger, letters, mail and the families' site."""
    with app.database.reading() as session:
        letters = [
            (letter.key, letter.state, letter.settled_at, letter.text)
            for letter in outbox.listing(session)
        ]
        mail = sorted(path.name for path in (app.home / "mail").glob("*.eml"))
        manifest = app.home / "site" / "manifest.json"
        site = manifest.read_bytes() if manifest.exists() else b""
        return {"ledger": ledger.head(session), "letters": letters, "mail": mail, "site": site}


def outcome(app: App) -> dict[str, Any]:
    """What is the same however often the telling was cut short; only salts and lots differ."""
    now = story()[-1].at
    with app.database.reading() as session:
        standing = status(session, now)
        entries = [(e.at, e.by, e.kind, LOT.sub("", e.subject)) for e in ledger.entries(session)]
        letters = [(plain(one.key), one.state, one.settled_at) for one in outbox.listing(session)]
    return {
        "cycles": standing["cycles"],
        "letters": letters,
        "entries": sorted(entries),
        "mail": sorted(plain(path.stem) for path in (app.home / "mail").glob("*.eml")),
    }


def plain(key: str) -> str:
    """A letter's key without what its region's salt makes of it: the same in every home."""
    return key.rpartition("-")[0]


class Record:
    """What the record and the families' pages hold of one return."""

    def __init__(self, app: App, party: str, site: str, quarter: str = "2026-27-Q2") -> None:
        with app.database.reading() as session:
            self.ref: Ref = returns.find(session, party, site, quarter)
            self.life: Life = lives.lives(session, [self.ref.id])[self.ref.id]
            self.document: ReturnDocument | None = returns.signed_document(session, self.ref)
            receipts = receipts_on_record(session, {self.ref.id: self.life})
            self.receipt: Receipt | None = receipts.get(self.ref.id)
            self.steps: list[Step] = [
                happened.step for happened in lives.history(session, self.ref.id)
            ]
            key = (party, self.ref.site_id)
            self.promises = actions.promises(session, [key])[key]
            page = publications.newest(session)
            assert page is not None
            pages = publications.pages_of(session, page)
        self.page: dict[str, Any] = (
            pages.get(f"prisons/{self.ref.site}/{quarter}")
            or pages[f"commissioners/sample/{quarter}"]
        )
        self.account = next(
            one for one in self.page["accounts"] if one["party_code"] == self.ref.party
        )

    @property
    def state(self) -> State:
        """How it is counted when the story ends."""
        return self.life.state(story()[-1].at)

    def told(self) -> str:
        """The whole page as text."""
        return json.dumps(self.page, ensure_ascii=False)

    def reminded(self, app: App, role: str) -> list[str]:
        """The rungs said to whoever holds a role, in order."""
        with app.database.reading() as session:
            on = london_date(story()[-1].at)
            contacts = register.contacts_of(session, [self.ref.service_id], on)
        people = {one.person_id for one in contacts[self.ref.service_id] if one.role.value == role}
        return [
            step.rung for step in self.steps if isinstance(step, Reminded) and step.person in people
        ]
