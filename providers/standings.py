"""How returns stand, kept beside their steps so that a page need not fold them all."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import ColumnElement, case, delete, insert, inspect
from sqlalchemy.orm import Bundle
from sqlmodel import Session, col, select

from charter.answers import ReturnDocument
from charter.commitments import CharterFile
from charter.ledger import canonical
from charter.policy import Policy
from charter.quarters import Quarter, london_date
from charter.returns import Life, State
from charter.scoring import Receipt, score
from charter.steps import Rating
from charter.waiting import checked, waits_for
from notifications.among import among
from providers import cycles, documents
from providers.console_tables import Standing
from providers.held import held
from providers.tables import Cycle, Return

LIFE = TypeAdapter(Life)
_CYCLE: Bundle[Any] = Bundle(
    "cycle",
    col(Cycle.id), col(Cycle.quarter), col(Cycle.charter_version), col(Cycle.policy_version),
    col(Cycle.baseline),
)  # fmt: skip


@dataclass(frozen=True)
class Stood:
    """One return as its last step left it, with the score on record and the ratings signed.

    `ratings` has each commitment's self-rating and the rating in force; empty until it is signed.
    `life` leaves out which rungs were said: what was sent is the letters' to tell.
    """

    life: Life
    receipt: Receipt | None
    ratings: Mapping[str, tuple[Rating, Rating]]


def of(session: Session, return_ids: Iterable[int]) -> dict[int, Stood]:
    """How each of these returns stands, in two queries, with no step of theirs read."""
    rows = session.exec(
        select(Standing.return_id, Standing.life, Standing.ratings).where(
            among(col(Standing.return_id), return_ids)
        )
    ).all()
    found = {i: (LIFE.validate_json(life), ratings) for i, life, ratings in rows}
    kept = documents.fetch(session, [life.receipt for life, _ in found.values()])
    return {
        i: Stood(
            life,
            Receipt.model_validate_json(kept[life.receipt]) if life.receipt in kept else None,
            ratings_of(ratings),
        )
        for i, (life, ratings) in found.items()
    }


def lives_of(session: Session, return_ids: Iterable[int]) -> dict[int, Life]:
    """The fold of each of these returns, rungs said left out, in one query and with no score."""
    kept = select(Standing.return_id, Standing.life)
    rows = session.exec(kept.where(among(col(Standing.return_id), return_ids)))
    return {i: LIFE.validate_json(life) for i, life in rows}


def ratings_of(text: str) -> dict[str, tuple[Rating, Rating]]:
    """Each commitment's self-rating and the one in force, from a standing's `ratings`."""
    given = json.loads(text)
    return {one: (Rating(own), Rating(held)) for one, (own, held) in given.items()}


def state_on(today: date) -> ColumnElement[str]:
    """The one state that a standing is counted under on a London date, as a column of a query.

    It is `Life.state` said to the database; a test holds the one against the other.
    """
    received = col(Standing.received_on).is_not(None)
    late = col(Standing.received_on) > col(Standing.received_due)
    return case(
        (received & col(Standing.nil), State.NIL.value),
        (received & late, State.RECEIVED_LATE.value),
        (received, State.RECEIVED.value),
        (col(Standing.extended_until) >= today, State.EXTENDED.value),
        (col(Standing.not_returned), State.NOT_RETURNED.value),
        (col(Standing.started), State.IN_PROGRESS.value),
        else_=State.NOT_STARTED.value,
    )


def is_missing() -> ColumnElement[bool]:
    """Whether a return has no standing yet, as in a record that an older release wrote."""
    return col(Return.id).not_in(select(Standing.return_id))


def write(session: Session, folded: Mapping[int, Life]) -> None:
    """Keep how these returns stand; the number of queries does not grow with them."""
    signed = documents.fetch(session, [life.document for life in folded.values()])
    words = held(session, folded, signed)
    rows = {
        i: row | {"held": words.get(i, 0)} for i, row in rows_of(session, folded, signed).items()
    }
    session.execute(delete(Standing).where(among(col(Standing.return_id), folded)))
    if rows:
        session.execute(insert(Standing), list(rows.values()), execution_options=_EVERY_COLUMN)


_EVERY_COLUMN = {"render_nulls": True}
"""Every row names every column, or those with and without a score would go in apart."""


def differing(session: Session, folded: Mapping[int, Life]) -> set[int]:
    """Those of these returns whose standing is not what their steps give.

    How many words are `held` rests on more than steps, and is not compared.
    """
    signed = documents.fetch(session, [life.document for life in folded.values()])
    kept = session.connection().execute(
        select(*inspect(Standing).columns).where(among(col(Standing.return_id), folded))
    )
    found = {row.return_id: {k: v for k, v in row._mapping.items() if k != "held"} for row in kept}
    return {i for i, row in rows_of(session, folded, signed).items() if found.get(i) != row}


def rows_of(
    session: Session, folded: Mapping[int, Life], signed: Mapping[str, str]
) -> dict[int, dict[str, Any]]:
    """What is to be kept of each of these returns; `signed` are their texts by SHA-256."""
    of_cycle = session.exec(
        select(col(Return.id), _CYCLE)
        .join(Cycle, col(Cycle.id) == col(Return.cycle_id))
        .where(among(col(Return.id), folded))
    ).all()
    policies = {c.policy_version for _, c in of_cycle}
    charters = {c.charter_version for _, c in of_cycle} if signed else set()
    rules = _Rules(
        {version: cycles.policy_of(session, version) for version in policies},
        {version: cycles.charter_of(session, version) for version in charters},
    )
    return {
        i or 0: {"return_id": i, "cycle_id": cycle.id}
        | _columns(folded[i or 0], rules.policies[cycle.policy_version].approvals)
        | _scored(rules, cycle, folded[i or 0], signed)
        for i, cycle in of_cycle
    }


@dataclass(frozen=True)
class _Rules:
    """The rules that some returns stand under, by version."""

    policies: Mapping[str, Policy]
    charters: Mapping[str, CharterFile]


def _columns(life: Life, approvals: int) -> dict[str, Any]:
    first = life.first_signed_at
    return {
        "released": bool(life.released),
        "nil": life.nil,
        "received_on": london_date(first) if first else None,
        "received_due": life.first_signed_due,
        "extended_until": life.extended.due if life.extended else None,
        "not_returned": life.not_returned_at is not None,
        "started": life.started,
        "unreachable": life.unreachable,
        "waits_for": waits_for(life, approvals) or "",
        "checked": checked(life) or "",
        "approved_by": "".join(f",{one}," for one in life.approved_by),
        "published": bool(life.revision) and not life.revising,
        "life": _text(life),
    }


def _text(life: Life) -> str:
    """The fold in one form only, without the rungs said; what it does not say is left out."""
    plain = LIFE.dump_python(replace(life, said=frozenset()), mode="json", exclude_defaults=True)
    for unordered in ("refused", "cleared"):
        if unordered in plain:
            plain[unordered].sort()
    return json.dumps(plain, ensure_ascii=False, separators=(",", ":"))


def _scored(
    rules: _Rules,
    cycle: Any,  # noqa: ANN401 - a row of its bundle
    life: Life,
    signed: Mapping[str, str],
) -> dict[str, Any]:
    """The ratings of a signed return and what they come to; nothing of one that is not signed."""
    empty = {"ratings": "{}", "fully": None, "applicable": None, "band": ""}
    if life.document not in signed:
        return empty
    document = ReturnDocument.model_validate_json(signed[life.document])
    ratings = {
        answer.commitment: (
            answer.rating,
            life.changes[answer.commitment].rating
            if answer.commitment in life.changes
            else answer.rating,
        )
        for answer in document.answers
        if answer.rating
    }
    empty["ratings"] = canonical(ratings)
    try:
        came_to = score(
            document,
            life.document,
            rules.charters[cycle.charter_version],
            rules.policies[cycle.policy_version],
            Quarter.parse(cycle.quarter),
            life.changes,
            baseline=cycle.baseline,
        )
    except ValueError:  # the flow that scores says so; what is kept for pages stops no step
        return empty
    return empty | {
        "fully": came_to.fully,
        "applicable": came_to.applicable,
        "band": came_to.band,
    }
