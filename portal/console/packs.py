"""A region's packs: a list of those made, making one, and reading it on a page."""

from dataclasses import dataclass
from datetime import date
from urllib.parse import quote

from fastapi import APIRouter
from sqlmodel import Session
from starlette.responses import Response

from charter.packs import PACK_WORDS, PackData, PackKind, PackTable, frozen_from
from charter.quarters import BeyondHorizon, Quarter
from notifications.charts import Key, Stack, Stacks
from portal.console import regions, rooms
from portal.console.regions import Room
from portal.doors import NotHere, SignedIn, Typed, Visit, number
from portal.forms import Faults, Form
from providers import calendars, cycles, packing, packs, pauses
from providers.cycles import CycleView, NotAllowed
from providers.packing import Asking
from providers.packs import Kept

router = APIRouter(prefix="/console/regions/{region}/packs")
FIELDS = ("kind", "quarter", "of")
MADE = "Made from the record as it stands now."
ROWS = 50
"""Rows of a table on the page of a whole pack; a page of one table has a hundred."""
ROWS_ALONE = 100


@dataclass(frozen=True)
class Shelf:
    """The packs of a region with all that a new one may be made of."""

    room: Room
    cycles: list[CycleView]
    kept: list[Kept]
    providers: dict[str, str]
    freezes: date | None
    """When the newest quarter's seminar pack is frozen; none where no holidays are known so far."""

    @property
    def path(self) -> str:
        """Where this page is."""
        return f"{self.room.path}/packs"

    @property
    def may(self) -> bool:
        """The visitor may have a pack made."""
        return bool(self.room.roles & packs.MAKERS)


@dataclass(frozen=True)
class Shown:
    """A table of a pack with the rows of one page, and what it is drawn as."""

    table: PackTable
    first: int
    rows: int
    chart: Stacks | None

    @property
    def cut(self) -> bool:
        """There is more of it than is shown."""
        return len(self.table.rows) > self.rows


def shelf_of(session: Session, visit: Visit, region: str) -> Shelf:
    """The region's shelf; NotHere if it is none of the visitor's."""
    room = regions.enter(session, visit, region)
    opened = cycles.cycles(session, room.code)[::-1]
    return Shelf(
        room=room,
        cycles=opened,
        kept=packs.kept_in(session, room.code),
        providers=pauses.providers_in(session, room.code),
        freezes=freezes_of(session, visit, opened[0]) if opened else None,
    )


def freezes_of(session: Session, visit: Visit, cycle: CycleView) -> date | None:
    """The London date on which the quarter's seminar pack is frozen, where it can be counted."""
    policy = cycles.policy_of(session, cycle.policy_version)
    calendar = calendars.in_force(session, visit.desk.calendar)
    try:
        return frozen_from(policy, cycle.dates.due, calendar)
    except BeyondHorizon:
        return None


@router.get("", name="packs_page")
def packs_page(region: str, visit: SignedIn) -> Response:
    """Every pack made so far, and a form to make one."""
    with visit.desk.database.reading() as session:
        shelf = shelf_of(session, visit, region)
    return draw(visit, shelf, Form({}), Faults())


@router.post("", name="pack_made")
def pack_made(region: str, visit: SignedIn, form: Typed) -> Response:
    """Make a pack from the record as it stands, in place of an older one that is not frozen."""
    faults = Faults()
    with visit.desk.database.reading() as session:
        shelf = shelf_of(session, visit, region)
        rooms.require(shelf.may, "the commissioner, an approver or administrator", "make a pack")
        asking = asked(shelf, form, faults)
        if asking is None:
            return draw(visit, shelf, form, faults)
        seminar = asking.kind is PackKind.SEMINAR
        freezes = freezes_of(session, visit, asking.cycle) if seminar else None
        frozen = packs.freezing(visit.now, freezes)
        try:
            made = packing.make(session, asking, visit.now, frozen=frozen)
        except NotAllowed as error:
            faults.add("of", str(error))
            return draw(visit, shelf, form, faults)
    try:
        with visit.desk.database.writing() as session:
            packs.keep(session, made, visit.now, visit.by, freezes=freezes)
    except NotAllowed as error:
        faults.add("kind", str(error))
        return draw(visit, shelf, form, faults, 409)
    return visit.go(f"{path_of(shelf.room, asking.kind, asking.cycle.quarter, asking.about)}")


def asked(shelf: Shelf, form: Form, faults: Faults) -> Asking | None:
    """What the form asks for; None with faults where it is nothing that there is."""
    kind, quarter, about = (form.text(name) for name in FIELDS)
    chosen = next((c for c in shelf.cycles if str(c.quarter) == quarter), None)
    if kind not in set(PackKind):
        faults.add("kind", "choose which pack to make")
    if chosen is None:
        faults.add("quarter", "choose a quarter")
    if kind == PackKind.TENDER and about not in shelf.providers:
        faults.add("of", "choose the provider that the pack is of")
    if faults or chosen is None:
        return None
    return Asking(PackKind(kind), chosen, about if kind == PackKind.TENDER else "")


def draw(visit: Visit, shelf: Shelf, form: Form, faults: Faults, status: int = 422) -> Response:
    """The list with the form; `status` with faults."""
    return regions.show(
        visit,
        shelf.room,
        "console/packs.html",
        status if faults else 200,
        here="/packs",
        shelf=shelf,
        listed=[(one, path_of(shelf.room, one.kind, one.quarter, one.about)) for one in shelf.kept],
        words=PACK_WORDS,
        typed={name: form.text(name) for name in FIELDS},
        faults=faults.in_order(FIELDS),
    )


def path_of(room: Room, kind: PackKind, quarter: Quarter, about: str, form: str = "") -> str:
    """Where a pack is, or its file of a kind."""
    name = f"{room.path}/packs/{quarter}/{kind}" + (f"/{form}" if form else "")
    return f"{name}?of={quote(about, safe='')}" if about else name


def enter(
    session: Session, visit: Visit, region: str, quarter: str, kind: str
) -> tuple[Room, Kept, PackData]:
    """A pack of a region of the visitor's; NotHere where it is none, or was not made."""
    room = regions.enter(session, visit, region)
    if kind not in set(PackKind):
        raise NotHere
    about = visit.request.query_params.get("of", "")
    found = packs.find(session, room.code, quarter, PackKind(kind), about)
    if found is None:
        raise NotHere
    return room, *found


@router.get("/{quarter}/{kind}", name="pack_page")
def pack_page(region: str, quarter: str, kind: str, visit: SignedIn) -> Response:
    """A pack to read; with `table`, one of its tables by the page."""
    query = visit.request.query_params
    alone, page = query.get("table", ""), max(1, number(query.get("page", "1") or "1"))
    with visit.desk.database.reading() as session:
        room, kept, pack = enter(session, visit, region, quarter, kind)
    lengths = {table.id: len(table.rows) for _, table in pack.tables}
    if alone and (alone not in lengths or (page - 1) * ROWS_ALONE >= max(1, lengths[alone])):
        raise NotHere
    most = ROWS_ALONE if alone else ROWS
    sections = [
        (
            section,
            [
                Shown(table, (page - 1) * most if alone else 0, most, chart_of(table))
                for table in section.tables
                if alone in ("", table.id)
            ],
        )
        for section in pack.sections
    ]
    path = path_of(room, kept.kind, kept.quarter, kept.about)
    return regions.show(
        visit,
        room,
        "console/pack.html",
        here="/packs",
        wide=True,
        pack=pack,
        kept=kept,
        quarter=kept.quarter,
        sections=[(section, tables) for section, tables in sections if tables],
        alone=alone,
        page=page,
        path=path,
        joined="&" if kept.about else "?",
        files=[(form, path_of(room, kept.kind, kept.quarter, kept.about, form)) for form in FORMS],
    )


FORMS = ("pdf", "xlsx", "csv")
"""The kinds of file a pack is kept as."""


def chart_of(table: PackTable) -> Stacks | None:
    """The table drawn as bars of its coloured columns; None where it is not drawn."""
    if not table.drawn or not table.rows:
        return None
    coloured = [i for i, column in enumerate(table.columns) if column.colour]
    return Stacks(
        f"chart-{table.id}",
        table.title,
        "A bar for each row.",
        tuple(Key(table.columns[i].words, table.columns[i].colour or "grey") for i in coloured),
        tuple(
            Stack(str(row.cells[0]), tuple(int(row.cells[i]) for i in coloured))
            for row in table.rows
        ),
    )
