"""Sensitive periods of a region's prisons: set by one person, agreed to by another."""

from collections.abc import Callable
from datetime import timedelta

from fastapi import APIRouter
from sqlmodel import Session
from starlette.responses import Response

from charter.quarters import london_date
from charter.reading import QUIET
from portal.console import regions, rooms
from portal.console.regions import Room
from portal.doors import NotHere, SignedIn, Typed, Visit, number
from portal.forms import Faults, Form, boxes
from portal.people import names_of
from providers import quiet, staff
from providers.cycles import NotAllowed, Unknown
from providers.quiet import SETTERS, Period

router = APIRouter(prefix="/console/regions/{region}/sensitive")
DID = {
    "set": "Set. It counts once somebody else has agreed to it.",
    "agreed": "Agreed. It counts from its first day, at the publications from then on.",
    "ended": "Ended. The next publication shows everything again.",
}


def enter(session: Session, visit: Visit, region: str) -> Room:
    """The region, for somebody who may set a sensitive period there."""
    room = regions.enter(session, visit, region)
    may = bool(room.roles & SETTERS)
    rooms.require(may, "a commissioner or approver", "see or set sensitive periods")
    return room


@router.get("", name="sensitive_page")
def sensitive_page(region: str, visit: SignedIn) -> Response:
    """Every period that is not over, those that were, and a form for another."""
    with visit.desk.database.reading() as session:
        return draw(session, visit, enter(session, visit, region), Form({}), Faults())


@router.post("", name="set_sensitive")
def set_sensitive(region: str, visit: SignedIn, form: Typed) -> Response:
    """Propose a period; it does nothing until a second person agrees."""
    faults = Faults()
    first = form.day("first", faults, what="the first day")
    last = form.day("last", faults, what="the last day")
    with visit.desk.database.writing() as session:
        room = enter(session, visit, region)
        known = {str(site) for site, _ in quiet.prisons(session, region)}
        if form.text("prison") not in known:
            faults.add("prison", "choose the prison")
        if first and last and not faults:
            site, who = int(form.text("prison")), visit.visitor.person
            try:
                quiet.set_period(session, region, site, first, last, visit.now, who)
            except NotAllowed as error:
                faults.add("last", str(error))
        if faults:
            return draw(session, visit, room, form, faults)
    return visit.go(f"{room.path}/sensitive?did=set")


@router.post("/agree", name="agree_sensitive")
def agree_sensitive(region: str, visit: SignedIn, form: Typed) -> Response:
    """Agree to a period that somebody else set."""
    return _decide(region, visit, form, quiet.agree, "agreed")


@router.post("/end", name="end_sensitive")
def end_sensitive(region: str, visit: SignedIn, form: Typed) -> Response:
    """End a period before its last day, or take back one that waits."""
    return _decide(region, visit, form, quiet.end, "ended")


def _decide(region: str, visit: Visit, form: Form, act: Callable[..., None], did: str) -> Response:
    with visit.desk.database.writing() as session:
        room = enter(session, visit, region)
        if not form.text("period"):
            refused = "choose the period on this page"
            return draw(session, visit, room, Form({}), Faults(), refused=refused)
        try:
            period = number(form.text("period"))
            act(session, region, period, visit.now, visit.visitor.person)
        except Unknown as error:
            raise NotHere from error
        except NotAllowed as error:
            return draw(session, visit, room, Form({}), Faults(), refused=str(error))
    return visit.go(f"{room.path}/sensitive?did={did}")


def _cannot_agree(
    session: Session, visit: Visit, room: Room, known: list[Period]
) -> frozenset[int]:
    """Those of these periods that somebody other than the visitor has to agree to."""
    team, today = staff.listing(session, room.code), london_date(visit.now)
    who = visit.visitor.person
    return frozenset(one.id for one in known if quiet.why_not_agree(team, one, today, who))


def draw(
    session: Session, visit: Visit, room: Room, form: Form, faults: Faults, *, refused: str = ""
) -> Response:
    """The page with these boxes; 422 with faults, 409 where a period could not be decided on."""
    today = london_date(visit.now)
    known = quiet.periods(session, [room.code])
    names = names_of(session, {by for one in known for by in (one.set_by, one.agreed_by) if by})
    most = quiet.longest(session, room.code)
    typed = bool(form.names)
    return regions.show(
        visit,
        room,
        "console/sensitive.html",
        409 if refused else 422 if faults else 200,
        here="/release",
        standing=[one for one in known if not one.is_over(today)],
        over=[one for one in known if one.is_over(today)],
        today=today,
        mine=_cannot_agree(session, visit, room, known),
        names=names,
        prisons=quiet.prisons(session, room.code),
        prison=form.text("prison"),
        first=form.typed_day("first") if typed else boxes(today),
        last=form.typed_day("last") if typed else boxes(today + timedelta(days=most // 2 - 1)),
        most=most,
        sentence_shown=QUIET,
        did="" if faults or refused else DID.get(visit.request.query_params.get("did", ""), ""),
        refused=refused,
        faults=faults.in_order(("prison", "first", "last")),
    )
