"""A register or a list of signatories is uploaded, shown as what it changes, and taken in."""

import base64
import binascii
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field

from fastapi import APIRouter
from sqlmodel import Session
from starlette.responses import Response

from charter.quarters import Quarter
from portal.console import register_room as door
from portal.console.regions import Room
from portal.console.register_said import Said, said_of
from portal.doors import SignedIn, TypedWithFile, Visit, number
from portal.forms import Faults, Form
from providers import ledger, register, register_history
from providers.register import ImportRefused, NeedsYes, Plan, PlanChanged, Problem
from providers.tabular import LARGEST

router = APIRouter(prefix="/console/regions/{region}/register")
SHOWN = 100
"""How many problems a page lists; whoever has more mends these first."""
PACKED = 900_000
"""The most characters of a file that a page carries: one field of a form holds a megabyte."""
TOO_LARGE = f"The file must be smaller than {LARGEST // 1024 // 1024} MB"
LOST = "The file was lost on the way; choose it again"
MISTAKES = "The file has mistakes: mend them there, save it, and upload it again"
GROUPS = {
    "region": "Region",
    "prison": "Prisons",
    "provider": "Providers",
    "service": "Services",
    "person": "People",
    "contact": "Contacts",
    "signatory": "Signatories",
}
"""What each kind of record is called, in the order of the page."""
DID = {"new": "New", "changed": "Changed", "ended": "Ended"}
COLUMNS = {
    "name": "name",
    "starts": "first day",
    "ends": "last day",
    "source": "source",
    "source_date": "source read on",
    "note": "note",
    "switchboard": "switchboard",
    "safer_custody": "safer custody",
    "family_line": "families’ line",
    "numbers_checked": "numbers checked on",
    "link_worker": "Family Link Worker",
    "partner": "listening partner",
    "sample": "sample data",
}
"""What people call the columns that may change."""


@dataclass
class Upload:
    """A file as it came: its name and bytes, or the sentence that says why there is none."""

    name: str = ""
    content: bytes = b""
    fault: str = ""
    problems: list[Problem] = field(default_factory=list)

    @property
    def packed(self) -> str:
        """Its bytes as a field of a page carries them."""
        return base64.b64encode(zlib.compress(self.content, 9)).decode() if self.content else ""


@dataclass(frozen=True)
class Kind:
    """One kind of file: where it is imported, how it is planned, and how it is taken in.

    `plan` and `take` raise ImportRefused, `take` PlanChanged and NeedsYes as well.
    """

    path: str
    title: str
    template: str
    plan: Callable[[Session, Visit, Room, Upload], Plan]
    take: Callable[[Session, Visit, Room, Upload, str, bool], object]


def _plan_register(session: Session, visit: Visit, room: Room, file: Upload) -> Plan:
    read = register.check(file.content, file.name)
    return register.plan(session, read, visit.now, within=room.code)


def _take_register(
    session: Session, visit: Visit, room: Room, file: Upload, seen: str, yes: bool
) -> object:
    read = register.check(file.content, file.name)
    return register.import_planned(
        session, read, visit.now, visit.by, within=room.code, seen=seen, yes=yes
    )


def _plan_signatories(session: Session, _visit: Visit, room: Room, file: Upload) -> Plan:
    read = register.read_signatories(file.content, file.name)
    return register.plan_signatories(session, read, within=room.code)


def _take_signatories(
    session: Session, visit: Visit, room: Room, file: Upload, seen: str, _yes: bool
) -> object:
    read = register.read_signatories(file.content, file.name)
    return register.import_planned_signatories(
        session, read, visit.now, visit.by, within=room.code, seen=seen
    )


REGISTER = Kind("/import", "Import a register", "register", _plan_register, _take_register)
SIGNATORIES = Kind(
    "/signatories/import", "Import signatories", "signatories", _plan_signatories, _take_signatories
)


@router.get("/import", name="import_page")
def import_page(region: str, visit: SignedIn) -> Response:
    """Where a register is uploaded."""
    return asked(region, visit, REGISTER)


@router.post("/import", name="import_register")
def import_register(region: str, visit: SignedIn, form: TypedWithFile) -> Response:
    """What an uploaded register would change; or, where that was seen, its import."""
    return sent(region, visit, form, REGISTER)


@router.get("/signatories/import", name="import_signatories_page")
def import_signatories_page(region: str, visit: SignedIn) -> Response:
    """Where a list of signatories is uploaded."""
    return asked(region, visit, SIGNATORIES)


@router.post("/signatories/import", name="import_signatories")
def import_signatories(region: str, visit: SignedIn, form: TypedWithFile) -> Response:
    """What an uploaded list would change; or, where that was seen, its import."""
    return sent(region, visit, form, SIGNATORIES)


def asked(region: str, visit: Visit, kind: Kind) -> Response:
    """The page with nothing chosen yet."""
    with visit.desk.database.reading() as session:
        room = door.enter_to_change(session, visit, region)
    return draw(visit, room, kind, Upload())


def sent(region: str, visit: Visit, form: Form, kind: Kind) -> Response:
    """The preview of a file, or the import of one whose preview was seen."""
    with visit.desk.database.reading() as session:
        room = door.enter_to_change(session, visit, region)
    again = form.has("basis-file")
    file = carried(form) if again else chosen(form)
    if file.fault:
        return draw(visit, room, kind, file)
    try:
        if not again:
            return preview(visit, region, kind, file)
        with visit.desk.database.writing() as session:
            room = door.enter_to_change(session, visit, region)
            kind.take(session, visit, room, file, form.text("seen"), form.text("go") == "end")
    except ImportRefused as error:
        file.fault, file.problems = MISTAKES, list(error.places)
        return draw(visit, room, kind, file)
    except NeedsYes:
        return preview(visit, region, kind, file, asking=True)
    except PlanChanged:
        return preview(visit, region, kind, file, since=number(form.text("basis-entries")))
    return visit.go(f"{door.path_of(room)}/history?did=imported")


def chosen(form: Form) -> Upload:
    """The file that was chosen in the form."""
    file = form.file("file")
    if form.cut_off or (file and len(file.data) > LARGEST):
        return Upload(fault=TOO_LARGE)
    if file is None or not file.data:
        return Upload(fault="Choose the file to import")
    found = Upload(file.name[:100], file.data)
    if len(found.packed) > PACKED:
        return Upload(fault="The file is too large to look at here; save it as CSV UTF-8")
    return found


def carried(form: Form) -> Upload:
    """The file that a page of ours carried, checked as anything that comes from outside."""
    try:
        packed = base64.b64decode(form.text("basis-file"), validate=True)
        content = zlib.decompressobj().decompress(packed, LARGEST + 1)
    except (binascii.Error, ValueError, zlib.error):
        return Upload(fault=LOST)
    if not content or len(content) > LARGEST:
        return Upload(fault=LOST)
    return Upload(form.text("basis-name")[:100], content)


def preview(
    visit: Visit,
    region: str,
    kind: Kind,
    file: Upload,
    *,
    asking: bool = False,
    since: int | None = None,
) -> Response:
    """What the file would change now; `since` an entry, where that is other than was shown."""
    with visit.desk.database.writing() as session:
        room = door.enter_to_change(session, visit, region)
        plan = kind.plan(session, visit, room, file)
        entries, _ = ledger.head(session)
        found = (
            register_history.history(session, room.code, after=since or 0)
            if since is not None
            else []
        )
    meanwhile = [said_of(entry, room.code) for entry in found]
    return draw(
        visit, room, kind, file, plan=plan, entries=entries, asking=asking,
        meanwhile=meanwhile if since is not None else None,
    )  # fmt: skip


@dataclass(frozen=True)
class Group:
    """The changes of one kind, each with what becomes of it and the columns that change."""

    heading: str
    rows: list[tuple[str, str, list[str]]]


def grouped(plan: Plan) -> list[Group]:
    """The changes by what they are of, in the order of the page."""
    found = []
    for of, heading in GROUPS.items():
        rows = [
            (DID[one.did], one.named, _differences(one)) for one in plan.changes if one.of == of
        ]
        if rows:
            found.append(Group(heading, rows))
    return found


def _differences(change: register.Change) -> list[str]:
    if change.of == "contact" and change.did == "changed":
        return ["back on the list"]
    return [
        f"{COLUMNS.get(one.column, one.column)}: was {one.before or 'blank'}, "
        f"becomes {one.after or 'blank'}"
        for one in change.differences
    ]


def draw(
    visit: Visit,
    room: Room,
    kind: Kind,
    file: Upload,
    *,
    plan: Plan | None = None,
    entries: int = 0,
    asking: bool = False,
    meanwhile: list[Said] | None = None,
) -> Response:
    """The page: 422 with what is wrong, 409 where the record changed since it was looked at."""
    faults = Faults()
    if file.fault:
        faults.add("file", file.fault)
    counts = {did: sum(one.did == did for one in plan.changes) for did in DID} if plan else {}
    return door.show(
        visit,
        room,
        "console/register_import.html",
        422 if file.fault else 409 if meanwhile is not None else 200,
        tab="/import",
        kind=kind,
        address=door.path_of(room) + kind.path,
        file=file,
        problems=file.problems[:SHOWN],
        more=max(0, len(file.problems) - SHOWN),
        plan=plan,
        counts=counts,
        groups=grouped(plan) if plan else [],
        entries=entries,
        asking=asking,
        meanwhile=meanwhile,
        quarter=lambda quarter: Quarter.parse(quarter).in_words,
        largest=LARGEST // 1024 // 1024,
        faults=faults,
    )
