"""Which Charter version a region asks about, since when and by whom; and adopting another."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from fastapi import APIRouter
from sqlmodel import Session
from starlette.responses import Response

from charter.commitments import CharterFile
from portal.console import register_room as door
from portal.console import rooms
from portal.console.regions import Room
from portal.console.register_said import who
from portal.doors import SignedIn, Typed, Visit
from portal.forms import Faults, Form
from providers import cycles, register_history, rulebooks
from providers.register_history import Entry

router = APIRouter(prefix="/console/regions/{region}/register/charter")
DID = {
    "adopted": "Adopted. The next quarter to open asks about it; open quarters keep their own.",
    "kept": "On record. It is asked of nobody until it is adopted here.",
}


@dataclass(frozen=True)
class Version:
    """A Charter version with what this region has done with it; `quarters` in words."""

    charter: CharterFile
    adopted_at: datetime | None
    adopted_by: str
    quarters: str
    next: bool

    @property
    def about(self) -> str:
        """How many commitments it has, and whether its words are only working wording."""
        wording = "working wording" if self.charter.is_working else "official wording"
        return f"{len(self.charter.ids)} commitments, {wording}"


def versions(session: Session, room: Room) -> list[Version]:
    """Every Charter version on record, as the region stands to it."""
    adopted = register_history.adopted_by(session, room.code)
    asked: dict[str, list[str]] = {}
    for cycle in cycles.cycles(session, room.code):
        asked.setdefault(cycle.charter_version, []).append(cycle.quarter.in_words)
    others = rulebooks.of_others(session, room.code)
    known = [
        one
        for one in cycles.charters(session)
        if ("charter", one.version) not in others or one.version in adopted
    ]
    to_come = _next(known, adopted)
    return [
        Version(
            charter=charter,
            adopted_at=adopted[charter.version].at if charter.version in adopted else None,
            adopted_by=who(adopted[charter.version].by) if charter.version in adopted else "",
            quarters=_span(asked.get(charter.version, [])),
            next=charter.version == to_come,
        )
        for charter in known
    ]


def _next(known: list[CharterFile], adopted: Mapping[str, Entry]) -> str:
    """The version that the next quarter to open asks about, as `cycles.rules_for` has it."""
    if adopted:
        return max(adopted, key=lambda version: adopted[version].at)
    return max((one.version for one in known if not one.only_where_adopted), default="")


def _span(quarters: list[str]) -> str:
    if len(quarters) < 2:
        return quarters[0] if quarters else "None yet"
    return f"{len(quarters)}; newest: {quarters[-1]}"


@router.get("", name="register_charter")
def charter_page(region: str, visit: SignedIn) -> Response:
    """Each version, and a form to adopt one."""
    with visit.desk.database.reading() as session:
        room = door.enter(session, visit, region)
        found = versions(session, room)
    return draw(visit, room, found, Form({}), Faults())


@router.post("", name="adopt_charter")
def adopt(region: str, visit: SignedIn, form: Typed) -> Response:
    """Adopt a version; 409, saying who and when, where somebody adopted one meanwhile."""
    faults, version = Faults(), form.text("version")
    with visit.desk.database.writing() as session:
        room = door.enter(session, visit, region)
        allowed = bool(room.roles & door.ADOPTERS)
        rooms.require(allowed, "the commissioner", "adopt a Charter version")
        found = versions(session, room)
        overtaken = stamp(found) != form.text("seen")
        known = {one.charter.version for one in found if one.adopted_at is None}
        if not overtaken and version not in known:
            faults.add("version", "choose the version to adopt")
        if not (faults or overtaken):
            cycles.adopt(session, room.code, version, visit.now, visit.by)
    if faults or overtaken:
        return draw(visit, room, found, form, faults, overtaken=overtaken)
    return visit.go(f"{door.path_of(room)}/charter?did=adopted")


def stamp(found: list[Version]) -> str:
    """What names the versions adopted so far, to tell whether another was meanwhile."""
    return " ".join(one.charter.version for one in found if one.adopted_at)


def draw(
    visit: Visit,
    room: Room,
    found: list[Version],
    form: Form,
    faults: Faults,
    *,
    overtaken: bool = False,
) -> Response:
    """The page with this choice: 422 with faults, 409 where one was adopted meanwhile."""
    adopted = [one for one in found if one.adopted_at]
    newest = max(adopted, key=lambda one: (one.adopted_at, one.charter.version), default=None)
    may = bool(room.roles & door.ADOPTERS)
    return door.show(
        visit,
        room,
        "console/register_charter.html",
        422 if faults else 409 if overtaken else 200,
        tab="/charter",
        versions=found,
        newest=newest,
        overtaken=overtaken,
        seen=stamp(found),
        choices=[
            {"value": one.charter.version, "text": one.charter.version,
             "hint": {"text": f"{one.about[:1].upper()}{one.about[1:]}"}}
            for one in found if may and one.adopted_at is None
        ],
        may_adopt=may,
        version=form.text("version"),
        did="" if faults else DID.get(visit.request.query_params.get("did", ""), ""),
        faults=faults,
    )  # fmt: skip
