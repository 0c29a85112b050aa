"""Held words are cleared, and published pages taken down, by people who answer for it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, select

from charter.ledger import digest
from charter.quarters import london_date, say
from charter.releasable import held_texts
from charter.returns import Life
from charter.review import HoldCleared, Withdrawn
from charter.steps import Happened
from providers import documents, lives, staff
from providers.checking import APPROVERS, PROVIDING, own_roles, speaks_for
from providers.contacts import contacts_of
from providers.cycles import NotAllowed
from providers.held import cleared_before
from providers.requests import ENTERED, requests_in
from providers.returns import Ref
from providers.tables import LedgerRow


@dataclass(frozen=True)
class Place:
    """Whose a return is, and the words that name it or its organisations and so nobody."""

    site: str
    party: str
    names: frozenset[str]


def clear_hold(
    session: Session,
    here: Ref,
    words: str,
    reason: str,
    now: datetime,
    person: int,
    *,
    request: str = "",
) -> None:
    """Let these held words be published, for a reason; a person who wrote them may not.

    `request` is the families' request that the words belong to, if they do. Words that are
    changed later are held again.
    """
    _may(session, here, now, person, "clear held words")
    happened = lives.history(session, here.id)
    life = lives.lives(session, [here.id])[here.id]
    if life.revision and not life.revising:
        raise NotAllowed("this page is published; record a reason to revise it first")
    if digest(words) in life.cleared:
        raise NotAllowed(f"these words were cleared already{_by_whom(happened, digest(words))}")
    wrote = f"person:{person}" in authors(session, here, happened, words, request, now)
    if wrote or speaks_for(here, own_roles(session, here, now, person)):
        raise NotAllowed("you wrote these words or answer for them, so somebody else must look")
    if not reason.strip():
        raise NotAllowed("say why these words may be published")
    step = HoldCleared(text=digest(words), reason=reason.strip())
    lives.record(session, here.id, step, now, f"person:{person}")


def authors(
    session: Session,
    here: Ref,
    happened: list[Happened],
    words: str,
    request: str,
    now: datetime,
) -> frozenset[str]:
    """Everybody who had a part in these words: who wrote the step, prepared, signed, or serves."""
    found = {
        one.by
        for one in happened
        if one.step.kind in ("handed_over", "signed", "started")
        or any(_says(text, words) for text in _texts(one.step.model_dump(mode="json")))
    }
    contacts = contacts_of(session, [here.service_id], london_date(now))[here.service_id]
    own = here.party_kind == "commissioner"
    found |= {f"person:{c.person_id}" for c in contacts if own or c.role in PROVIDING}
    if request:
        entered = select(LedgerRow.by).where(
            LedgerRow.kind == ENTERED, LedgerRow.subject == f"request:{request}"
        )
        found |= set(session.exec(entered))
    return frozenset(found)


def _says(text: str, words: str) -> bool:
    """The words are this text, which a page may have ended with a full stop."""
    return bool(text.strip()) and text.strip().rstrip(".") == words.strip().rstrip(".")


def _texts(value: Any) -> Iterator[str]:  # noqa: ANN401 - a step as JSON
    if isinstance(value, str):
        yield value
    for inner in value.values() if isinstance(value, dict) else ():
        yield from _texts(inner)


def _by_whom(happened: list[Happened], text: str) -> str:
    for one in reversed(happened):
        if isinstance(one.step, HoldCleared) and one.step.text == text:
            return f" on {say(london_date(one.at))}"
    return ""


def withdraw(session: Session, here: Ref, reason: str, now: datetime, person: int) -> None:
    """Take a published page down, for a reason that families read in its place.

    The next publication puts the dated notice there. Revised and approved again, it comes back.
    """
    _may(session, here, now, person, "take a page down")
    life = lives.lives(session, [here.id])[here.id]
    if not life.revision:
        raise NotAllowed("this page has not been published yet: there is nothing to take down")
    if life.withdrawn_at is not None:
        raise NotAllowed(f"this page was taken down on {say(london_date(life.withdrawn_at))}")
    if not reason.strip():
        raise NotAllowed("say why the page is taken down; families will read it")
    step = Withdrawn(reason=reason.strip())
    lives.record(session, here.id, step, now, f"person:{person}")


def _may(session: Session, here: Ref, now: datetime, person: int, act: str) -> None:
    held = staff.roles_of(session, person, london_date(now))
    if not any(region == here.region and role in APPROVERS for region, role in held):
        raise NotAllowed(f"only a commissioner or approver of {here.region_name} may {act}")


def holds(
    session: Session,
    region: str,
    standing: Mapping[int, Life],
    places: Mapping[int, Place],
    few: int,
    *,
    rated: bool,
    particulars: bool = True,
) -> dict[int, int]:
    """How many of each return's words are held for a person, were it published as it stands.

    `few` is the policy's count of people under which a text is held, nought where it holds none,
    and `particulars` whether what tells of one person is held too (`charter.alarm.looked_for`);
    `rated` says whether ratings and answers are shown in this region. The number of queries does
    not grow with the returns.
    """
    texts = documents.fetch(session, [life.document for life in standing.values()])
    asked = requests_in(session, region)
    found: dict[int, frozenset[str]] = {}
    for i, life in standing.items():
        here = places[i]
        found[i] = held_texts(
            texts.get(life.document, ""),
            life,
            (
                words
                for one in asked
                if one.stands_at(here.site, here.party, few)
                for words in (one.text, one.source)
            ),
            names=here.names,
            few=few,
            cleared=life.cleared,
            rated=rated,
            particulars=particulars,
        )
    earlier = cleared_before(session, [i for i, held in found.items() if held])
    return {i: len(held - earlier.get(i, frozenset())) for i, held in found.items()}
