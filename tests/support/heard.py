"""A programme whose letters go to a real server, and what came of them afterwards."""

from dataclasses import dataclass
from pathlib import Path

from charter.steps import Reminded
from flows import hearing, wiring
from flows.settings import Settings
from notifications import outbox
from notifications.outbox import Letter
from providers import ledger, lives
from providers.database import Database
from tests.support.bounces import Returns
from tests.support.cast import at
from tests.support.mail import SmtpSink
from tests.support.programme import Programme

BROOK, BOB, BEA = "brook@brook.example", "bob@brook.example", "bea@brook.example"
JOURNAL = "journal@charter.example"


@dataclass
class Post:
    """A programme whose letters go to a real server, and the mailbox that they come back to."""

    programme: Programme
    returns: Returns
    sink: SmtpSink

    def letter(self, email: str, day: str) -> Letter:
        """The letter to somebody on a day."""
        return letter(self.programme, email, day)

    def hear(self, when: str) -> hearing.Heard:
        """Listen once."""
        return hearing.hear(self.programme.database, at(when), self.programme.post)


def letter(programme: Programme, email: str, day: str) -> Letter:
    """The letter to somebody on a day."""
    with programme.database.reading() as session:
        found = outbox.show(session, programme.key(email, day))
        assert found is not None
        session.expunge(found)
    return found


def steps(programme: Programme, kind: type, site: str = "BRB") -> list[object]:
    """The steps of a kind in the life of Brook's return."""
    here = programme.ref("BROOK", site)
    with programme.database.reading() as session:
        return [h.step for h in lives.history(session, here.id) if isinstance(h.step, kind)]


def asked(programme: Programme, email: str) -> list[str]:
    """The rungs put into letters to somebody about Brook's return, in order."""
    person = programme.person(email)
    found = [step for step in steps(programme, Reminded) if isinstance(step, Reminded)]
    return [step.rung for step in found if step.person == person]


def entries(programme: Programme) -> tuple[int, str]:
    """How long the ledger is, and its last hash."""
    with programme.database.reading() as session:
        return ledger.head(session)


def posted(store: Database, home: Path, **settings: object) -> Programme:
    """A programme with these settings, begun."""
    programme = Programme(store, home).begin()
    made = Settings(home=home, **settings)  # type: ignore[arg-type]
    programme.post = wiring.assemble(made, lambda: at("2026-09-01T09:00"), store, home).post
    return programme
