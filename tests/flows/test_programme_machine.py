"""The whole programme in any order of events: what the record holds is always what it should be.

`make machine` plays 10,000 of them, or as many as EXAMPLES says.
"""

import csv
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from charter.folding import fold
from charter.ledger import canonical, digest
from charter.policy import Anchor
from charter.quarters import LONDON, BeyondHorizon, london_date
from charter.returns import State
from charter.steps import Reminded, Unsent
from charter.words import STATE_WORDS
from flows import grouping
from flows.post import Post
from flows.status import status
from notifications import outbox
from notifications.channels.base import Accepted, Channel, Handover, Outcome, Refused, addresses
from notifications.channels.files import FileChannel
from notifications.channels.receipts import Fault, Receipt
from notifications.outbox import LetterState
from portal.console import sheets
from portal.console.cycle import stands
from providers import (
    answering,
    checking,
    cycles,
    ledger,
    lives,
    overview,
    pauses,
    publications,
    register,
    returns,
)
from providers.answering import Incomplete, Overtaken
from providers.cycles import NotAllowed
from providers.database import Database, open_engine
from tests.support.databases import migrate
from tests.support.drawn import build_pages
from tests.support.programme import COMMISSIONER, SMALL, Programme

SITES = (("AVON", "AVB"), ("AVON", "AVC"), ("BROOK", "BRB"), ("CLYDE", "CLB"))
LEADS = ("avon@avon.example", "brook@brook.example", "clyde@clyde.example")
SCOPES = ("everything", "sample", "AVON", "BROOK")
DEATHS = ("before", "after")
EXAMPLES = int(os.environ.get("MACHINE_EXAMPLES", "200"))
LEASED = outbox.LEASE + timedelta(minutes=1)

site = st.sampled_from(SITES)


class Killed(BaseException):
    """The worker is gone: nothing after this moment happens in its name."""


@dataclass
class Fickle:
    """File mail that turns some addresses away, and may take its worker down with it."""

    inner: FileChannel
    refuses: set[str] = field(default_factory=set)
    dies: str = ""
    back: dict[str, Fault] = field(default_factory=dict)
    name: str = "file"
    pace: int | None = None
    line: Handover | None = None

    @contextmanager
    def open(self) -> Iterator["Fickle"]:
        with self.inner.open() as self.line:
            yield self

    def offer(self, message: EmailMessage) -> Outcome | None:
        if addresses(message)[1] in self.refuses:
            return Refused("550 no such mailbox")
        assert self.line is not None
        return self.line.offer(message)

    def hand(self, message: EmailMessage) -> Outcome:
        assert self.line is not None
        if self.dies == "before":
            raise Killed
        outcome = self.line.hand(message)
        if self.dies:
            raise Killed
        assert isinstance(outcome, Accepted)
        return outcome

    def ask(self, key: str, *more: Any) -> bool | None:
        return self.inner.ask(key, *more)

    def receipts(self, keys: Sequence[str]) -> Mapping[str, Receipt]:
        """What came back days later."""
        return {key: Receipt("no such mailbox", self.back[key]) for key in keys if key in self.back}


def _template() -> Path:
    """A database in which the region has just begun, made once and copied for each example."""
    folder = Path(tempfile.mkdtemp(prefix="charter-machine-"))
    path = folder / "begun.db"
    migrate(f"sqlite:///{path}")
    engine = open_engine(f"sqlite:///{path}")
    Programme(Database(engine), folder / "home").begin()
    engine.dispose()
    return path


class ProgrammeMachine(RuleBasedStateMachine):
    """One region with four services, from the day its quarter opens."""

    template: Path | None = None

    @initialize()
    def begin(self) -> None:
        cls = type(self)
        cls.template = cls.template or _template()
        self.folder = Path(tempfile.mkdtemp(prefix="charter-machine-"))
        shutil.copyfile(cls.template, self.folder / "charter.db")
        self.engine = open_engine(f"sqlite:///{self.folder / 'charter.db'}")
        self.programme = Programme(Database(self.engine), self.folder)
        self.now = datetime(2026, 10, 1, 9, 0, tzinfo=LONDON)
        self.channel = Fickle(FileChannel(self.folder / "mail"))
        self.programme.post = self.post_through(self.channel)
        self.first_calendar = self.programme.post.calendar
        self.gone: set[str] = set()
        self.run()

    def teardown(self) -> None:
        if hasattr(self, "engine"):
            self.engine.dispose()
            shutil.rmtree(self.folder, ignore_errors=True)

    def post_through(self, channel: Channel) -> Post:
        post = self.programme.post
        return replace(post, letters=replace(post.letters, channel=channel))

    # ------------------------------------------------------------------ what the engine does

    @property
    def when(self) -> str:
        return self.now.astimezone(LONDON).isoformat()

    def run(self) -> None:
        """A round, and the letters of it; people act once these have left."""
        self.programme.open(self.when)
        self.programme.deliver(self.when)
        self.now += timedelta(minutes=1)

    @rule(days=st.integers(1, 4))
    def days_pass(self, days: int) -> None:
        for _ in range(days):
            self.now += timedelta(days=1)
            self.run()

    @rule(days=st.integers(1, 20))
    def the_engine_is_away(self, days: int) -> None:
        self.now += timedelta(days=days)
        self.run()

    @rule()
    def a_flow_is_replayed(self) -> None:
        heard = -1
        while heard != self.refusals():  # what a refusal brings about is news, and no replay
            heard = self.refusals()
            self.run()
        before = self.entries()
        self.run()
        assert self.entries() == before

    def refusals(self) -> int:
        """How many letters have been turned away."""
        with self.programme.database.reading() as session:
            return outbox.counts(session)[LetterState.REFUSED]

    @rule(dies=st.sampled_from(DEATHS), days=st.integers(0, 3))
    def a_worker_is_killed(self, dies: str, days: int) -> None:
        self.now += timedelta(days=days)
        self.programme.open(self.when)
        self.channel.dies = dies
        try:
            self.programme.deliver(self.when)
        except Killed:
            self.now += LEASED
        finally:
            self.channel.dies = ""
        self.programme.deliver(self.when)
        self.now += timedelta(minutes=1)
        with self.programme.database.reading() as session:
            standing = outbox.counts(session)
        assert standing[LetterState.HANDING] == 0
        assert standing[LetterState.IN_DOUBT] == 0

    @rule()
    def pages_are_published(self) -> None:
        """However few of them are made again, they are as if all of them were."""
        self.programme.score(self.when)
        database, calendar = self.programme.database, self.programme.post.calendar
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(grouping, "TOGETHER", 1)
            self.programme.publish(self.when)
            with database.reading() as session:
                anew = build_pages(session, self.now, calendar)
                newest = publications.newest(session)
        assert (newest.pages if newest else {}) == {
            key: digest(canonical(page)) for key, page in anew.items()
        }

    # ------------------------------------------------------------------ what people do

    @rule(which=site)
    def a_return_is_started(self, which: tuple[str, str]) -> None:
        here = self.programme.ref(*which)
        document = self.programme.filled(here)
        with self.programme.database.writing() as session, _unless_refused():
            person = answering.people(session, here, self.now)[0].person_id
            version = returns.draft(session, here).version
            answering.save_draft(session, here, document, self.now, person, version=version)

    @rule(which=site)
    def a_return_is_signed(self, which: tuple[str, str]) -> None:
        with _unless_refused():
            self.programme.submit(*which, self.when)

    @rule(which=site)
    def the_commissioner_asks(self, which: tuple[str, str]) -> None:
        self.check(which, lambda *s: checking.challenge(s[0], s[1], "W2", "How many?", *s[2:]))

    @rule(which=site)
    def the_commissioner_confirms(self, which: tuple[str, str]) -> None:
        self.check(which, checking.confirm)

    @rule(which=site, days=st.integers(1, 25))
    def more_time_is_given(self, which: tuple[str, str], days: int) -> None:
        until = london_date(self.now) + timedelta(days=days)
        self.check(which, lambda *s: checking.extend(s[0], s[1], until, "Ill.", "Ill.", *s[2:]))

    def check(self, which: tuple[str, str], act: Any) -> None:
        here, person = self.programme.ref(*which), self.programme.person(COMMISSIONER)
        with self.programme.database.writing() as session, _unless_refused():
            act(session, here, self.now, person)

    @rule(scope=st.sampled_from(SCOPES), stop=st.booleans())
    def something_is_paused_or_goes_on(self, scope: str, stop: bool) -> None:
        with self.programme.database.writing() as session:
            if scope == "sample":
                if stop:
                    cycles.pause(session, scope, "A test.", self.now, "operator")
                else:
                    cycles.resume(session, scope, self.now, "operator")
                return
            held = scope if scope == pauses.EVERYTHING else pauses.scope_of("sample", scope)
            if stop:
                pauses.pause(session, held, "A test.", self.now, "operator")
            else:
                pauses.resume(session, held, self.now, "operator")

    @rule(email=st.sampled_from(LEADS))
    def an_address_begins_to_refuse(self, email: str) -> None:
        self.channel.refuses.add(email)

    @rule(data=st.data(), fault=st.sampled_from(list(Fault)))
    def a_letter_comes_back(self, data: st.DataObject, fault: Fault) -> None:
        with self.programme.database.reading() as session:
            sent = [each.key for each in outbox.listing(session, LetterState.SENT)]
        if sent:
            self.channel.back[data.draw(st.sampled_from(sent))] = fault
        self.run()

    @rule(days=st.integers(0, 60))
    def a_bank_holiday_is_added(self, days: int) -> None:
        calendar = self.programme.post.calendar
        day = london_date(self.now) + timedelta(days=days + 1)
        if not calendar.is_working_day(day):
            return
        before = self.due_dates()
        more = replace(
            calendar,
            holidays={**calendar.holidays, day: "A day for the whole country"},
            version=f"{calendar.version}+",
        )
        self.programme.post = replace(self.programme.post, calendar=more)
        self.run()
        after = self.due_dates()
        assert all(before[i] <= after[i] for i in before if before[i] and after[i])

    def due_dates(self) -> dict[int, Any]:
        with self.programme.database.reading() as session:
            refs = returns.refs(session)
            return {i: life.due for i, life in lives.lives(session, [r.id for r in refs]).items()}

    @precondition(lambda self: len(self.gone) < 2)
    @rule(email=st.sampled_from(LEADS), back=st.booleans())
    def a_contact_leaves(self, email: str, back: bool) -> None:
        self.gone = self.gone - {email} if back else self.gone | {email}
        text = "\n".join(
            line for line in SMALL.splitlines() if not any(f",{who}," in line for who in self.gone)
        )
        with self.programme.database.writing() as session:
            read = register.check(f"{text}\n".encode(), "small.csv")
            policy = cycles.newest(session, "policy")
            register.import_register(
                session, read, self.now, "operator", policy_version=policy, yes=True
            )

    # ------------------------------------------------------------------ what is always so

    def entries(self) -> int:
        with self.programme.database.reading() as session:
            return ledger.head(session)[0]

    @invariant()
    def the_fold_is_what_is_stored(self) -> None:
        with self.programme.database.reading() as session:
            assert not list(lives.stale_caches(session))
            assert not ledger.verify(session)
            status(session, self.now)  # refuses to count what does not add up

    @invariant()
    def the_console_adds_up_on_its_page_in_its_file_and_by_script(self) -> None:
        """The same counts from the standings, from the table that is kept, and from the fold."""
        today = london_date(self.now)
        with self.programme.database.reading() as session:
            told = status(session, self.now)["cycles"]
            here = [stands(session, cycle, today) for cycle in cycles.cycles(session)]
            tallies = overview.tallies(session, "sample", today)
        for one, by_script in zip(here, told, strict=True):
            sheet = sheets.told(one.owed, one.cycle, one.charter, one.policy, today)
            text = bytes(sheets.answer(sheet, "csv", "returns").body).decode("utf-8-sig")
            states = [row["state"] for row in csv.DictReader(text.splitlines())]
            counts = dict(by_script["counts"])
            assert len(states) == one.tally.expected == counts.pop("expected")
            assert {state.value: many for state, many in one.tally.states.items()} == counts
            assert {s: states.count(STATE_WORDS[s].console) for s in State} == one.tally.states
            if one.owed:
                assert tallies[one.cycle.id] == one.tally

    @invariant()
    def the_letters_owed_are_the_letters_made(self) -> None:
        """What a refused letter said is either owed to nobody or said again in another."""
        with self.programme.database.reading() as session:
            owed: set[tuple[str, str, str, int]] = set()
            for ref in returns.refs(session):
                for happened in lives.history(session, ref.id):
                    step = happened.step
                    if isinstance(step, Reminded | Unsent):
                        said = (step.letter, f"return:{ref.id}", step.rung, step.occasion)
                        (owed.add if isinstance(step, Reminded) else owed.discard)(said)
            keys = [e.key for e in outbox.listing(session) if e.state != LetterState.REFUSED]
            owed = {said for said in owed if said[0] in keys}
            made = {
                (key, row.subject, row.topic, row.occasion)
                for key, rows in outbox.lines_of(session, keys).items()
                for row in rows
                if not row.dropped
            }
        assert owed == made

    @invariant()
    def the_letters_sent_are_the_files_there_are(self) -> None:
        """Those that came back days later were sent too."""
        with self.programme.database.reading() as session:
            sent = {each.key for each in outbox.listing(session, LetterState.SENT)}
            sent |= {e.key for e in outbox.listing(session) if e.receipt}
        assert {path.stem for path in (self.folder / "mail").glob("*.eml")} == sent

    @invariant()
    def nobody_is_chased_after_receipt_or_before_the_due_date(self) -> None:
        with self.programme.database.reading() as session:
            letters = {each.key: each for each in outbox.listing(session, LetterState.SENT)}
            lines = outbox.lines_of(session, list(letters))
            refs = {f"return:{r.id}": r for r in returns.refs(session)}
            policies = {
                v: cycles.policy_of(session, v) for v in {r.policy_version for r in refs.values()}
            }
            histories = lives.histories(session, [r.id for r in refs.values()])
        seen = set()
        for key, letter in letters.items():
            assert letter.day.weekday() < 5
            assert letter.day not in self.first_calendar.holidays
            assert (letter.to_person, letter.day) not in seen
            seen.add((letter.to_person, letter.day))
            assert letter.settled_at is not None
            for row in lines[key]:
                ref = refs[row.subject]
                rung = policies[ref.policy_version].find(row.topic)
                if row.dropped or not rung.is_chaser:
                    continue
                written = letter.handed_at or letter.settled_at
                then = fold(h for h in histories[ref.id] if h.at < written)
                assert not then.is_received, (key, row.topic)
                if rung.anchor is Anchor.DUE and rung.offset > 0:
                    assert then.due is not None
                    assert london_date(written) > then.due, (key, row.topic)


def _unless_refused() -> AbstractContextManager[None]:
    """The product may say no to an act that does not fit; that is an answer too."""
    return suppress(NotAllowed, Incomplete, Overtaken, BeyondHorizon)


TestProgramme = ProgrammeMachine.TestCase
TestProgramme.settings = settings(
    max_examples=EXAMPLES,
    stateful_step_count=16,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
