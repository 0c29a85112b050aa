"""The portal on a stage: the cast in two regions, a quarter behind them, and one just opened."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import create_engine
from sqlalchemy.pool import StaticPool

from charter.answers import ActionLine, Evidence, PersonNamed, ReturnDocument
from charter.commitments import read_charter
from charter.packs import PackKind
from charter.policy import Role
from charter.quarters import london_date
from charter.steps import Rating
from flows.settings import Settings
from flows.stewarding import Stewardship
from flows.wiring import assemble
from notifications import outbox
from portal.app import create_app
from portal.cookies import Cookies
from portal.keys import hash_of, new_secret
from portal.signin.oidc import IdentityProvider
from providers import (
    answering,
    cycles,
    evidence,
    lives,
    opening,
    packs,
    register,
    requests,
    returns,
    sessions,
    staff,
    stand_ins,
)
from providers.database import Database
from providers.evidence import Cabinet
from providers.packing import Asking
from providers.returns import Ref
from tests.support import files
from tests.support.cast import AVON, BROOK, CAST, CLYDE, DEE, Player, at
from tests.support.counting import measures_given, spotlight_given
from tests.support.pages import BASE, Page, PageClient
from tests.support.rules import CALENDAR, CHARTER_TEXT, POLICY_TEXT

LAST, QUARTER = "2026-27-Q1", "2026-27-Q2"
CORA = "cora@commissioner.example"
ANN = "ann@commissioner.example"
LENA = "lena@partner.example"
RITA = "rita@commissioner.example"
ADAM = "adam@commissioner.example"
IRIS = "iris@outside.example"
OTTO = "otto@elsewhere.example"
MONA = "mona@avon.example"
EVE = "eve@elsewhere.example"
TEAM = (
    ("Cora Check", CORA, "Sample", "commissioner"),
    ("Ann Approve", ANN, "Sample", "approver"),
    ("Lena Listen", LENA, "Sample", "listening_partner"),
    ("Rita Read", RITA, "Sample", "reader"),
    ("Otto Other", OTTO, "Elsewhere", "commissioner"),
    ("Adam Admin", ADAM, "Sample", "administrator"),
    ("Iris Impartial", IRIS, "Sample", "arbiter"),
)


def serving(*roles: str, region: str = "Sample") -> set[str]:
    """The addresses of those on a region's team, in any of these roles if some are named."""
    return {e for _, e, where, role in TEAM if where == region and role in (roles or (role,))}


HEADER = (
    "region,site_code,site_name,provider_code,provider_name,party,service_role,service_from,"
    "service_to,contact_name,contact_email,contact_role"
)
REQUEST = "families-ring-back"


def register_text() -> str:
    """Each player with one prison in Sample, and Eve with one in Elsewhere."""
    rows = [HEADER]
    for player in CAST:
        people = [
            (player.name, player.email, "lead"),
            (player.signer, player.signer_email, "signer"),
        ]
        if player is AVON:
            people += [("Ash", "ash@avon.example", "deputy"), ("Mona", MONA, "contract_manager")]
        rows += [_row("Sample", player, *person) for person in people]
    eve = Player("Eve", "works elsewhere", "EVE", "EVB", signer="Ed")
    rows += [
        _row("Elsewhere", eve, "Eve", EVE, "lead"),
        _row("Elsewhere", eve, "Ed", "ed@elsewhere.example", "signer"),
    ]
    return "\n".join([*rows, ""])


def _row(region: str, player: Player, name: str, email: str, role: str) -> str:
    return (
        f"{region},{player.site},{player.site_name},{player.provider},{player.provider_name},"
        f"provider,prime,2024-04-01,,{name} {player.name}son,{email},{role}"
    )


@dataclass
class Stage:
    """An app with its clock, its messages, and quick ways to bring a return along."""

    database: Database
    site_folder: Path | None = None
    base_url: str = BASE
    now: datetime = field(default_factory=lambda: at("2026-10-05T09:00"))
    messages: list[tuple[str, str, str, str]] = field(default_factory=list)
    oidc: IdentityProvider | None = None
    later: Callable[[Callable[[], object]], object] = lambda act: act()
    second_factor: bool = False
    """Whether a team that comes by a link must show a second factor, as in production."""
    also: str = ""
    """More rows of the register, for a test with more prisons."""
    charter_text: str = CHARTER_TEXT
    piece: Evidence = field(
        default_factory=lambda: Evidence(title="Call log", dated=date(2026, 6, 1))
    )
    """What stands as evidence of every filled-in answer; its file, if any, is `files.PDF`."""
    cabinet: Cabinet = field(init=False)

    def __post_init__(self) -> None:
        beside = self.site_folder or Path("/nowhere/site")
        self.cabinet = Cabinet(beside.with_name("evidence"))
        self.send: Callable[..., None] = lambda *message: self.messages.append(message)
        self.open_app()

    def open_app(self) -> None:
        """The app as it is told to be reached; again, when that changes."""
        self.app = create_app(
            self.database,
            lambda: self.now,
            send_sign_in=lambda *message: self.send(*message),
            base_url=self.base_url,
            secret_key="a secret of the tests",
            site_folder=self.site_folder,
            calendar=CALENDAR,
            production=self.base_url.startswith("https"),
            cabinet=self.cabinet,
            oidc=self.oidc,
            later=lambda act: self.later(act),
            steward=self.steward(),
            second_factor=self.second_factor,
        )

    def steward(self) -> Stewardship:
        """The real one; what it hands over are files beside the site."""
        home = (self.site_folder or Path("/nowhere/site")).parent
        settings = Settings(_env_file=None, home=home, base_url=self.base_url)
        return Stewardship(assemble(settings, lambda: self.now, self.database, home))

    def play(self) -> "Stage":
        """Two regions, one signed quarter of Avon's behind, and the next one opened.

        SQLite is played once in a process for each Charter and register, and copied from then on.
        """
        key = (self.charter_text, self.also, self.piece.model_dump_json())
        once = self.database.engine.dialect.name == "sqlite" and not self.piece.sha
        if once and key in _PLAYED:
            _copy(_PLAYED[key], self.database)
            self.now = at("2026-10-05T09:00")
            return self
        self._play()
        if once:
            _PLAYED[key] = Database(create_engine("sqlite://", poolclass=StaticPool))
            _copy(self.database, _PLAYED[key])
        return self

    def _play(self) -> None:
        self.begin()
        self.now = at("2026-07-01T09:00")
        with self.database.writing() as session:
            opening.open_due(session, self.now, CALENDAR)
        here = self.ref(AVON, LAST)
        if self.piece.sha:
            name, who = self.piece.file, "person:1"
            with self.database.writing() as session:
                evidence.take(session, self.cabinet, here, name, files.PDF, self.now, who)
        self.submit(AVON, self.filled(here, actions=(_promise(),)), at("2026-07-20T10:00"))
        with self.database.writing() as session:
            requests.enter_request(
                session,
                id=REQUEST,
                region=here.region,
                site=AVON.site,
                party=AVON.provider,
                commitment=CHARTER_IDS[2],
                text="Ring us back when we leave a message about somebody’s health.",
                source="a visits hall morning",
                heard_on=date(2026, 8, 3),
                now=at("2026-08-04T10:00"),
                by="operator",
            )
            opening.open_due(session, at("2026-10-01T09:00"), CALENDAR)
        self.now = at("2026-10-05T09:00")

    def begin(self) -> None:
        """The rules on record, the register of two regions, and their teams; no quarter yet."""
        began = at("2026-06-15T09:00")
        with self.database.writing() as session:
            version = read_charter(self.charter_text).version
            cycles.keep_rulebook(session, "charter", version, self.charter_text)
            cycles.keep_rulebook(session, "policy", "2026.4", POLICY_TEXT)
            read = register.check((register_text() + self.also).encode(), "stage.csv")
            assert not read.problems, read.problems
            register.import_register(session, read, began, "operator", policy_version="2026.4")
            codes = {r.name: r.code for r in register.regions(session)}
            for name, email, region, role in TEAM:
                staff.add(
                    session,
                    began,
                    "operator",
                    email=email,
                    region_code=codes[region],
                    role=role,
                    name=name,
                )

    def ref(self, player: Player = AVON, quarter: str = QUARTER) -> Ref:
        """The return a player owes."""
        with self.database.reading() as session:
            return returns.find(session, player.provider, player.site, quarter)

    def ref_of_eve(self) -> Ref:
        """The return of the other region."""
        with self.database.reading() as session:
            return returns.find(session, "EVE", "EVB", QUARTER)

    def filled(self, here: Ref, **changes: Any) -> ReturnDocument:
        """A whole document, ready to sign."""
        with self.database.reading() as session:
            blank = returns.template(session, here)
        answers = tuple(
            answer.model_copy(
                update={
                    "rating": Rating.FULLY if number else Rating.PARTLY,
                    "reason": "" if number else "Two posts in the team were empty.",
                    "public_statement": "We ring families back within two working days.",
                    "narrative": "A nurse keeps a list and a deputy checks it weekly.",
                    "evidence": (self.piece,),
                    "confirmed": True,
                }
            )
            for number, answer in enumerate(blank.answers)
        )
        replies = tuple(
            reply.model_copy(update={"answer": "partly", "words": "On weekdays, yes."})
            for reply in blank.replies
        )
        kept_up = {"status": "in_progress", "due": date(2027, 1, 31), "reason": "Cards ran out."}
        promises = tuple(line.model_copy(update=kept_up) for line in blank.actions)
        figures = {"measures": measures_given(blank), "spotlight": spotlight_given(blank)}
        said = {"answers": answers, "replies": replies, "actions": promises}
        filled = {**said, **figures, **changes}
        return blank.model_copy(update=filled)

    def submit(self, player: Player, document: ReturnDocument, when: datetime) -> None:
        """Hand in and sign a whole document."""
        here = self.ref(player, document.quarter)
        named = document.model_copy(
            update={
                "prepared_by": PersonNamed(name=player.name, email=player.email),
                "signed_by": PersonNamed(name=player.signer, email=player.signer_email),
            }
        )
        with self.database.writing() as session:
            answering.submit(session, here, named, when)

    def signed(self) -> tuple[Ref, str]:
        """Avon's return of last quarter, and the fingerprint of what was signed."""
        here = self.ref(AVON, LAST)
        with self.database.reading() as session:
            return here, lives.lives(session, [here.id])[here.id].document

    def stand_in(self) -> int:
        """The number of Dora's standing in as Avon's deputy, named now if she was not yet."""
        here, today = self.ref(), london_date(self.now)
        with self.database.writing() as session:
            for one in stand_ins.current(session, here, self.now):
                return one.id
            lead, role = self.person(AVON.email), Role.DEPUTY
            return stand_ins.name(
                session, here, role, "Dora", "dora@avon.example", today, today, self.now, lead
            )

    def person(self, email: str) -> int:
        """The number of the person with that address."""
        with self.database.reading() as session:
            found = register.person_by_email(session, email)
        assert found is not None, email
        return found.person_id

    def member(self, email: str) -> int:
        """The number of that person's newest role in a team."""
        with self.database.reading() as session:
            return max(one.id for one in staff.listing(session) if one.email == email)

    def pack(self) -> str:
        """The kind of a pack of the region that is kept, made now if it was not."""
        region, kind = self.ref().region, PackKind.ASSURANCE
        with self.database.writing() as session:
            if packs.find(session, region, QUARTER, kind) is None:
                cycle = cycles.cycle_of(session, region, QUARTER)
                packs.make(session, Asking(kind, cycle), self.now, "operator")
        return kind.value

    def letter(self, player: Player = AVON) -> str:
        """The key of a letter to a player about their return, put in the queue if it was not."""
        here, key = self.ref(player), f"{player.provider}-letter".lower()
        with self.database.writing() as session:
            outbox.enqueue(
                session,
                key=key,
                person=self.person(player.email),
                email=player.email,
                kind="request",
                region=here.region,
                day=london_date(self.now),
                lines=(outbox.Line(f"return:{here.id}", "request"),),
                now=self.now,
            )
        return key

    def link(self, email: str) -> str:
        """The path of the newest link sent to an address."""
        link = next(message[2] for message in reversed(self.messages) if message[0] == email)
        return re.sub(r"^https?://[^/]+", "", link)

    def sign_in(self, client: PageClient, email: str) -> Page:
        """Sign somebody in as a person would, and give the page they land on."""
        client.get("/sign-in").submit({"email": email}, button="Send me a link")
        return client.get(self.link(email)).submit(button="Sign in")

    def enters(self, open_pages: Callable[..., PageClient], email: str) -> PageClient:
        """A browser of its own with somebody signed in, as though they had followed their link."""
        client = open_pages(self.app, base_url=self.base_url)
        person, secret = self.person(email), new_secret()
        with self.database.writing() as session:
            assert sessions.may_enter(session, person, london_date(self.now)), email
            sessions.begin(session, person, hash_of(secret), new_secret(), self.now)
        name = Cookies(secure=self.base_url.startswith("https")).name("session")
        client.http.cookies.set(name, secret, domain=urlsplit(self.base_url).hostname or "")
        return client


_PLAYED: dict[tuple[str, str, str], Database] = {}


def _copy(source: Database, target: Database) -> None:
    """Everything in one SQLite database over everything in another."""
    with source.engine.connect() as here, target.engine.connect() as there:
        begun: Any = here.connection.driver_connection
        begun.backup(there.connection.driver_connection)


def _promise() -> ActionLine:
    return ActionLine(
        commitment=CHARTER_IDS[1],
        title="Put a consent card in every reception pack",
        owner="Head of healthcare",
        due=date(2026, 9, 30),
        status="planned",
    )


CHARTER_IDS = re.findall(r'^id = "(W\d+)"', CHARTER_TEXT, re.MULTILINE)
PLAYERS = (AVON, BROOK, CLYDE, DEE)
