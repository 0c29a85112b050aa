"""Puts the places that have pages into groups, whose pages are made together."""

from collections.abc import Iterable, Sequence
from datetime import date

from sqlmodel import Session

from charter.places import a_to_z
from charter.policy import Frozen
from providers import owed_places
from providers.owed_places import Place
from providers.unasked import unasked

TOGETHER = 50
"""Prisons that are told of at once, and that stand together in one part of a long list."""
ROWS = 100
"""Updates in one part of a timetable."""


class Group(Frozen):
    """Prisons whose pages are made together; part `number` of a region, or nought: everybody."""

    region: str
    number: int
    regions: tuple[str, ...]
    sites: tuple[int, ...]

    @property
    def name(self) -> str:
        """What it is kept under."""
        return f"{self.region}/{self.number}" if self.number else "everybody"


def places(session: Session, today: date) -> list[Place]:
    """Every place that has a page: what owes returns, and prisons that nothing was asked of."""
    bare = [
        Place(one.region, one.site_id, one.code, one.name, 0) for one in unasked(session, today)
    ]
    return [*owed_places.places(session), *bare]


def groups(places: Sequence[Place]) -> list[Group]:
    """All together while they are few; else region by region, so many at a time, A to Z."""
    if len(places) <= TOGETHER and _most(places) <= ROWS:
        return [_group("", 0, places)] if places else []
    found = []
    for region in sorted({place.region for place in places}):
        here = sorted(
            (place for place in places if place.region == region),
            key=lambda place: (a_to_z(place.name), place.site_id),
        )
        parts: list[list[Place]] = [[]]
        for place in here:
            full = len(parts[-1]) == TOGETHER or _most([*parts[-1], place]) > ROWS
            if full and parts[-1]:
                parts.append([])
            parts[-1].append(place)
        found += [_group(region, n, part) for n, part in enumerate(parts, start=1)]
    return found


def _most(places: Iterable[Place]) -> int:
    return sum(place.at_once for place in places)


def _group(region: str, number: int, places: Sequence[Place]) -> Group:
    return Group(
        region=region,
        number=number,
        regions=tuple(sorted({place.region for place in places})),
        sites=tuple(place.site_id for place in places),
    )
