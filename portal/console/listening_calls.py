"""Calls to prisons' lines for families, and the replies that wait to be marked, of one quarter."""

from datetime import date

from fastapi import APIRouter
from markupsafe import Markup
from sqlmodel import Session
from starlette.responses import Response

from charter.listening import Calls
from charter.words import FAITHFUL_WORDS
from portal.console import regions
from portal.console.lines import column
from portal.console.listening import Desk, enter, find, require_partner, show, turned
from portal.console.listening_words import as_typed, chosen, live, needed
from portal.doors import BIGGEST_ID, LONGEST_ID, NotHere, SignedIn, Typed, Visit, number
from portal.forms import Faults
from providers import family_calls, listening, partners, register, replied
from providers.cycles import NotAllowed, Unknown
from providers.family_calls import LONGEST
from providers.replied import Marked

router = APIRouter(prefix="/console/regions/{region}/listening/{quarter}")
DID = {"noted": "Noted.", "struck": "Struck out. The record keeps that it was there."}
CALLS = [
    column("Prison"),
    column("Line for families"),
    column("Calls made", numeric=True),
    column("Answered", numeric=True),
    column("Minutes waited", numeric=True),
]
JUDGED = [
    column("Prison"),
    column("Provider"),
    column("Requests", numeric=True),
    column("Marked"),
    column("Why"),
]
ANSWERED = {"yes": "Yes", "no": "No, nobody answered"}


@router.get("/calls", name="calls_page")
def calls_page(region: str, quarter: str, visit: SignedIn) -> Response:
    """Each prison with the calls made to its line for families."""
    with visit.desk.database.reading() as session:
        desk = enter(session, visit, region, quarter)
        return draw(session, visit, desk, {}, Faults())


@router.post("/calls", name="note_call")
def note_call(region: str, quarter: str, visit: SignedIn, form: Typed) -> Response:
    """Note one call."""
    faults = Faults()
    with visit.desk.database.writing() as session:
        desk = enter(session, visit, region, quarter)
        require_partner(desk.room, "note calls to a prison's line for families")
        is_live = live(form, faults)
        site = chosen(form, "site", faults, desk.sites, "choose the prison that was called")
        on = form.day("called_on", faults, what="the date of the call")
        answered = chosen(form, "answered", faults, ANSWERED, "say whether somebody answered")
        minutes = needed(form, "minutes", faults, "Minutes waited", LONGEST)
        if on and not desk.quarter.starts <= on <= desk.quarter.ends:
            faults.add("called_on", f"this day is not in {desk.quarter.in_words}")
        if on and not faults:
            if noted_since(
                session, desk, form.text("seen"), (site, on, answered == "yes", minutes)
            ):
                return visit.go(f"{desk.path}/calls?did=noted")
            try:
                family_calls.note(
                    session,
                    region,
                    site,
                    on,
                    answered == "yes",
                    minutes,
                    desk.policy.calls_a_quarter,
                    visit.now,
                    visit.visitor.person,
                )
            except NotAllowed as error:
                faults.add("site" if "on record" in str(error) else "called_on", str(error))
        if faults:
            return draw(session, visit, desk, as_typed(form), faults, is_live=is_live)
    return visit.go(f"{desk.path}/calls?did=noted")


def noted_since(
    session: Session, desk: Desk, seen: str, call: tuple[str, date, bool, int | None]
) -> bool:
    """Whether this very call was noted after the page was drawn: its button was pressed twice."""
    last = int(seen) if seen.isdecimal() and len(seen) <= LONGEST_ID else BIGGEST_ID
    made = family_calls.made(session, desk.room.code, desk.quarter)
    return call in [(o.site, o.on, o.answered, o.minutes) for o in made if o.id > last]


@router.post("/calls/end", name="strike_call")
def strike_call(region: str, quarter: str, visit: SignedIn, form: Typed) -> Response:
    """Strike out a call that was noted by mistake; NotHere for another region's."""
    with visit.desk.database.writing() as session:
        desk = enter(session, visit, region, quarter)
        require_partner(desk.room, "note calls to a prison's line for families")
        if not form.text("go"):
            return visit.go(f"{desk.path}/calls")
        try:
            which, person = number(form.text("go")), visit.visitor.person
            family_calls.strike_out(session, region, which, visit.now, person)
        except Unknown as error:
            raise NotHere from error
    return visit.go(f"{desk.path}/calls?did=struck")


def draw(
    session: Session,
    visit: Visit,
    desk: Desk,
    typed: dict[str, str],
    faults: Faults,
    *,
    is_live: bool = False,
) -> Response:
    """The page with these boxes; 422 with faults."""
    region = desk.room.code
    made = family_calls.made(session, region, desk.quarter)
    summed = listening.calls(session, region, desk.quarter)
    sites = [s for s in register.sites(session, region) if s.code in desk.sites]
    rows = [
        [
            site.name,
            site.family_line or "Not in the register",
            str(one.made),
            str(one.answered),
            str(one.minutes),
        ]
        for site in sites
        for one in [summed.get(site.code, Calls())]
    ]
    shown, pages = turned(rows, visit, f"{desk.path}/calls")
    asked = visit.request.query_params.get("did", "")
    return show(
        visit,
        desk,
        "console/calls.html",
        422 if faults else 200,
        wide=True,
        head=CALLS,
        rows=shown,
        pages=pages,
        made=made,
        seen=max((one.id for one in made), default=0),
        typed=typed,
        is_live=is_live,
        safer=[s for s in sites if s.safer_custody],
        answered=ANSWERED,
        did="" if faults else DID.get(asked, ""),
        faults=faults.in_order(("site", "called_on", "answered", "minutes")),
    )


def marks_of(one: Marked) -> str:
    """How a return's replies are marked, in words that add up to the replies it holds."""
    if not one.received:
        return "Not received yet"
    marks = {True: one.faithful, False: one.not_faithful, None: one.not_checked}
    words = {mark: FAITHFUL_WORDS[mark].console.lower() for mark in marks}
    told = [f"{many} {words[mark]}" for mark, many in marks.items() if many]
    return ", ".join(told) or "No reply to mark"


@router.get("/replies", name="replies_to_judge")
def replies_to_judge(region: str, quarter: str, visit: SignedIn) -> Response:
    """The returns that reply to families in a quarter, each with what the partner says of it."""
    with visit.desk.database.reading() as session:
        place = find(session, visit, region, quarter)
        close = [one.requests_close for one in place.opened if one.quarter == place.quarter]
        found = replied.marked(session, region, place.quarter, close[0]) if close else []
        who = partners.partners(session, region, place.today)
    rows = [
        [
            Markup('<a href="/console/returns/{}{}">{}</a>').format(
                one.return_id, "/judge" if place.can_write and one.received else "", one.site_name
            ),
            one.party_name,
            str(one.requests),
            marks_of(one),
            " ".join(one.reasons) or "–",
        ]
        for one in found
    ]
    shown, pages = turned(rows, visit, f"{place.path}/replies")
    return regions.show(
        visit,
        place.room,
        "console/judging.html",
        here="/listening",
        wide=True,
        place=place,
        partners=who,
        head=JUDGED,
        rows=shown,
        pages=pages,
    )
