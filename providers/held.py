"""How many words of a return are held for a person before its page goes out, by its last step."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from charter.alarm import words_in
from charter.releasable import held_texts
from charter.returns import Life
from charter.review import HoldCleared
from notifications.among import among
from providers import cycles, requests
from providers.cycles import CycleView
from providers.requests import Asked
from providers.tables import Cycle, Party, Return, Service, Site, StepRow


def held(session: Session, folded: Mapping[int, Life], signed: Mapping[str, str]) -> dict[int, int]:
    """The number for each of these returns whose page has still to go out, none left out.

    `signed` are the signed texts by SHA-256. It rests on names in the register and on families'
    requests too, so that it holds for the moment it is reckoned.
    """
    waiting = [i for i, life in folded.items() if _goes_out(life)]
    if not waiting:
        return {}
    places = _places(session, waiting)
    known = {(c.region, str(c.quarter)): c for c in cycles.cycles(session)}
    regions = {place.region_code for place in places.values()}
    asked = {code: requests.requests_in(session, code) for code in sorted(regions)}
    found: dict[int, frozenset[str]] = {}
    for i, place in places.items():
        cycle = known[place.region_code, place.quarter]
        found[i] = _in_page(session, place, cycle, folded[i], signed, asked[cycle.region])
    cleared = cleared_before(session, [i for i, texts in found.items() if texts])
    return {i: len(texts - cleared.get(i, frozenset())) for i, texts in found.items()}


def _goes_out(life: Life) -> bool:
    return not life.is_settled and bool(life.is_received or life.not_returned_at)


def _places(session: Session, ids: Iterable[int]) -> dict[int, Any]:
    query: Any = (
        select(  # type: ignore[call-overload]  # SQLModel types no more than four
            col(Return.id), col(Cycle.quarter), col(Cycle.region_code),
            col(Site.code).label("site"), col(Site.name).label("site_name"), col(Service.line),
            col(Party.code).label("party"), col(Party.name).label("party_name"),
        )
        .join(Cycle, col(Cycle.id) == col(Return.cycle_id))
        .join(Service, col(Service.id) == col(Return.service_id))
        .join(Site, col(Site.id) == col(Service.site_id))
        .join(Party, col(Party.code) == col(Service.party_code))
        .where(among(col(Return.id), ids))
    )  # fmt: skip
    return {row.id: row for row in session.exec(query)}


def _in_page(
    session: Session,
    place: Any,  # noqa: ANN401 - a row of `_places`
    cycle: CycleView,
    life: Life,
    signed: Mapping[str, str],
    asked: Iterable[Asked],
) -> frozenset[str]:
    policy = cycles.policy_of(session, cycle.policy_version)
    charter = cycles.charter_of(session, cycle.charter_version)
    names = words_in(place.site_name, cycle.region_name, place.party_name, place.line)

    def looked(known: frozenset[str]) -> frozenset[str]:
        return held_texts(
            signed.get(life.document, ""),
            life,
            (
                words
                for one in asked
                if one.stands_at(place.site, place.party, policy.fewest_people)
                for words in (one.text, one.source)
            ),
            names=known,
            few=policy.fewest_people if policy.holds_alarm else 0,
            particulars=policy.holds_particulars,
            cleared=life.cleared,
            rated=cycle.adopted or not charter.is_working,
        )

    found = looked(names)
    if found:  # the commissioner's own name is asked for only where it could matter
        found = looked(names | words_in(*_commissioners(session, cycle.region)))
    return found


def _commissioners(session: Session, region: str) -> list[str]:
    """The organisations that commission for a region."""
    rows = (
        select(Party.name)
        .join(Service, col(Service.party_code) == col(Party.code))
        .join(Site, col(Site.id) == col(Service.site_id))
        .where(Site.region_code == region, Party.kind == "commissioner")
        .distinct()
    )
    return list(session.exec(rows))


def cleared_before(session: Session, ids: list[int]) -> dict[int, frozenset[str]]:
    """What was cleared for the services of these returns in any quarter; one query, or none."""
    if not ids:
        return {}
    other = aliased(Return)
    rows = session.exec(
        select(Return.id, StepRow.body)
        .join(other, col(other.service_id) == col(Return.service_id))
        .join(StepRow, col(StepRow.return_id) == col(other.id))
        .where(among(col(Return.id), ids))
        .where(col(StepRow.body).startswith('{"kind":"hold_cleared"'))
    )
    found: dict[int, set[str]] = defaultdict(set)
    for i, body in rows:
        found[i or 0].add(HoldCleared.model_validate_json(body).text)
    return {i: frozenset(texts) for i, texts in found.items()}
