"""A programme of so many services to be killed in, and copies of it by the file or the template."""

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import psycopg
from sqlalchemy import make_url, text

from flows import wiring
from flows.post import Post
from flows.settings import Settings
from providers import cycles, register, staff
from providers.database import Database, open_engine
from tests.support.cast import at
from tests.support.databases import PostgresServer, migrate, postgres
from tests.support.programme import APPROVER, BEGAN, COMMISSIONER, HEADER, PARTNER

ROOT = Path(__file__).parents[2]
QUARTER = "2026-27-Q2"
OPENS = at("2026-10-01T09:00")
JOURNAL = "journal@charter.example"
PRISONS_EACH = 20
"""How many prisons one provider serves: its signer speaks for all of them, each lead for one."""
SURE = ("synchronous_commit", "full_page_writes")
"""What makes a commit of PostgreSQL survive the death of its server; only the cable is trusted."""


def lead(number: int, habit: str = "") -> str:
    """The address of a service's lead."""
    return f"{habit or 'lead'}-{number:05}@care{number // PRISONS_EACH}.example"


def signer(number: int) -> str:
    """The address of the signing director of a service's provider."""
    return f"signer-{number // PRISONS_EACH}@care{number // PRISONS_EACH}.example"


def register_text(services: int, habits: tuple[str, ...] = ()) -> str:
    """A register of so many prisons; the leads of the first ones have habits at the mail server."""
    lines = [HEADER]
    for number in range(services):
        group = number // PRISONS_EACH
        habit = habits[number % len(habits)] if habits and number % 2 else ""
        for who, email, role in (
            (f"Lead {number}", lead(number, habit), "lead"),
            (f"Signer {group}", signer(number), "signer"),
        ):
            lines.append(
                f"Sample,S{number:05},HMP Number {number:05},CARE{group},Care {group},provider,"
                f"prime,2024-04-01,,{who},{email},{role}"
            )
    return "\n".join([*lines, ""])


def populate(url: str, listed: str) -> None:
    """Import the register and appoint the team; nothing is opened yet."""
    migrate(url)
    engine = open_engine(url)
    database, now = Database(engine), at(BEGAN)
    wiring.keep_shipped_rules(database)
    team = ((COMMISSIONER, "commissioner"), (APPROVER, "approver"), (PARTNER, "listening_partner"))
    with database.writing() as session:
        read = register.check(listed.encode(), "crash.csv")
        policy = cycles.newest(session, "policy")
        register.import_register(session, read, now, "operator", policy_version=policy)
        for email, role in team:
            staff.add(
                session, now, "operator", email=email, region_code="sample", role=role, name=role
            )
        cycles.adopt(session, "sample", "working-0.1", now, "operator")
        # One salt in every world, so that two runs call a letter by the same key.
        session.connection().execute(text("UPDATE region SET salt = 'the same'"))
    engine.dispose()


@dataclass
class Place:
    """Where one kind of database makes, copies and drops its databases."""

    name: str
    folder: Path
    server: PostgresServer | None = None
    made: int = 0

    def fresh(self) -> str:
        """An empty database."""
        if self.server:
            return self.server.create()
        self.made += 1
        return f"sqlite:///{self.folder / f'{self.made}.sqlite'}"

    def copy(self, url: str) -> str:
        """A copy of one that nobody is connected to."""
        if self.server:
            return self.server.create(template=url)
        target = self.fresh()
        with (
            closing(sqlite3.connect(str(make_url(url).database))) as source,
            closing(sqlite3.connect(str(make_url(target).database))) as copy,
        ):
            source.backup(copy)  # the killed left a write-ahead log, which a plain copy would miss
        return target

    def drop(self, url: str) -> None:
        """Remove a database."""
        if self.server:
            self.server.drop(url)
            return
        path = Path(str(make_url(url).database))
        for each in path.parent.glob(f"{path.name}*"):
            each.unlink()


@contextmanager
def places(folder: Path, names: tuple[str, ...]) -> Iterator[list[Place]]:
    """SQLite and PostgreSQL, as far as they are asked for; PostgreSQL with sure commits."""
    asked = [Place("SQLite", folder)] if "SQLite" in names else []
    if "PostgreSQL" not in names:
        yield asked
        return
    with postgres() as server:
        with psycopg.connect(server.admin_url, autocommit=True) as connection:
            for setting in SURE:
                connection.execute(f"ALTER SYSTEM SET {setting} = on".encode())
            connection.execute("SELECT pg_reload_conf()")
        yield [*asked, Place("PostgreSQL", folder, server)]


@dataclass
class Sink:
    """The mail server's process, and what it wrote down."""

    folder: Path
    process: subprocess.Popen[str] = field(init=False)
    port: int = field(init=False)

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True)
        words = [str(self.log), str(self.maildir), JOURNAL]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.crash.sink", *words],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        self.port = int(self.process.stdout.readline())

    @property
    def log(self) -> Path:
        """One line for each message taken: its key, and whom it was for."""
        return self.folder / "sink.log"

    @property
    def maildir(self) -> Path:
        """Where the journal's copies lie."""
        return self.folder / "journal"

    @property
    def url(self) -> str:
        """The mail URL that leads here."""
        return f"smtp://127.0.0.1:{self.port}"

    def taken(self) -> list[str]:
        """The key of every message taken for somebody, in order."""
        lines = [line.split(" ") for line in self.said().splitlines()]
        return [key for key, to in lines if to]

    def said(self) -> str:
        """Its log so far."""
        return self.log.read_text() if self.log.exists() else ""

    def close(self) -> None:
        """End the process."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait(10)


@contextmanager
def sink(folder: Path) -> Iterator[Sink]:
    """A mail server for one run."""
    opened = Sink(folder)
    try:
        yield opened
    finally:
        opened.close()


@dataclass(frozen=True)
class Setting:
    """One run's database, home and mail server; `journal` is whether the channel can be asked."""

    url: str
    home: Path
    mail: str = ""
    maildir: Path | None = None

    def post(self, database: Database, now: datetime) -> Post:
        """The post office as the product wires it."""
        answers = {
            "journal_url": f"maildir:{self.maildir}" if self.maildir else "",
            "journal_address": JOURNAL if self.maildir else "",
        }
        known = {name: value for name, value in answers.items() if name in Settings.model_fields}
        settings = Settings.model_validate({"home": self.home, "mail_url": self.mail, **known})
        self.home.mkdir(parents=True, exist_ok=True)
        return wiring.assemble(settings, lambda: now, database, self.home).post


@contextmanager
def opened(url: str) -> Iterator[Database]:
    """A database for a moment; nobody is connected to it afterwards."""
    engine = open_engine(url)
    try:
        yield Database(engine)
    finally:
        engine.dispose()
