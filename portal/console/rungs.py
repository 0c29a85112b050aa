"""Which rung of a region's ladder works: what was received after each letter, and how soon."""

import csv
import io
from urllib.parse import quote

from fastapi import APIRouter
from sqlmodel import Session
from starlette.responses import Response

from charter.rungs import FEWEST, Counted, Worked, which_works
from portal.console import rooms
from portal.doors import NotHere, SignedIn, Visit
from providers import register, responding
from providers.register import RegionView

router = APIRouter(prefix="/console/regions/{region}")
COLUMNS = (
    "region",
    "quarter",
    "rung",
    "letter",
    "returns_it_spoke_of",
    "received_after_it_and_before_the_next",
    "median_days_to_receipt",
    "note",
)


@router.get("/rungs", name="rungs_page")
def rungs_page(region: str, visit: SignedIn) -> Response:
    """Each rung with what it brought, in all quarters and in each."""
    home, counted = enter(visit, region)
    return visit.page(
        "console/rungs.html",
        home=home,
        quarters=counted,
        fewest=FEWEST,
        wait=wait,
        sheet=f"/console/regions/{quote(region, safe='')}/rungs.csv",
        sample=home.name if home.sample else "",
    )


@router.get("/rungs.csv", name="rungs_csv")
def rungs_csv(region: str, visit: SignedIn) -> Response:
    """The same as a table for a spreadsheet."""
    home, counted = enter(visit, region)
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\r\n")
    table.writerow(COLUMNS)
    for one in counted:
        quarter = str(one.quarter or "all")
        for row in one.rungs:
            usual = "" if row.usual is None else f"{row.usual:g}"
            known = (row.reached, row.received, usual, note(row))
            table.writerow((home.code, quarter, row.rung, row.words, *known))
    return Response(
        text.getvalue().encode("utf-8-sig"),
        media_type="text/csv; charset=utf-8",
        headers={
            "content-disposition": f'attachment; filename="{home.code}-which-letter-works.csv"'
        },
    )


def enter(visit: Visit, region: str) -> tuple[RegionView, list[Counted]]:
    """A region of the visitor's, with how its rungs worked; NotHere if it is none of theirs."""
    if not rooms.roles_in(visit, region):
        raise NotHere
    with visit.desk.database.reading() as session:
        home = register.region(session, region)
        if home is None:
            raise NotHere
        return home, count(session, region)


def count(session: Session, region: str) -> list[Counted]:
    """How each rung of a region's ladder worked, all quarters first."""
    return which_works(*responding.told_and_received(session, region))


def wait(row: Worked) -> str:
    """The usual time to receipt in words, or why it is not given."""
    if not row.received:
        return "–"
    if row.usual is None:
        return "Too few to say"
    days = f"{row.usual:g}"
    return "The same day" if not row.usual else f"{days} day{'' if days == '1' else 's'}"


def note(row: Worked) -> str:
    """Why no time is given, in a sentence; empty where it is."""
    few = row.received and row.usual is None
    return f"fewer than {FEWEST} received, too few to say how soon" if few else ""
