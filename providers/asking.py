"""What a provider asks of its commissioner, and its one sentence beside *not returned*."""

from datetime import date, datetime

from sqlmodel import Session

from charter.plain_english import sentences
from charter.quarters import london_date, say
from charter.returns import Life, State
from charter.steps import ExtensionAsked, NotRunningAsked, SentenceAdded
from providers import lives
from providers.answering import PREPARERS, open_life, require
from providers.cycles import NotAllowed
from providers.returns import Ref

LONGEST_SENTENCE = 300


def why_not_ask_for_time(life: Life, today: date) -> str:
    """Why more time cannot be asked for now; empty when it can."""
    if life.released:
        return "this return is no longer owed"
    if life.is_received:
        return "this return has been received: it needs no more time"
    over = life.due is not None and today > life.due
    if life.not_returned_at is not None and over:
        return "this return is recorded as not returned; it can still be handed over and signed"
    return ""


def ask_for_time(
    session: Session, here: Ref, until: date, reason: str, now: datetime, person: int
) -> None:
    """Ask the commissioner for time until a day, with a reason; a later request replaces it."""
    life = lives.lives(session, [here.id])[here.id]
    require(session, here, now, person, PREPARERS, "ask for more time")
    if why := why_not_ask_for_time(life, london_date(now)):
        raise NotAllowed(why)
    if (life.due is not None and until <= life.due) or until < london_date(now):
        held = say(life.due) if life.due else "not set"
        raise NotAllowed(f"give a day after the due date in force ({held}), and not before today")
    if not reason.strip():
        raise NotAllowed("say why you need more time")
    step = ExtensionAsked(until=until, reason=reason.strip())
    if life.extension_asked != step:
        lives.record(session, here.id, step, now, f"person:{person}")


def why_not_add_sentence(life: Life, state: State) -> str:
    """Why no sentence can be set beside *not returned* now; empty when one can."""
    if life.released or state is not State.NOT_RETURNED:
        return "this return is not recorded as not returned"
    if life.revision and not life.revising:
        return "the page is published; ask the commissioner for a revision"
    return ""


def add_sentence(session: Session, here: Ref, words: str, now: datetime, person: int) -> None:
    """Set the provider's sentence beside *not returned*, as written; empty takes it back."""
    life, words = lives.lives(session, [here.id])[here.id], words.strip()
    require(session, here, now, person, PREPARERS, "speak for this service")
    if why := why_not_add_sentence(life, life.state(now)):
        raise NotAllowed(why)
    if len(words) > LONGEST_SENTENCE:
        raise NotAllowed(f"{len(words)} characters; keep it to {LONGEST_SENTENCE}")
    if len(sentences(words)) > 1:
        raise NotAllowed("this is more than one sentence; keep it to one")
    if life.sentence != words:
        lives.record(session, here.id, SentenceAdded(words=words), now, f"person:{person}")


def ask_not_running(session: Session, here: Ref, reason: str, now: datetime, person: int) -> None:
    """Ask the commissioner to agree that the service did not run, though the register has it run.

    Empty takes the question back, and any agreement with it. NotAllowed where no agreement is
    needed, because the register says the same.
    """
    life, reason = open_life(session, here), reason.strip()
    require(session, here, now, person, PREPARERS, "say that this service did not run")
    if life.is_received:
        raise NotAllowed("this return has been received; the service is on record as having run")
    if reason and not here.ran:
        raise NotAllowed("the register says so too: hand the return over, no agreement is needed")
    agreed, asked = life.not_running_agreed, life.not_running_asked
    settled = agreed or asked == reason
    if settled if reason else not (agreed or asked or life.not_running_declined):
        return
    lives.record(session, here.id, NotRunningAsked(reason=reason), now, f"person:{person}")
