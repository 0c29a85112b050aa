"""A region's register as its team reads it: prisons, providers, services, contacts, signatories."""

from collections.abc import Mapping
from datetime import date

from fastapi import APIRouter
from markupsafe import Markup
from sqlmodel import Session
from starlette.responses import Response

from charter.quarters import london_date, say
from portal.console import register_room as door
from portal.console.lines import NOTHING, column
from portal.console.regions import Room
from portal.doors import SignedIn
from portal.provider.words import ROLE_WORDS
from providers import contact_lists, register, register_lists
from providers.contact_lists import ContactLine
from providers.register_lists import Prison, ServiceLine

router = APIRouter(prefix="/console/regions/{region}/register")
Cells = list[str | Markup]
CHECKS = {"": "All prisons", "check": "Numbers to check"}
DID = {"checked": "On record as checked."}
SERVICES = {
    "running": "Running now",
    "gaps": "Gaps: running with nobody to ask",
    "to_come": "To come",
    "ended": "Ended",
    "all": "All",
}
CONTACTS = {
    "": "Everybody",
    "refused": "Address turns our letters away",
    "unconfirmed": "Details not confirmed for a year",
}
ROLES = {"prime": "Prime", "sub": "Subcontractor"}


@router.get("", name="register_prisons")
def prisons(region: str, visit: SignedIn) -> Response:
    """Every prison with its three numbers, and the day on which each was checked."""
    asked, today = door.asked(visit, *CHECKS), london_date(visit.now)
    with visit.desk.database.reading() as session:
        room = door.enter(session, visit, region)
        found = register_lists.prisons(
            session, region, today, find=asked.find, show=asked.show, page=asked.page
        )
        stale = register_lists.many_to_check(session, region, today)
    path = door.path_of(room)
    return door.show(
        visit,
        room,
        "console/register_prisons.html",
        tab="",
        asked=asked,
        choices=CHECKS,
        pages=asked.pages(path, found),
        total=found.total,
        stale=stale,
        did=DID.get(visit.request.query_params.get("did", ""), ""),
        addresses=bool(room.roles & door.ADDRESSEES),
        head=[column(text) for text in (
            "Prison", "Switchboard", "Safer custody", "Families’ line", "Checked",
            "Served today by",
        )],
        rows=[_prison(row, room, today) for row in found.rows],
    )  # fmt: skip


def _prison(row: Prison, room: Room, today: date) -> Cells:
    link = '<a href="{}/prisons/{}">{}</a>' if door.may_change(room) else "{2}"
    checked = say(row.numbers_checked) if row.numbers_checked else "Never"
    again = row.numbers_checked and row.to_check(today)
    return [
        Markup(link).format(door.path_of(room), row.code, row.name),
        row.switchboard or NOTHING,
        row.safer_custody or NOTHING,
        row.family_line or NOTHING,
        flagged(checked, "Over a year ago" if again else ""),
        ", ".join(row.providers) or NOTHING,
    ]


def flagged(words: str, flag: str) -> str | Markup:
    """Words with what must be noticed under them."""
    if not flag:
        return words
    return Markup('{} <span class="app-flag">{}</span>').format(words, flag)


@router.get("/providers", name="register_providers")
def providers(region: str, visit: SignedIn) -> Response:
    """Every organisation with how many services it has here."""
    asked, today = door.asked(visit), london_date(visit.now)
    with visit.desk.database.reading() as session:
        room = door.enter(session, visit, region)
        found = register_lists.providers(session, region, today, find=asked.find, page=asked.page)
        signed = _signed(session, region)
    path = f"{door.path_of(room)}/providers"
    return door.show(
        visit,
        room,
        "console/register_list.html",
        tab="/providers",
        heading="Register: providers",
        lead="Every organisation that the register has ever named in this region.",
        what="Name or code",
        kinds=("provider", "providers"),
        asked=asked,
        choices={},
        address=path,
        pages=asked.pages(path, found),
        total=found.total,
        head=[
            column("Provider"),
            column("Prisons served today", numeric=True),
            column("Services running", numeric=True),
            column("To come", numeric=True),
            column("Ended", numeric=True),
            column("Signed the Charter"),
        ],
        rows=[
            [
                Markup("{} <span class='app-register__code'>{}</span>").format(
                    row.name if row.kind == "provider" else f"{row.name} (commissioner)", row.code
                ),
                *map(str, (row.prisons, row.running, row.to_come, row.ended)),
                signed.get(row.code, "Not signed up") if signed is not None else NOTHING,
            ]
            for row in found.rows
        ],
    )


def _signed(session: Session, region: str) -> Mapping[str, str] | None:
    """Which Charter versions each party signed; None where the region keeps no list."""
    listed = register.signatories(session, region)
    if listed is None:
        return None
    found: dict[str, str] = {}
    for one in listed:
        before = f"{found[one.party_code]}, " if one.party_code in found else ""
        found[one.party_code] = before + one.charter_version
    return found


@router.get("/services", name="register_services")
def services(region: str, visit: SignedIn) -> Response:
    """Who provides what where, from when to when, and what is missing."""
    asked, today = door.asked(visit, *SERVICES), london_date(visit.now)
    shown = asked.show or "running"
    with visit.desk.database.reading() as session:
        room = door.enter(session, visit, region)
        found = register_lists.services(
            session, region, today, find=asked.find, show=shown, page=asked.page
        )
        gaps = register_lists.many_gaps(session, region, today)
    path = f"{door.path_of(room)}/services"
    many = "1 service that runs has" if gaps == 1 else f"{gaps} services that run have"
    return door.show(
        visit,
        room,
        "console/register_list.html",
        tab="/services",
        heading="Register: services",
        lead=f"{many} no provider, or nobody to ask." if gaps else
        "Every service that runs has a provider, and somebody to ask.",
        what="Prison or provider",
        kinds=("service", "services"),
        asked=asked,
        choices=SERVICES,
        address=path,
        pages=asked.pages(path, found),
        total=found.total,
        head=[column(text) for text in (
            "Prison", "Provider", "Part", "First day", "Last day", "Missing", "Source",
        )],
        rows=[_service(row, room) for row in found.rows],
    )  # fmt: skip


def _service(row: ServiceLine, room: Room) -> Cells:
    name = f"{row.site_name} ({row.line})" if row.line else row.site_name
    lacks: str | Markup = flagged("", row.lacks) if row.lacks else NOTHING
    if row.lacks and row.newest and "commissioner" in room.roles:
        lacks = Markup('{} <a href="/console/returns/{}/contacts">Name a contact</a>').format(
            lacks, row.newest
        )
    return [
        name,
        row.party_name or NOTHING,
        ROLES.get(row.role, row.role),
        _unbroken(say(row.starts)),
        _unbroken(say(row.ends) if row.ends else "No end"),
        lacks,
        _source(row),
    ]


def _unbroken(words: str) -> Markup:
    return Markup('<span class="app-register__day">{}</span>').format(words)


def _source(row: ServiceLine) -> str | Markup:
    """Where it is known from, read when, and what there is to say of that."""
    known = row.source or ("Told" if row.source_date else "")
    dated = f"{known}, {say(row.source_date)}" if row.source_date else known
    told = Markup("<br>").join(part for part in (dated, row.note) if part)
    return Markup('<span class="app-register__code">{}</span>').format(told) if told else NOTHING


@router.get("/contacts", name="register_contacts")
def contacts(region: str, visit: SignedIn) -> Response:
    """Whoever is written to, whether letters reach them, and when they confirmed their details."""
    asked, today = door.asked(visit, *CONTACTS), london_date(visit.now)
    with visit.desk.database.reading() as session:
        room = door.enter_to_read_addresses(session, visit, region)
        found = contact_lists.contacts(
            session, region, today, find=asked.find, show=asked.show, page=asked.page
        )
        refused = contact_lists.many_refused(session, region, today)
        standing_in = contact_lists.standing_in(session, region, today)
    path = f"{door.path_of(room)}/contacts"
    return door.show(
        visit,
        room,
        "console/register_contacts.html",
        tab="/contacts",
        asked=asked,
        choices=CONTACTS,
        address=path,
        pages=asked.pages(path, found),
        total=found.total,
        refused=refused,
        standing_in=standing_in,
        roles=ROLE_WORDS,
        head=[column(text) for text in (
            "Name", "What they are", "Service", "Letters", "Details confirmed",
        )],
        rows=[_contact(row, room, today) for row in found.rows],
    )  # fmt: skip


def _contact(row: ContactLine, room: Room, today: date) -> Cells:
    where = f"{row.site_name} ({row.line})" if row.line else row.site_name
    service: str | Markup = f"{where}, {row.party_name or 'no provider'}"
    if row.newest and "commissioner" in room.roles:
        service = Markup('<a href="/console/returns/{}/contacts">{}</a>').format(
            row.newest, service
        )
    over = f"Ended on {say(row.ended)}" if row.ended and row.ended < today else ""
    known = row.confirmed_on or row.listed_on
    stale = known is None or known < today - register_lists.STALE
    since = f"Not yet; on the list since {say(row.listed_on)}" if row.listed_on else "Not yet"
    confirmed = say(row.confirmed_on) if row.confirmed_on else since
    return [
        Markup('{}<br><span class="app-register__code">{}</span>').format(row.name, row.email),
        ROLE_WORDS[row.role],
        flagged(service, over),
        _reached(row),
        flagged(confirmed, "To confirm" if stale else ""),
    ]


def _reached(row: ContactLine) -> str | Markup:
    if row.refused_at is None:
        return "Taken, as far as we know"
    return flagged("", f"Turned away since {say(london_date(row.refused_at))}")


@router.get("/signatories", name="register_signatories")
def signatories(region: str, visit: SignedIn) -> Response:
    """Who signed the Charter here; or that the region keeps no such list."""
    today = london_date(visit.now)
    with visit.desk.database.reading() as session:
        room = door.enter(session, visit, region)
        listed = register.signatories(session, region)
        serving = register_lists.primes(session, region, today)
    signed = {one.party_code for one in listed or ()}
    return door.show(
        visit,
        room,
        "console/register_signatories.html",
        tab="/signatories",
        listed=listed,
        serving=serving,
        missing=[name for code, name in serving.items() if code not in signed],
    )
