"""What the commissioner's side does with a return: ask, change, confirm, approve, revise."""

from collections.abc import Collection, Iterable
from datetime import date, datetime, timedelta

from sqlmodel import Session

from charter.disputes import why_not_change
from charter.policy import Role
from charter.quarters import london_date, say
from charter.returns import Life
from charter.steps import (
    Approved,
    Challenged,
    Confirmed,
    Extended,
    ExtensionDeclined,
    NotRunningAgreed,
    NotRunningDeclined,
    Rating,
    RatingChanged,
    Revised,
    Step,
)
from providers import approving, cycles, lives, staff
from providers.contacts import answering_for
from providers.cycles import NotAllowed
from providers.returns import Ref

CHECKERS = {"commissioner"}
APPROVERS = {"commissioner", "approver"}
PARTNERS = {"listening_partner"}
OTHERS = CHECKERS | APPROVERS | {"arbiter"}
"""Who may check the commissioner's own return, if they are no contact of it."""
PROVIDING = frozenset({Role.LEAD, Role.DEPUTY, Role.SIGNER, Role.CONTRACT_MANAGER})
"""The roles on a provider's contact list in which somebody answers for the provider."""
LONGEST = timedelta(days=366)
"""No extension is longer: a date years ahead is a slip, and nothing could be counted from it."""


def extend(
    session: Session,
    here: Ref,
    due: date,
    reason: str,
    public: str,
    now: datetime,
    person: int,
) -> None:
    """Give a return a later due date, with a reason and what families will read."""
    _may_give_time(session, here, now, person)
    life = lives.lives(session, [here.id])[here.id]
    if life.is_received:
        raise NotAllowed("this return has been received: there is nothing to extend")
    if life.due is None or due <= life.due or due < london_date(now):
        held = say(life.due) if life.due else "not set"
        raise NotAllowed(
            f"an extension ends after the due date in force ({held}), and not before today"
        )
    if due > here.dates.due + LONGEST:
        raise NotAllowed(
            f"{say(due)} is more than a year after the quarter's own due date; check the year"
        )
    if not reason.strip() or not public.strip():
        raise NotAllowed("an extension needs a reason and the words families will read")
    step = Extended(due=due, reason=reason.strip(), public=public.strip())
    _record(session, here, step, now, person)


def decline_time(session: Session, here: Ref, reason: str, now: datetime, person: int) -> None:
    """Give no more time than there is, and say why to the provider that asked."""
    _may_give_time(session, here, now, person)
    life = lives.lives(session, [here.id])[here.id]
    if life.extension_asked is None:
        raise NotAllowed("nobody has asked for more time for this return")
    if not reason.strip():
        raise NotAllowed("say why there is no more time; the provider reads it")
    _record(session, here, ExtensionDeclined(reason=reason.strip()), now, person)


def _may_give_time(session: Session, here: Ref, now: datetime, person: int) -> None:
    _may(session, here, now, person, CHECKERS, "give more time")
    if speaks_for(here, own_roles(session, here, now, person)):
        raise NotAllowed("this is your own organisation's return, so somebody else must decide")


def agree_not_running(session: Session, here: Ref, reason: str, now: datetime, person: int) -> None:
    """Agree that the service did not run, whatever the register says; a reason where none asked."""
    life = _may_say_it_ran(session, here, now, person)
    if not life.not_running_asked and not reason.strip():
        raise NotAllowed("the provider has not asked: say why you agree that it did not run")
    if not life.not_running_agreed:
        _record(session, here, NotRunningAgreed(reason=reason.strip()), now, person)


def decline_not_running(
    session: Session, here: Ref, reason: str, now: datetime, person: int
) -> None:
    """Hold that the service ran, so that a return is owed; takes back an agreement, if given."""
    life = _may_say_it_ran(session, here, now, person)
    if not life.not_running_asked and not life.not_running_agreed:
        raise NotAllowed("nobody has asked you to agree that this service did not run")
    if not reason.strip():
        raise NotAllowed("say why a return is owed; the provider reads it")
    _record(session, here, NotRunningDeclined(reason=reason.strip()), now, person)


def _may_say_it_ran(session: Session, here: Ref, now: datetime, person: int) -> Life:
    """A commissioner who is no party to the return says whether its service ran."""
    _may(session, here, now, person, CHECKERS, "say whether a service ran")
    own = own_roles(session, here, now, person)
    if here.party_kind == "commissioner" or is_own(here, own):
        raise NotAllowed("this is your own organisation's return, so you cannot decide on it")
    life = lives.lives(session, [here.id])[here.id]
    if life.is_received:
        raise NotAllowed("this return has been received: there is nothing left to decide")
    return life


def challenge(
    session: Session, here: Ref, commitment: str, question: str, now: datetime, person: int
) -> None:
    """Ask about one commitment, which reopens just that; the return keeps its state."""
    life = received(session, here, now, person)
    _known(session, here, commitment)
    if not question.strip():
        raise NotAllowed("write the question the provider is to answer")
    if life.questions.get(commitment) == question.strip():
        return
    _record(
        session, here, Challenged(commitment=commitment, question=question.strip()), now, person
    )


def change_rating(
    session: Session,
    here: Ref,
    commitment: str,
    rating: Rating,
    reason: str,
    now: datetime,
    person: int,
) -> None:
    """Set another rating for one commitment; the provider's own stays beside it."""
    life = received(session, here, now, person)
    _known(session, here, commitment)
    if not reason.strip():
        raise NotAllowed(
            "a changed rating needs a reason, which the provider and families can read"
        )
    if why := why_not_change(life, commitment):
        raise NotAllowed(why)
    standing = life.changes.get(commitment)
    if standing and (standing.rating, standing.reason) == (rating, reason.strip()):
        return
    step = RatingChanged(commitment=commitment, rating=rating, reason=reason.strip())
    _record(session, here, step, now, person)


def confirm(session: Session, here: Ref, now: datetime, person: int) -> None:
    """Accept the return as it stands, changed ratings included; open questions come first."""
    life = received(session, here, now, person)
    if life.questions:
        asked = ", ".join(life.questions)
        raise NotAllowed(f"a question about {asked} is still unanswered")
    if life.confirmed_at is None:
        _record(session, here, Confirmed(), now, person)


def approve(session: Session, here: Ref, now: datetime, person: int) -> int:
    """Approve a return's page for publication and give how many have; two different people must.

    NotAllowed for whoever would approve their own work: see `approving`.
    """
    _may(session, here, now, person, APPROVERS, "approve to publish")
    life = lives.lives(session, [here.id])[here.id]
    if why := why_not_approve(here, life, now):
        raise NotAllowed(why)
    needed = cycles.policy_of(session, here.policy_version).approvals
    if person in life.approved_by:
        more = "; a second person must approve it too" if len(life.approved_by) < needed else ""
        raise NotAllowed(f"you have approved this page already, which counts once{more}")
    if why := approving.why_not_you(session, here, needed, now, person):
        raise NotAllowed(why)
    if speaks_for(here, own_roles(session, here, now, person)):
        raise NotAllowed("this is your own organisation's return, so others must approve its page")
    _record(session, here, Approved(person=person), now, person)
    return len(life.approved_by) + 1


def why_not_approve(here: Ref, life: Life, now: datetime) -> str:
    """Why a page cannot be approved yet; empty when it can."""
    ends = here.dates.challenge_ends
    checking = london_date(now) <= ends
    if life.is_received and not life.confirmed_at and checking:
        return f"it is not confirmed, and the time to check it ends on {say(ends)}"
    if life.questions:
        return "a question to the provider is still open"
    if life.revision and not life.revising and not _signed_since(life):
        return "this page is published; record a reason to revise it first"
    told = life.is_received or life.not_returned_at or life.unreachable
    if not told and checking:
        return "the return has not come, and the time to check it has not ended"
    return ""


def _signed_since(life: Life) -> bool:
    return bool(life.published_at and life.signed_at and life.signed_at > life.published_at)


def revise(session: Session, here: Ref, reason: str, now: datetime, person: int) -> None:
    """Reopen a published page for a numbered revision, with a reason that families read."""
    _may(session, here, now, person, APPROVERS, "revise a page")
    life = lives.lives(session, [here.id])[here.id]
    if not life.revision:
        raise NotAllowed("this page has not been published yet: there is nothing to revise")
    if not reason.strip():
        raise NotAllowed("a revision needs a reason, which families will read")
    if life.revising != reason.strip():
        _record(session, here, Revised(reason=reason.strip()), now, person)


def require_checker(session: Session, here: Ref, now: datetime, person: int, act: str) -> None:
    """NotAllowed unless the person checks returns in that region; `act` is what they would do."""
    _may(session, here, now, person, CHECKERS, act)


def received(session: Session, here: Ref, now: datetime, person: int) -> Life:
    """How a received return stands, for a commissioner who had no part in making it."""
    _may(session, here, now, person, checkers_of(here), "check a return")
    life = lives.lives(session, [here.id])[here.id]
    if why := why_not_check(here, life, own_roles(session, here, now, person), person):
        raise NotAllowed(why)
    return life


def checkers_of(here: Ref) -> set[str]:
    """The staff roles that may check a return; for the commissioner's own there are more."""
    return OTHERS if here.party_kind == "commissioner" else CHECKERS


def is_own(here: Ref, roles: Iterable[str]) -> bool:
    """Whether somebody in these roles in a return's organisation would check their own work."""
    return bool(set(roles) if here.party_kind == "commissioner" else PROVIDING & set(roles))


def speaks_for(here: Ref, roles: Iterable[str]) -> bool:
    """Whether somebody in these roles in a return's organisation answers for a provider.

    A commissioner's own return is approved by its region's team, which has nobody else.
    """
    return here.party_kind != "commissioner" and is_own(here, roles)


def own_roles(session: Session, here: Ref, now: datetime, person: int) -> set[Role]:
    """In which roles somebody acts for the organisation whose return it is, at whatever prison."""
    found = answering_for(session, [here.service_id], [person], london_date(now))
    return found.get((here.service_id, person), set())


def why_not_check(here: Ref, life: Life, own: Collection[Role], person: int) -> str:
    """Why somebody of these roles in its organisation may not check a return; empty if they may."""
    if not life.is_received:
        return "this return has not been received yet"
    if f"person:{person}" in (life.signed_by, life.handed_over_by):
        return "you prepared or signed this return, so somebody else must check it"
    if is_own(here, own):
        return "this is your own organisation's return, so somebody else must check it"
    return ""


def _may(
    session: Session, here: Ref, now: datetime, person: int, roles: set[str], act: str
) -> None:
    held = staff.roles_of(session, person, london_date(now))
    if not any(region == here.region and role in roles for region, role in held):
        wanted = " or ".join(sorted(roles)).replace("_", " ")
        raise NotAllowed(f"only a {wanted} of {here.region_name} may {act}")


def _known(session: Session, here: Ref, commitment: str) -> None:
    charter = cycles.charter_of(session, here.charter_version)
    if commitment not in charter.ids:
        known = ", ".join(charter.ids)
        raise NotAllowed(f"'{commitment}' is no commitment of this Charter, which has {known}")


def _record(session: Session, here: Ref, step: Step, now: datetime, person: int) -> None:
    lives.record(session, here.id, step, now, f"person:{person}")
