"""What the things that the ledger speaks of are called, many at once and in one query."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import String, cast, func, literal, union_all
from sqlmodel import Session, col, select

from charter.quarters import Quarter
from notifications.among import among
from providers.tables import (
    Action,
    Contact,
    Cycle,
    Party,
    Person,
    Practice,
    Return,
    Service,
    Site,
    StandIn,
)

Query = Callable[[str, Collection[str]], Any]


@dataclass(frozen=True)
class Named:
    """A name; for a return and a quarter also the versions of the Charter and the policy."""

    name: str
    charter: str = ""
    policy: str = ""


def called(session: Session, keys: Iterable[str]) -> dict[str, Named]:
    """The names of these subjects (`return:12`, `person:7`, …); one that has none is left out."""
    wanted: dict[str, list[str]] = defaultdict(list)
    for key in keys:
        kind, _, rest = key.partition(":")
        if kind in _QUERIES:
            wanted[kind].append(rest)
    parts = [_QUERIES[kind](kind, ids) for kind, ids in sorted(wanted.items())]
    if not parts:
        return {}
    found = session.connection().execute(union_all(*parts)).all()
    return {key: Named(_said(parts), charter, policy) for key, *parts, charter, policy in found}


def _said(parts: list[str]) -> str:
    """The parts of a name that there are, a quarter in words."""
    *words, quarter = parts
    said = [word for word in words if word]
    return ", ".join([*said, *([Quarter.parse(quarter).in_words] if quarter else [])])


def _rows(kind: str, key: object, *cells: object) -> Any:  # noqa: ANN401 - a select
    """A query for a key and its cells: two parts of a name, a quarter, a Charter, a policy."""
    five = (*cells, "", "", "", "", "")[:5]
    shown = [literal(cell) if isinstance(cell, str) else cell for cell in five]
    columns: list[Any] = [literal(f"{kind}:") + cast(key, String), *shown]
    return select(*columns)


def _named(table: Any, name: str) -> Query:  # noqa: ANN401 - a table with an id
    """A query for the one column of a table that names its rows."""
    return lambda kind, ids: _rows(kind, col(table.id), col(getattr(table, name))).where(
        among(col(table.id), _ids(table, ids))
    )


def _ids(table: Any, ids: Collection[str]) -> list[Any]:  # noqa: ANN401 - a table with an id
    return list(ids) if table in (Action, Practice) else [int(i) for i in ids if i.isdecimal()]


def _return(kind: str, ids: Collection[str]) -> Any:  # noqa: ANN401 - a select
    versions = (col(Cycle.charter_version), col(Cycle.policy_version))
    cells = (col(Site.name), col(Party.name), col(Cycle.quarter), *versions)
    return (
        _rows(kind, col(Return.id), *cells)
        .join(Cycle, col(Cycle.id) == col(Return.cycle_id))
        .join(Service, col(Service.id) == col(Return.service_id))
        .join(Site, col(Site.id) == col(Service.site_id))
        .join(Party, col(Party.code) == col(Service.party_code))
        .where(among(col(Return.id), _ids(Return, ids)))
    )


def _service(kind: str, ids: Collection[str]) -> Any:  # noqa: ANN401 - a select
    party = func.coalesce(col(Party.name), "")
    return (
        _rows(kind, col(Service.id), col(Site.name), party)
        .join(Site, col(Site.id) == col(Service.site_id))
        .join(Party, col(Party.code) == col(Service.party_code), isouter=True)
        .where(among(col(Service.id), _ids(Service, ids)))
    )


def _cycle(kind: str, ids: Collection[str]) -> Any:  # noqa: ANN401 - a select
    cells = (col(Cycle.quarter), col(Cycle.charter_version), col(Cycle.policy_version))
    rows = _rows(kind, col(Cycle.id), "", "", *cells)
    return rows.where(among(col(Cycle.id), _ids(Cycle, ids)))


def _party(kind: str, ids: Collection[str]) -> Any:  # noqa: ANN401 - a select
    return _rows(kind, col(Party.code), col(Party.name)).where(among(col(Party.code), ids))


def _person_of(table: Any) -> Query:  # noqa: ANN401 - a table of people's places on a list
    return lambda kind, ids: (
        _rows(kind, col(table.id), col(Person.name))
        .join(Person, col(Person.id) == col(table.person_id))
        .where(among(col(table.id), _ids(table, ids)))
    )


_QUERIES: dict[str, Query] = {
    "return": _return,
    "service": _service,
    "cycle": _cycle,
    "party": _party,
    "site": _named(Site, "name"),
    "person": _named(Person, "name"),
    "action": _named(Action, "title"),
    "practice": _named(Practice, "title"),
    "contact": _person_of(Contact),
    "stand_in": _person_of(StandIn),
}
