"""A region's quarters: how many came on time in each, and whether that grows or falls."""

from collections.abc import Iterable
from dataclasses import dataclass

from fastapi import APIRouter
from starlette.responses import Response

from charter.quarters import london_date
from charter.returns import State
from notifications.charts import Point, Sparkline
from portal.console import regions
from portal.console.cycle import path_of
from portal.console.lines import NOTHING, column
from portal.doors import SignedIn
from providers import cycles, overview, pauses
from providers.cycles import CycleView
from providers.overview import Tally

router = APIRouter(prefix="/console/regions/{region}")
NONE = Tally(dict.fromkeys(State, 0))


@dataclass(frozen=True)
class Past:
    """A quarter with its counts; there is no `rate` until its returns are due."""

    cycle: CycleView
    tally: Tally
    rate: int | None

    @property
    def path(self) -> str:
        """Where the quarter's own page is."""
        return path_of(self.cycle)


HEAD = [
    column("Quarter"),
    column("Expected", numeric=True),
    column("On time", numeric=True),
    column("Late", numeric=True),
    column("Not returned", numeric=True),
    column("Still to come", numeric=True),
    column("Did not run", numeric=True),
    column("Rate on time", numeric=True),
]


@router.get("", name="region_page")
def region_page(region: str, visit: SignedIn) -> Response:
    """Every quarter of the region, newest first, and the rate over them."""
    today = london_date(visit.now)
    with visit.desk.database.reading() as session:
        room = regions.enter(session, visit, region)
        tallies = overview.tallies(session, region, today)
        everything = pauses.in_force(session).everything
        past = [
            Past(c, tally, tally.rate if c.dates.due < today else None)
            for c in cycles.cycles(session, region)
            for tally in [tallies.get(c.id, NONE)]
        ]
    return regions.show(
        visit,
        room,
        "console/cycles.html",
        wide=True,
        everything=everything,
        past=past[::-1],
        head=HEAD,
        cells={one.path: _cells(one) for one in past},
        chart=chart(past) if any(one.rate is not None for one in past) else None,
    )


def _cells(one: Past) -> list[str]:
    states = one.tally.states
    coming = sum(states[s] for s in (State.EXTENDED, State.IN_PROGRESS, State.NOT_STARTED))
    shown = (
        *(one.tally.expected, one.tally.on_time, one.tally.late),
        *(states[State.NOT_RETURNED], coming, states[State.NIL]),
    )
    return [*map(str, shown), NOTHING if one.rate is None else f"{one.rate}%"]


def chart(past: Iterable[Past]) -> Sparkline:
    """The rate over the quarters, oldest first; no line between two Charter versions."""
    points: list[Point] = []
    version = ""
    for one in past:
        charter = one.cycle.charter_version
        points.append(
            Point(
                quarter=one.cycle.quarter,
                value=one.rate,
                says="" if one.rate is None else f"{one.rate}%",
                breaks=bool(points) and charter != version,
                href=one.path,
            )
        )
        version = charter
    known = [p for p in points if p.value is not None]
    return Sparkline(
        id="on-time",
        title="Returns that came on time, of services that ran, in per cent",
        said=f"{known[-1].quarter.in_words}: {known[-1].says}." if known else "",
        points=tuple(points),
        counted="Rate on time",
        why_breaks="No line is drawn where the region went over to another Charter version.",
    )
