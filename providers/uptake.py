"""Who takes up a good practice of another prison: signed returns, and drafts on their way."""

import json
from collections import defaultdict
from dataclasses import dataclass

from sqlmodel import Session, col, select

from charter.answers import Problem, ReturnDocument
from providers.returns import Ref
from providers.tables import Action, Draft, Practice, Return, Service, Site

Served = tuple[str, int]
"""A party's code and a prison's number: who serves where."""


@dataclass(frozen=True)
class TakenUp:
    """The prisons whose signed returns take a practice up, and how many drafts do so as well."""

    prisons: tuple[str, ...] = ()
    drafts: int = 0


def by_service(session: Session, here: Ref) -> set[str]:
    """The practices that a return's service takes up, in its signed returns or in the draft."""
    cited = session.exec(
        select(Action.practice_id).where(
            Action.party_code == here.party,
            Action.site_id == here.site_id,
            col(Action.practice_id).is_not(None),
        )
    )
    draft = session.get(Draft, here.id)
    return {one for one in cited if one} | (_cited_in(draft.body) if draft else set())


def _cited_in(body: str) -> set[str]:
    return {line["practice"] for line in json.loads(body)["actions"] if line.get("practice")}


def taken_up(session: Session) -> dict[str, TakenUp]:
    """Which prisons take up each practice, by its id; drafts are counted and not named.

    A draft counts for what no signed return of the same prison takes up yet. Two queries.
    """
    promised = _promised(session)
    drafts = _drafted(session)
    return {
        practice: TakenUp(
            prisons=tuple(dict.fromkeys(promised.get(practice, {}).values())),
            drafts=len(drafts.get(practice, set()) - promised.get(practice, {}).keys()),
        )
        for practice in promised.keys() | drafts.keys()
    }


def _promised(session: Session) -> dict[str, dict[Served, str]]:
    """The prisons' names, by practice and by who serves where, as signed returns have it."""
    found: dict[str, dict[Served, str]] = defaultdict(dict)
    rows = session.exec(
        select(Action, Site)
        .join(Site, col(Site.id) == col(Action.site_id))
        .where(col(Action.practice_id).is_not(None))
        .order_by(col(Site.name), col(Action.id))
    )
    for action, site in rows:
        found[action.practice_id or ""][action.party_code, action.site_id] = site.name
    return found


def _drafted(session: Session) -> dict[str, set[Served]]:
    """Who serves where and cites a practice in a draft, by practice."""
    found: dict[str, set[Served]] = defaultdict(set)
    rows = session.exec(
        select(Draft, Service)
        .join(Return, col(Return.id) == col(Draft.return_id))
        .join(Service, col(Service.id) == col(Return.service_id))
        .where(col(Draft.body).contains('"practice":"', autoescape=True))
    )
    for draft, service in rows:
        for practice in _cited_in(draft.body):
            found[practice].add((service.party_code or "", service.site_id))
    return found


def unknown(session: Session, document: ReturnDocument) -> list[Problem]:
    """What is wrong with the practices that a return's actions cite: those that do not exist."""
    cited = {line.practice for line in document.actions if line.practice}
    if not cited:
        return []
    known = set(session.exec(select(Practice.id).where(col(Practice.id).in_(cited))))
    return [
        Problem(
            f"actions[{line.id or number}].practice",
            f"no practice '{line.practice}' has been shared; take it out",
        )
        for number, line in enumerate(document.actions, 1)
        if line.practice and line.practice not in known
    ]
