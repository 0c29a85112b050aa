"""A region's promises and what became of each, counted, listed and told page by page."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, String, and_, case, cast, func, literal, select, union_all
from sqlmodel import Session, col

from charter.actions import Promise
from charter.keeping import Kept, Outcome, kept_of
from providers import actions
from providers.console_tables import PromiseStanding
from providers.promise_standings import outcome_on
from providers.tables import Action, Party, Site

CHOICES = {
    "provider": col(PromiseStanding.party_code),
    "prison": col(Site.code),
    "commitment": col(PromiseStanding.commitment),
}
"""By what else than its outcome a promise is chosen."""


class Line(NamedTuple):
    """A promise, in whose hands it is now, and what became of it by its last word.

    `told_on` is the London date on which that word was signed; `return_id` is the return that
    said it; `handed` where somebody else had made the promise.
    """

    id: str
    party: str
    party_name: str
    site: str
    site_name: str
    commitment: str
    title: str
    owner: str
    request: str | None
    first_due: date
    due: date
    outcome: Outcome
    told_on: date
    return_id: int
    handed: bool


@dataclass(frozen=True)
class Counted:
    """A region's promises by outcome; how many of them are chosen, and how those were kept."""

    by_outcome: Mapping[Outcome, int]
    chosen: int
    kept: Kept

    @property
    def many(self) -> int:
        """All of them."""
        return sum(self.by_outcome.values())


def options(session: Session, region: str) -> dict[str, list[tuple[str, str]]]:
    """The providers, prisons and commitments there are promises of, with names; one query."""
    here = col(PromiseStanding.region_code) == region
    party, place, about = col(Party.name), col(Site.name), literal("")
    query = union_all(
        _option("provider", col(Party.code), party)
        .where(col(Party.code).in_(select(col(PromiseStanding.party_code)).where(here))),
        _option("prison", col(Site.code), place)
        .where(col(Site.id).in_(select(col(PromiseStanding.site_id)).where(here))),
        _option("commitment", col(PromiseStanding.commitment), about).where(here).distinct(),
    )  # fmt: skip
    found: dict[str, list[tuple[str, str]]] = {name: [] for name in CHOICES}
    for kind, code, name in session.execute(query):
        found[kind].append((code, name))
    return found


def _option(kind: str, code: Any, name: Any) -> Any:  # noqa: ANN401 - columns
    return select(cast(literal(kind), String), code, name)


def counted(session: Session, region: str, today: date, asked: Mapping[str, str]) -> Counted:
    """How a region's promises add up, and those that are `asked` for by name; one query."""
    outcome = outcome_on(today).label("outcome")
    to_come = (col(PromiseStanding.first_due) >= today).label("to_come")
    chosen = func.sum(case((_lets_in(asked, today), 1), else_=0))
    query = (
        select(outcome, to_come, func.count(), chosen)
        .join(Site, col(Site.id) == col(PromiseStanding.site_id))
        .where(col(PromiseStanding.region_code) == region)
        .group_by(outcome, to_come)
    )
    by_outcome = dict.fromkeys(Outcome, 0)
    of_chosen: dict[tuple[Outcome, bool], int] = {}
    for what, later, many, here in session.execute(query):
        by_outcome[Outcome(what)] += many
        of_chosen[Outcome(what), bool(later)] = here
    return Counted(by_outcome, sum(of_chosen.values()), kept_of(of_chosen))


def lines(
    session: Session,
    region: str,
    today: date,
    asked: Mapping[str, str],
    part: tuple[int, int] | None = None,
) -> list[Line]:
    """The promises asked for: what is overdue first, the longest overdue on top; one query.

    A `part` is so many of them after so many.
    """
    one, outcome = PromiseStanding, outcome_on(today).label("outcome")
    place = case(*((outcome == what.value, n) for n, what in enumerate(Outcome)))
    query = (
        select(
            col(one.action_id), col(one.party_code), col(Party.name), col(Site.code),
            col(Site.name), col(one.commitment), col(Action.title), col(Action.owner),
            col(Action.request_id), col(one.first_due), col(one.due), outcome, col(one.told_on),
            col(one.return_id), col(one.party_code) != col(Action.party_code),
        )
        .join(Site, col(Site.id) == col(one.site_id))
        .join(Party, col(Party.code) == col(one.party_code))
        .join(Action, col(Action.id) == col(one.action_id))
        .where(col(one.region_code) == region, _lets_in(asked, today))
        .order_by(place, col(one.due), col(Site.name), col(one.action_id))
    )  # fmt: skip
    if part is not None:
        query = query.offset(part[0]).limit(part[1])
    return [
        Line._make((*row[:11], Outcome(row[11]), *row[12:14], bool(row[14])))
        for row in session.execute(query)
    ]


def _lets_in(asked: Mapping[str, str], today: date) -> ColumnElement[bool]:
    """What a choice leaves in: a value for each name of CHOICES and for `outcome` that is given."""
    wanted = [column == asked[name] for name, column in CHOICES.items() if name in asked]
    if "outcome" in asked:
        wanted.append(outcome_on(today) == asked["outcome"])
    return and_(literal(value=True), *wanted)


def told(session: Session, shown: Iterable[Line]) -> dict[str, Promise]:
    """Each of these promises with all that was said of it, its slips among that; one query."""
    wanted = list(shown)
    changes = actions.changes_of(session, [line.id for line in wanted])
    return {
        line.id: Promise(
            id=line.id,
            commitment=line.commitment,
            title=line.title,
            owner=line.owner,
            request=line.request,
            first_due=line.first_due,
            changes=tuple(changes[line.id]),
        )
        for line in wanted
    }
