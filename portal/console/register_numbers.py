"""The three telephone numbers of one prison, mended and checked by hand."""

from fastapi import APIRouter
from sqlmodel import Session
from starlette.responses import Response

from charter.quarters import london_date
from portal.console import register_room as door
from portal.console.regions import Room
from portal.console.register_said import Said, said_of
from portal.doors import NotHere, SignedIn, Typed, Visit
from portal.forms import Faults, Form, boxes
from providers import prisons, register_history, register_lists
from providers.cells import Cells
from providers.prisons import Numbers
from providers.register_lists import Prison
from providers.register_rows import PHONES

router = APIRouter(prefix="/console/regions/{region}/register/prisons/{site}")


def enter(session: Session, visit: Visit, region: str, site: str) -> tuple[Room, int, Prison]:
    """A prison of the region with its number, for those who may change it; else NotHere."""
    room = door.enter_to_change(session, visit, region)
    found = register_lists.prison(session, room.code, site, london_date(visit.now))
    if found is None:
        raise NotHere
    return room, *found


@router.get("", name="numbers_page")
def numbers_page(region: str, site: str, visit: SignedIn) -> Response:
    """The numbers as they stand, to be mended."""
    with visit.desk.database.reading() as session:
        room, _, prison = enter(session, visit, region, site)
        stands = prisons.numbers_of(session, room.code, site)
    given = {name: [getattr(stands, name)] for name in PHONES}
    return draw(visit, room, prison, stands, Form(given), Faults())


@router.post("", name="check_numbers")
def check_numbers(region: str, site: str, visit: SignedIn, form: Typed) -> Response:
    """Put the numbers on record as checked; 409 where somebody else changed them meanwhile."""
    faults = Faults()
    numbers = typed(visit, form, faults)
    with visit.desk.database.writing() as session:
        room, number, prison = enter(session, visit, region, site)
        stands = prisons.numbers_of(session, room.code, site)
        overtaken = stands.seen != form.text("seen") and stands != numbers
        if not (faults or overtaken):
            prisons.check(session, room.code, site, numbers, visit.now, visit.by)
        meanwhile = last_change(session, room, number) if overtaken and not faults else None
    if faults or overtaken:
        return draw(visit, room, prison, stands, form, faults, meanwhile=meanwhile)
    return visit.go(f"{door.path_of(room)}?did=checked")


def typed(visit: Visit, form: Form, faults: Faults) -> Numbers:
    """The numbers that were typed, with what is wrong with them."""
    cells = Cells(0, {name: form.text(name) for name in PHONES})
    switchboard, safer_custody, family_line = (cells.phone(name) for name in PHONES)
    for problem in cells.problems:
        what = "is no telephone number; use digits, spaces and +, with the first 0"
        faults.add(problem.column, f"‘{form.text(problem.column)[:50]}’ {what}")
    checked = form.day("checked", faults, what="the day they were checked")
    if checked and checked > london_date(visit.now):
        faults.add("checked", "the day they were checked cannot lie ahead")
    return Numbers(switchboard, safer_custody, family_line, checked)


def last_change(session: Session, room: Room, number: int) -> Said | None:
    """The newest change that this prison's numbers may have had, by whom and when."""
    found = register_history.last_of(
        session, room.code, f"site:{number}", register_history.IMPORTED
    )
    return said_of(found, room.code) if found else None


def draw(
    visit: Visit,
    room: Room,
    prison: Prison,
    stands: Numbers,
    form: Form,
    faults: Faults,
    *,
    meanwhile: Said | None = None,
) -> Response:
    """The page with these boxes: 422 with faults, 409 where others stand there now."""
    today = london_date(visit.now)
    typed_in = form.has("token")
    overtaken = typed_in and not faults
    return door.show(
        visit,
        room,
        "console/register_numbers.html",
        422 if faults else 409 if overtaken else 200,
        tab="",
        prison=prison,
        stands=stands,
        overtaken=overtaken,
        meanwhile=meanwhile,
        typed={name: form.text(name) for name in PHONES},
        checked=form.typed_day("checked") if typed_in else boxes(today),
        faults=faults.in_order((*PHONES, "checked")),
    )
