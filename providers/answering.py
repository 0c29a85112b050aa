"""What a provider does with its return: save, hand over, send back, sign, reply."""

from datetime import datetime

from sqlmodel import Session

from charter.answers import Problem, ReturnDocument, check
from charter.freshness import dated_ahead
from charter.ledger import canonical
from charter.policy import Role
from charter.quarters import london_date, say
from charter.reopened import changed_beyond, is_shut
from charter.returns import Life
from charter.steps import HandedOver, Replied, SentBack, Signed, Started
from providers import actions, cycles, documents, evidence, lives, returns, uptake
from providers.contacts import count_as_one
from providers.cycles import NotAllowed
from providers.register import ContactView, contacts_of
from providers.returns import Ref
from providers.tables import Draft

PREPARERS = {Role.LEAD, Role.DEPUTY, Role.SIGNER}


class Incomplete(ValueError):
    """The document cannot be taken as it is; `problems` says where, what and how to mend it."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("; ".join(str(problem) for problem in problems))
        self.problems = problems


class Overtaken(ValueError):
    """Somebody else saved this return meanwhile; `now_saved` is the version that stands."""

    def __init__(self, now_saved: int) -> None:
        super().__init__("somebody else has saved this return since you opened it")
        self.now_saved = now_saved


def people(session: Session, here: Ref, now: datetime) -> list[ContactView]:
    """The contacts of this return's service on the day."""
    return contacts_of(session, [here.service_id], london_date(now))[here.service_id]


def problems(
    session: Session, here: Ref, document: ReturnDocument, *, complete: bool
) -> list[Problem]:
    """What stands against a document, by the same rules for page, file and spreadsheet."""
    charter = cycles.charter_of(session, here.charter_version)
    found = check(
        document, charter, here.quarter, returns.brought_forward(session, here), complete=complete
    )
    if document.provider != here.party or document.site != here.site:
        found.append(Problem("provider", f"this return is owed by {here.party} for {here.site}"))
    found += uptake.unknown(session, document) + evidence.unknown(session, here, document)
    if complete:
        life = lives.lives(session, [here.id])[here.id]
        if document.nil_return and (why := why_not_nil(here, life)):
            found.append(Problem("nil_return", why))
        if life.questions:
            found = [one for one in found if not is_shut(one.where, life.questions, charter)]
    return found


def why_not_nil(here: Ref, life: Life) -> str:
    """Why it cannot be said that the service did not run; empty when it can, or is signed."""
    if not here.ran or life.not_running_agreed or life.nil:
        return ""
    runs = (
        f"the register has this service running from {say(here.served_from)} "
        f"to {say(here.served_to)}"
    )
    if life.not_running_declined:
        return (
            f"{runs}, and the commissioner does not agree that it did not: "
            f"{life.not_running_declined.rstrip('.')}. Answer the commitments, or ask again"
        )
    if life.not_running_asked:
        return (
            f"{runs}; the commissioner has been asked to agree that it did not: "
            "you can hand over once they have agreed"
        )
    return (
        f"{runs}, so the commissioner has to agree that it did not: on the return's page choose "
        "“Say so instead”, give the reason and ask"
    )


def is_open(life: Life) -> str:
    """Why a return cannot be changed now; empty when it can."""
    if life.released:
        return "this return is no longer owed"
    if life.is_received and not life.questions:
        return "this return is signed; it opens again only if the commissioner asks a question"
    return ""


def save_draft(
    session: Session,
    here: Ref,
    document: ReturnDocument,
    now: datetime,
    person: int,
    *,
    version: int,
) -> int:
    """Save what has been filled in and give its new version; an edit voids a hand-over.

    `version` is the one the editor began from: Overtaken if another has been saved since.
    """
    life, by = open_life(session, here), f"person:{person}"
    require(session, here, now, person, PREPARERS, "prepare this return")
    row = session.get(Draft, here.id)
    if row is not None and row.version != version:
        raise Overtaken(row.version)
    body = canonical(document.model_dump(mode="json"))
    if row is None:
        row = Draft(return_id=here.id, version=0, body=body, saved_at=now, saved_by=by)
    elif row.body == body:
        return row.version
    row.version, row.body, row.saved_at, row.saved_by = row.version + 1, body, now, by
    session.add(row)
    session.flush()
    if not life.started:
        lives.record(session, here.id, Started(), now, by, once="started")
    if life.handed_over:
        lives.record(session, here.id, SentBack(reason="the answers were changed"), now, by)
    return row.version


def hand_over(
    session: Session, here: Ref, document: ReturnDocument, now: datetime, person: int
) -> str:
    """Freeze a complete document for the signer, by its SHA-256; Incomplete says what lacks."""
    life = open_life(session, here)
    require(session, here, now, person, PREPARERS, "prepare this return")
    found = problems(session, here, document, complete=True)
    open_now = [a for a in document.answers if a.commitment in life.questions or not life.questions]
    found += dated_ahead(open_now, london_date(now))
    if life.questions:
        signed = returns.signed_documents(session, {here.id: life.document})[here.id]
        charter = cycles.charter_of(session, here.charter_version)
        found += changed_beyond(document, signed, life.questions, charter)
    if found:
        raise Incomplete(found)
    frozen = actions.numbered(session, document).model_copy(
        update={"prepared_by": None, "signed_by": None}
    )
    sha = documents.keep(session, frozen.content_text())
    if life.handed_over != sha:
        lives.record(session, here.id, HandedOver(document=sha), now, f"person:{person}")
    row = session.get(Draft, here.id)
    body = canonical(frozen.model_dump(mode="json"))
    if row is None:
        row = Draft(
            return_id=here.id, version=0, body=body, saved_at=now, saved_by=f"person:{person}"
        )
    if row.body != body or row.version == 0:
        row.version, row.body, row.saved_at = row.version + 1, body, now
        row.saved_by = f"person:{person}"
        session.add(row)
    session.flush()
    return sha


def send_back(session: Session, here: Ref, reason: str, now: datetime, person: int) -> None:
    """The signer hands the return back to its preparer, saying why."""
    life = lives.lives(session, [here.id])[here.id]
    require(session, here, now, person, {Role.SIGNER}, "send this return back")
    if not life.handed_over:
        raise NotAllowed("nothing is waiting for a signature")
    if not reason.strip():
        raise NotAllowed("say why it goes back, so that the preparer can mend it")
    lives.record(session, here.id, SentBack(reason=reason.strip()), now, f"person:{person}")


def sign(session: Session, here: Ref, sha: str, now: datetime, person: int) -> None:
    """The signer puts their name to the frozen document: the return is received.

    NotAllowed if the signer prepared it, or if what lies there is no longer the one they saw.
    """
    life = lives.lives(session, [here.id])[here.id]
    require(session, here, now, person, {Role.SIGNER}, "sign this return")
    if life.document == sha and life.is_received and not life.handed_over:
        return
    if life.released:
        raise NotAllowed("this return is no longer owed")
    if life.handed_over != sha:
        raise NotAllowed("the return was changed after you opened it; read it again, then sign")
    if life.handed_over_by == f"person:{person}":
        raise NotAllowed("whoever prepared a return cannot sign it: ask another signing director")
    preparer = int(life.handed_over_by.removeprefix("person:"))
    if count_as_one(session, here.service_id, {preparer, person}, london_date(now)):
        raise NotAllowed(
            "of the two who prepare and sign a return, neither may be here only because the other "
            "named them to stand in: ask another signing director"
        )
    document = ReturnDocument.model_validate_json(documents.fetch(session, [sha])[sha])
    if document.nil_return and (why := why_not_nil(here, life)):
        raise NotAllowed(why)
    step = Signed(document=sha, nil=document.nil_return)
    seq = lives.record(session, here.id, step, now, f"person:{person}")
    actions.take_up(session, here.id, here.site_id, document, sha, seq)


def submit(session: Session, here: Ref, document: ReturnDocument, now: datetime) -> bool:
    """Take a whole document from a file: handed over and signed by the two people it names.

    False if this very document has been received already. Incomplete names every problem.
    """
    preparer, signer = _two_people(session, here, document, now)
    life = lives.lives(session, [here.id])[here.id]
    signed = returns.signed_documents(session, {here.id: life.document}).get(here.id)
    if signed is not None and actions.same_but_for_numbers(document, signed):
        return False
    sha = hand_over(session, here, document, now, preparer)
    sign(session, here, sha, now, signer)
    return True


def _two_people(
    session: Session, here: Ref, document: ReturnDocument, now: datetime
) -> tuple[int, int]:
    """The person numbers of who prepared and who signs; Incomplete names all that is wrong."""
    by_email = {c.email: c.person_id for c in people(session, here, now)}
    found, numbers = [], []
    for where, who in (("prepared_by", document.prepared_by), ("signed_by", document.signed_by)):
        if who is None:
            found.append(Problem(where, "name the person, with their e-mail address"))
        elif who.email.lower() not in by_email:
            found.append(Problem(f"{where}.email", f"{who.email} is not a contact of this service"))
        else:
            numbers.append(by_email[who.email.lower()])
    if len(numbers) == 2 and numbers[0] == numbers[1]:
        found.append(
            Problem("signed_by.email", "whoever prepared a return cannot sign it: name another")
        )
    if found:
        raise Incomplete(found + problems(session, here, document, complete=True))
    return numbers[0], numbers[1]


def reply(session: Session, here: Ref, words: str, now: datetime, person: int) -> None:
    """The provider's right of reply: these words stand beside the page, as written."""
    life = lives.lives(session, [here.id])[here.id]
    require(session, here, now, person, PREPARERS, "reply for this service")
    if life.reply == words.strip():
        return
    if life.revision and not life.revising:
        raise NotAllowed("the page is published; ask the commissioner for a revision")
    lives.record(session, here.id, Replied(words=words.strip()), now, f"person:{person}")


def open_life(session: Session, here: Ref) -> Life:
    """How a return stands; NotAllowed, saying why, if it cannot be changed now."""
    life = lives.lives(session, [here.id])[here.id]
    if closed := is_open(life):
        raise NotAllowed(closed)
    return life


def require(
    session: Session, here: Ref, now: datetime, person: int, roles: set[Role], act: str
) -> None:
    """NotAllowed unless the person is a contact of this service in one of these roles, today."""
    held = {c.role for c in people(session, here, now) if c.person_id == person}
    if not held & roles:
        wanted = " or ".join(sorted(role.value for role in roles))
        raise NotAllowed(f"only a {wanted} of this service may {act}")
