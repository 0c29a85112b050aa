"""What families ask of a provider, of the commissioner or of a prison, as its partner enters it."""

from dataclasses import dataclass
from datetime import date, datetime

from fastapi import APIRouter
from markupsafe import Markup
from sqlmodel import Session
from starlette.responses import Response

from charter.commitments import CharterFile
from charter.quarters import Quarter, london_date
from charter.words import REPLY_WORDS
from portal.console import regions
from portal.console.lines import column
from portal.console.listening import require_partner, turned
from portal.console.listening_words import as_typed, asking, chosen, heard, line, live
from portal.console.regions import Room
from portal.doors import NotHere, SignedIn, Typed, Visit
from portal.forms import Faults, Form
from portal.pages import moment
from portal.people import name_of
from providers import checking, ledger, opened, partners, pauses, register, replied, requests
from providers.cycles import NotAllowed, Unknown
from providers.opened import Opened
from providers.requests import KINDS, Asked

router = APIRouter(prefix="/console/regions/{region}/requests")
FIELDS = ("kind", "party", "site", "commitment", "text", "families", "source", "heard_on")
HEAD = [column(what) for what in ("What is asked", "Kind", "Of whom", "Where", "About", "State")]


@dataclass(frozen=True)
class Counter:
    """A region's requests desk: who may be asked, where, about what, and who may ask."""

    room: Room
    parties: dict[str, str]
    sites: dict[str, str]
    charter: CharterFile
    opened: list[Opened]
    today: date

    @property
    def path(self) -> str:
        """Where the region's requests are."""
        return f"{self.room.path}/requests"

    @property
    def can_write(self) -> bool:
        """Is the listening partner."""
        return bool(self.room.roles & checking.PARTNERS)

    def asked_in(self, one: Asked) -> Quarter | None:
        """The first quarter opened whose returns answer it."""
        for quarter in self.opened:
            if one.heard_on <= quarter.requests_close:
                return quarter.quarter
        return None

    def state(self, one: Asked) -> str:
        """Whether it stands, and which quarter's returns are asked about it."""
        if one.withdrawn_on:
            return "Taken back"
        asked = self.asked_in(one)
        return f"Asked for {asked.in_words}" if asked else "Asked when the next quarter opens"

    def place(self, one: Asked) -> str:
        """The prison that it is about, or that it is about all of them."""
        return self.sites.get(one.site, one.site) if one.site else "All its prisons"

    def commitment(self, which: str) -> str:
        """A commitment by its short name."""
        short = {c.id: c.short for c in self.charter.commitments}
        return f"{which}: {short[which]}" if which in short else which


def enter(session: Session, visit: Visit, region: str) -> Counter:
    """The requests of a region of the visitor's; else NotHere."""
    room = regions.enter(session, visit, region)
    quarters, today = opened.opened(session, region), london_date(visit.now)
    return Counter(
        room=room,
        parties=pauses.providers_in(session, region),
        sites=requests.site_names(session, region),
        charter=opened.rules_of(session, region, quarters, Quarter.containing(today)).charter,
        opened=quarters,
        today=today,
    )


@router.get("", name="requests_page")
def requests_page(region: str, visit: SignedIn) -> Response:
    """Every request and recommendation entered in the region, the newest first."""
    with visit.desk.database.reading() as session:
        counter = enter(session, visit, region)
        entered = requests.entered_in(session, region)
        who = partners.partners(session, region, counter.today)
    shown, pages = turned(entered[::-1], visit, counter.path)
    link = Markup('<a href="{}/{}">{}</a>')
    rows = [
        [
            link.format(counter.path, one.id, one.text[:90] + ("…" if len(one.text) > 90 else "")),
            "Recommendation" if one.kind == "recommendation" else "Request",
            counter.parties.get(one.party, one.party),
            counter.place(one),
            one.commitment,
            counter.state(one),
        ]
        for one in shown
    ]
    return show(
        visit,
        counter,
        "console/requests.html",
        wide=True,
        head=HEAD,
        rows=rows,
        pages=pages,
        partners=who,
    )


@router.get("/new", name="request_page")
def request_page(region: str, visit: SignedIn) -> Response:
    """A form for one request."""
    with visit.desk.database.reading() as session:
        counter = enter(session, visit, region)
        require_partner(counter.room, "enter what families ask for")
        return draw(session, visit, counter, {}, Faults())


@router.post("/new", name="enter_request")
def enter_request(region: str, visit: SignedIn, form: Typed) -> Response:
    """Enter it; it cannot be edited afterwards, by anybody."""
    faults = Faults()
    with visit.desk.database.writing() as session:
        counter = enter(session, visit, region)
        require_partner(counter.room, "enter what families ask for")
        is_live = live(form, faults)
        asked = typed(session, counter, form, faults)
        if faults or asked is None:
            return draw(session, visit, counter, as_typed(form), faults, is_live=is_live)
        which = requests.enter(session, region, asked, visit.now, visit.visitor.person)
    return visit.go(f"{counter.path}/{which}?did=entered")


def typed(session: Session, counter: Counter, form: Form, faults: Faults) -> Asked | None:
    """What was typed, with a fault where it cannot be asked so."""
    kind = chosen(form, "kind", faults, KINDS, "choose what it is")
    party = chosen(form, "party", faults, counter.parties, "choose who is asked")
    site = chosen(form, "site", faults, ["", *counter.sites], "choose the prison")
    about = "choose the commitment that it is about"
    commitment = chosen(form, "commitment", faults, counter.charter.ids, about)
    text = form.words("text", faults)
    if not text:
        faults.add("text", "write what is asked for, as families would say it")
    families = asking(form, faults, needed=bool(site) and kind == "request")
    source = line(form, "source", faults, "say where it was heard, such as a visits hall morning")
    told_in = counter.today, Quarter.containing(counter.today)
    heard_on = heard(form, "heard_on", faults, "the date it was heard", *told_in)
    if site and not faults.on("party") and not faults.on("site"):
        served = register.services(session, [counter.room.code])
        serving = {(one.party_code, one.site_code) for one in served}
        if (party, site) not in serving:
            faults.add("site", f"{counter.parties[party]} has no service at {counter.sites[site]}: "
                       "choose another, or pass it on to the prison instead")  # fmt: skip
    if faults or heard_on is None:
        return None
    return Asked("", site, party, commitment, text, source, heard_on, kind, families=families)


@router.get("/{request_id}", name="one_request")
def one_request(region: str, request_id: str, visit: SignedIn) -> Response:
    """One request in full, with what was replied to it in signed returns."""
    with visit.desk.database.reading() as session:
        counter = enter(session, visit, region)
        return draw_one(session, visit, counter, request_id)


@router.post("/{request_id}/withdraw", name="withdraw_request")
def withdraw_request(region: str, request_id: str, visit: SignedIn, form: Typed) -> Response:
    """Take back what was entered by mistake, before anybody was asked about it."""
    faults = Faults()
    with visit.desk.database.writing() as session:
        counter = enter(session, visit, region)
        asked = find(session, region, request_id)
        require_partner(counter.room, "take back a request")
        is_live = live(form, faults)
        why = line(form, "why", faults, "say why it is taken back")
        if asked.withdrawn_on and asked.withdrawn_why != why:
            refused = taken_back(session, asked)
            return draw_one(session, visit, counter, request_id, form, refused=refused)
        if faults:
            return draw_one(session, visit, counter, request_id, form, faults, is_live=is_live)
        try:
            person = visit.visitor.person
            requests.withdraw(session, region, request_id, why, visit.now, person)
        except NotAllowed as error:
            return draw_one(session, visit, counter, request_id, form, refused=str(error))
    return visit.go(f"{counter.path}/{request_id}?did=withdrawn")


def taken_back(session: Session, asked: Asked) -> str:
    """Who took a request back before, and when."""
    entry = ledger.newest(session, requests.WITHDRAWN, f"request:{asked.id}")
    if entry is None:
        return "it was taken back already"
    when = moment(datetime.fromisoformat(entry.at))
    return f"{name_of(session, entry.by)} took it back on {when}"


def find(session: Session, region: str, request_id: str) -> Asked:
    """A request of the region; NotHere for another's."""
    try:
        return requests.find(session, region, request_id)
    except Unknown as error:
        raise NotHere from error


def draw(
    session: Session,
    visit: Visit,
    counter: Counter,
    boxes: dict[str, str],
    faults: Faults,
    *,
    is_live: bool = False,
) -> Response:
    """The form with these boxes; 422 with faults."""
    return show(
        visit,
        counter,
        "console/request.html",
        422 if faults else 200,
        typed=boxes,
        kinds=KINDS,
        is_live=is_live,
        safer=safer_of(session, counter),
        faults=faults.in_order(FIELDS),
    )


def draw_one(
    session: Session,
    visit: Visit,
    counter: Counter,
    request_id: str,
    form: Form | None = None,
    faults: Faults | None = None,
    *,
    refused: str = "",
    is_live: bool = False,
) -> Response:
    """The request's page; 422 with faults, 409 when it could not be taken back."""
    asked = find(session, counter.room.code, request_id)
    did = visit.request.query_params.get("did", "")
    done = {"entered": "Entered. Nobody can edit it now.", "withdrawn": "Taken back."}
    first = counter.asked_in(asked)
    return show(
        visit,
        counter,
        "console/one_request.html",
        409 if refused else 422 if faults else 200,
        asked=asked,
        kinds=KINDS,
        reply_words=REPLY_WORDS,
        first=first,
        can_take_back=counter.can_write and not asked.withdrawn_on and first is None,
        replies=replied.replies(session, counter.room.code, asked),
        why=form.text("why") if form else "",
        refused=refused,
        is_live=is_live,
        safer=safer_of(session, counter) if is_live else [],
        did="" if faults or refused else done.get(did, ""),
        faults=faults or Faults(),
    )


def safer_of(session: Session, counter: Counter) -> list[register.SiteView]:
    """The prisons whose safer custody number is known."""
    return [s for s in register.sites(session, counter.room.code) if s.safer_custody]


def show(
    visit: Visit, counter: Counter, name: str, status: int = 200, **context: object
) -> Response:
    """A page of the region's requests."""
    return regions.show(
        visit, counter.room, name, status, here="/listening", counter=counter, **context
    )
