"""What a provider's people do with a return, through the functions that portal and command call."""

from collections.abc import Callable
from typing import NamedTuple

from sqlmodel import Session

from charter.answers import PersonNamed, ReturnDocument
from charter.commitments import CharterFile
from charter.policy import Role
from flows.sample import texts
from flows.sample.acts import Deed
from flows.sample.founding import in_one_go
from flows.wiring import App
from providers import answering, asking, cycles, lives, returns
from providers.register import ContactView
from providers.returns import Ref


class Owed(NamedTuple):
    """A return: the party that owes it, for which prison and quarter."""

    party: str
    site: str
    quarter: str


def with_return(owed: Owed, act: Callable[[Session, App, Ref], object]) -> Deed:
    """A deed about one return, in one transaction."""
    return in_one_go(lambda session, app: act(session, app, returns.find(session, *owed)))


def written(session: Session, here: Ref) -> ReturnDocument:
    """The whole return as its book has it, with what was carried forward confirmed."""
    begun, party, site = returns.template(session, here), here.party, here.site
    looks_at = begun.spotlight
    return begun.model_copy(
        update={
            "answers": tuple(
                texts.answer(party, site, here.quarter, one.commitment) for one in begun.answers
            ),
            "actions": (
                *(texts.moved_on(line, party, site, here.quarter) for line in begun.actions),
                *texts.new_actions(party, site, here.quarter),
            ),
            "replies": tuple(texts.reply(party, site, one.request) for one in begun.replies),
            "measures": texts.measures(party, site, _charter(session, here)),
            "spotlight": looks_at
            and looks_at.model_copy(update={"words": texts.spotlight(party, site)}),
        }
    )


def answered(session: Session, here: Ref) -> ReturnDocument:
    """The return as it was signed, but for the answers that the commissioner asked about."""
    signed = returns.signed_document(session, here)
    if signed is None:
        raise LookupError("nothing has been signed that anybody could ask about")
    answers = tuple(
        texts.answer(here.party, here.site, here.quarter, one.commitment, asked=True)
        for one in signed.answers
    )
    measures = texts.measures(here.party, here.site, _charter(session, here), asked=True)
    return signed.model_copy(update={"answers": answers, "measures": measures})


def _charter(session: Session, here: Ref) -> CharterFile:
    return cycles.charter_of(session, here.charter_version)


def start(owed: Owed) -> Deed:
    """The preparer goes through the first answers and saves a draft."""

    def act(session: Session, app: App, here: Ref) -> None:
        if returns.draft(session, here).version:
            return
        done, begun = written(session, here), returns.template(session, here)
        first = done.model_copy(update={"answers": (*done.answers[:4], *begun.answers[4:])})
        by = _preparer(session, app, here).person_id
        answering.save_draft(session, here, first, app.clock(), by, version=0)

    return with_return(owed, act)


def hand_over(owed: Owed, *, asked: bool = False) -> Deed:
    """The preparer finishes the return and passes it to the signer."""

    def act(session: Session, app: App, here: Ref) -> None:
        document = answered(session, here) if asked else written(session, here)
        by = _preparer(session, app, here)
        answering.hand_over(session, here, document, app.clock(), by.person_id)

    return with_return(owed, act)


def sign(owed: Owed) -> Deed:
    """The signer puts their name to what lies with them."""

    def act(session: Session, app: App, here: Ref) -> None:
        life = lives.lives(session, [here.id])[here.id]
        sha, by = life.handed_over or life.document, _signer(session, app, here)
        answering.sign(session, here, sha, app.clock(), by.person_id)

    return with_return(owed, act)


def submit(owed: Owed, *, nil: str = "") -> Deed:
    """A whole return comes in a file; `nil` says why the service did not run."""

    def act(session: Session, app: App, here: Ref) -> None:
        document = _empty(session, here, nil) if nil else written(session, here)
        people = {
            "prepared_by": _named(_preparer(session, app, here)),
            "signed_by": _named(_signer(session, app, here)),
        }
        answering.submit(session, here, document.model_copy(update=people), app.clock())

    return with_return(owed, act)


def _empty(session: Session, here: Ref, why: str) -> ReturnDocument:
    """The return of a service that did not run."""
    begun = returns.template(session, here)
    nothing = dict.fromkeys(("answers", "actions", "replies", "measures"), ())
    nil = {"spotlight": None, "nil_return": True, "nil_reason": why}
    return begun.model_copy(update={**nothing, **nil})


def ask_not_running(owed: Owed, why: str) -> Deed:
    """The preparer asks the commissioner to agree that the service did not run."""
    return with_return(
        owed,
        lambda session, app, here: asking.ask_not_running(
            session, here, why, app.clock(), _preparer(session, app, here).person_id
        ),
    )


def reply(owed: Owed, words: str) -> Deed:
    """The provider uses its right of reply."""
    return with_return(
        owed,
        lambda session, app, here: answering.reply(
            session, here, words, app.clock(), _preparer(session, app, here).person_id
        ),
    )


def _preparer(session: Session, app: App, here: Ref) -> ContactView:
    return contact(session, app, here, Role.LEAD, Role.DEPUTY)


def _signer(session: Session, app: App, here: Ref) -> ContactView:
    return contact(session, app, here, Role.SIGNER)


def contact(session: Session, app: App, here: Ref, *roles: Role) -> ContactView:
    """Who holds one of these roles and can be reached, the first role first; else StopIteration."""
    held = answering.people(session, here, app.clock())
    return next(one for role in roles for one in held if one.role is role and not one.refused)


def _named(one: ContactView) -> PersonNamed:
    return PersonNamed(name=one.name, email=one.email, role=one.role.value)
