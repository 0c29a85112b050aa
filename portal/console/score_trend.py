"""A region's scores over the quarters: how many returns in each band, and every service's own."""

from collections import Counter
from dataclasses import dataclass
from itertools import groupby

from fastapi import APIRouter
from starlette.responses import Response

from charter.commitments import CharterFile
from charter.policy import Policy
from charter.quarters import Quarter
from charter.reach import unreached
from charter.scoring import whole_percent
from charter.words import BAND_WORDS
from notifications.charts import Key, Point, Sparkline, Stack, Stacks
from portal.console import regions
from portal.console.score_receipt import OTHER_CHARTER, points_words
from portal.doors import NotHere, SignedIn, number
from providers import cycles, tallies
from providers.tallies import Alike, Scored

router = APIRouter(prefix="/console/regions/{region}/scores")
A_PAGE = 60
"""Services on a page."""
BACK = 4
"""Quarters of each service beside one another."""
KEYS = {
    band: Key(word.console, "blue" if band == "substantially" else word.colour)
    for band, word in BAND_WORDS.items()
}
"""The bands in their order; beside one another no two may be of one colour."""


@dataclass(frozen=True)
class Row:
    """A service with its score in each of the last quarters; None where it owed no return."""

    name: str
    party_name: str
    scores: list[Scored | None]


@router.get("", name="scores_page")
def scores_page(region: str, visit: SignedIn) -> Response:
    """Bands and shares over all quarters, then each service over the last four."""
    page = max(1, number(visit.request.query_params.get("page", "1") or "1"))
    with visit.desk.database.reading() as session:
        room = regions.enter(session, visit, region)
        groups = tallies.alike(session, room.code)
        since = back_to(groups)
        many, scored = tallies.services(session, room.code, since, (page - 1) * A_PAGE, A_PAGE)
        rules = cycles.rules_for(session, cycles.region_of(session, room.code))
    if page > 1 and not scored:
        raise NotHere
    columns = sorted({one.quarter for one in scored})
    return regions.show(
        visit,
        room,
        "console/scores.html",
        here="/scores",
        wide=True,
        bands=bands(groups),
        share=share(groups),
        quarters=columns,
        rows=rows(scored, columns),
        words=points_words,
        page=page,
        pages=max(1, -(-many // A_PAGE)),
        many=many,
        policy=rules.policy,
        charter=rules.charter,
        missing=missing(rules.policy, rules.charter),
    )


def back_to(groups: list[Alike]) -> str:
    """The quarter from which services are shown, so that at most four are beside one another."""
    known = sorted({one.quarter for one in groups})
    if not known:
        return ""
    since = known[-1]
    for _ in range(BACK - 1):
        since = since.previous()
    return str(since)


def bands(groups: list[Alike]) -> Stacks | None:
    """How many signed returns of each quarter are in each band."""
    known: dict[Quarter, Counter[str]] = {}
    for one in groups:
        known.setdefault(one.quarter, Counter())[one.band] += one.returns
    if not known:
        return None
    return Stacks(
        "bands",
        "Signed returns in each band",
        "A bar for each quarter, newest first; each is all the returns signed in it.",
        tuple(KEYS.values()),
        tuple(
            Stack(quarter.in_words, tuple(known[quarter][band] for band in KEYS))
            for quarter in sorted(known, reverse=True)
        ),
        of="Quarter",
    )


def share(groups: list[Alike]) -> Sparkline | None:
    """How much of all that applied was fully met; broken where the Charter changed."""
    points: list[Point] = []
    before = ""
    for (quarter, charter), told in groupby(groups, key=lambda one: (one.quarter, one.charter)):
        listed = list(told)
        fully = sum(one.fully * one.returns for one in listed)
        applicable = sum(one.applicable * one.returns for one in listed)
        percent = whole_percent(fully, applicable) if applicable else None
        says = f"{percent} per cent ({fully:,} of {applicable:,})" if applicable else ""
        points.append(Point(quarter, percent, says, breaks=bool(before) and charter != before))
        before = charter
    if not points:
        return None
    return Sparkline(
        "share",
        "Commitments fully met, of all that apply in signed returns",
        "A point for each quarter, as a whole per cent.",
        tuple(points),
        counted="Fully met",
        why_breaks=OTHER_CHARTER,
    )


def rows(scored: list[Scored], columns: list[Quarter]) -> list[Row]:
    """A row for each service, in the order given."""
    found = []
    for _, told in groupby(scored, key=lambda one: one.service_id):
        listed = list(told)
        by_quarter = {one.quarter: one for one in listed}
        last = listed[-1]
        found.append(Row(last.name, last.party_name, [by_quarter.get(q) for q in columns]))
    return found


def missing(policy: Policy, charter: CharterFile) -> list[str]:
    """The bands that no return to the Charter asked next can be in, each with the arithmetic."""
    return [str(one) for one in unreached(policy, len(charter.ids))]
