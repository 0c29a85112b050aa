"""A region's own policy or Charter version: uploaded, looked at, and then put on record."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from fastapi import APIRouter
from sqlmodel import Session
from starlette.responses import Response

from charter.commitments import CharterFile, Commitment
from charter.policy import Policy
from charter.reach import unreached
from charter.rulefiles import Misread, Unreadable
from portal.console import regions, rooms
from portal.console import register_room as door
from portal.console.policies import Beside, side_by_side
from portal.console.regions import Room
from portal.console.register_import import Upload, carried
from portal.console.register_said import WHO
from portal.doors import SignedIn, TypedWithFile, Visit
from portal.forms import Faults, Form
from portal.pages import moment
from portal.people import name_of
from providers import checking, cycles, rulebooks
from providers.cycles import NotAllowed, Rules
from providers.rulebooks import LARGEST, Kind, RuleFile

router = APIRouter(prefix="/console/regions/{region}")
MISTAKES = "The file has mistakes: mend them there, save it, and upload it again"
TOO_LARGE = f"The file must be smaller than {LARGEST // 1000} kB"
SHOWN = 100


@dataclass(frozen=True)
class Wanted:
    """One kind of file: what it is called, and where it is kept and gone on from."""

    kind: Kind
    title: str
    below: str
    here: str
    back: str
    does: str


POLICY = Wanted("policy", "Put a policy on record", "/scores/policies", "/scores",
                "Policies side by side", "take up a policy")  # fmt: skip
CHARTER = Wanted("charter", "Put a Charter version on record", "/register/charter", "/register",
                 "Register: Charter", "adopt a Charter version")  # fmt: skip


@dataclass
class Look:
    """What a page of it shows: the file as it came, its mistakes, or what it would be."""

    upload: Upload = field(default_factory=Upload)
    mistakes: tuple[Misread, ...] = ()
    file: RuleFile | None = None
    now: str = ""
    beside: tuple[Beside, ...] = ()
    warned: tuple[str, ...] = ()
    missed: tuple[str, ...] = ()
    meanwhile: str = ""


@router.get("/scores/policies/new", name="new_policy_page")
def new_policy_page(region: str, visit: SignedIn) -> Response:
    """Where a policy is uploaded."""
    return asked(region, visit, POLICY)


@router.post("/scores/policies/new", name="keep_policy")
def keep_policy(region: str, visit: SignedIn, form: TypedWithFile) -> Response:
    """What an uploaded policy says; or, where that was seen, on record with it."""
    return sent(region, visit, form, POLICY)


@router.get("/register/charter/new", name="new_charter_page")
def new_charter_page(region: str, visit: SignedIn) -> Response:
    """Where a Charter version is uploaded."""
    return asked(region, visit, CHARTER)


@router.post("/register/charter/new", name="keep_charter")
def keep_charter(region: str, visit: SignedIn, form: TypedWithFile) -> Response:
    """What an uploaded Charter version asks; or, where that was seen, on record with it."""
    return sent(region, visit, form, CHARTER)


@router.get("/scores/policies/file", name="policy_file")
def policy_file(region: str, visit: SignedIn) -> Response:
    """The policy that the region follows, as a file."""
    return file_of(region, visit, POLICY)


@router.get("/register/charter/file", name="charter_file")
def charter_file(region: str, visit: SignedIn) -> Response:
    """The Charter version that the region's next quarter asks about, as a file."""
    return file_of(region, visit, CHARTER)


def file_of(region: str, visit: Visit, wanted: Wanted) -> Response:
    """What is followed now, to begin another from."""
    with visit.desk.database.reading() as session:
        room = enter(session, visit, region, wanted)
        version = followed(session, room, wanted)
        text = cycles.text_of(session, wanted.kind, version)
    said = f'attachment; filename="{wanted.kind}-{version}.toml"'
    kind = "application/toml; charset=utf-8"
    return Response(text, media_type=kind, headers={"content-disposition": said})


def followed(session: Session, room: Room, wanted: Wanted) -> str:
    """The version that the region follows from its next quarter on."""
    rules = cycles.rules_for(session, cycles.region_of(session, room.code))
    return rules.policy.version if wanted.kind == "policy" else rules.charter.version


def enter(session: Session, visit: Visit, region: str, wanted: Wanted) -> Room:
    """The region, for its commissioner; else NotHere or NotForYou."""
    room = regions.enter(session, visit, region)
    may = checking.CHECKERS if wanted.kind == "policy" else door.ADOPTERS
    rooms.require(bool(room.roles & may), "the commissioner", wanted.does)
    return room


def asked(region: str, visit: Visit, wanted: Wanted) -> Response:
    """The page with nothing chosen yet."""
    with visit.desk.database.reading() as session:
        room = enter(session, visit, region, wanted)
        now = followed(session, room, wanted)
    return draw(visit, room, wanted, Look(now=now))


def sent(region: str, visit: Visit, form: Form, wanted: Wanted) -> Response:
    """The look at a file, or its keeping once it was looked at."""
    again = form.has("basis-file")
    upload = carried(form) if again else chosen(form)
    with visit.desk.database.writing() as session:
        room = enter(session, visit, region, wanted)
        now = followed(session, room, wanted)
        if upload.fault:
            return draw(visit, room, wanted, Look(upload, now=now))
        try:
            file = rulebooks.check(wanted.kind, upload.content, room.code)
        except Unreadable as error:
            upload.fault = MISTAKES
            return draw(visit, room, wanted, Look(upload, error.faults[:SHOWN], now=now))
        look = looked_at(session, room, upload, file)
        if not again or look.missed:
            return draw(visit, room, wanted, look)
        try:
            rulebooks.keep(session, file, room.code, visit.now, visit.by, own=True)
        except NotAllowed as error:
            look.meanwhile = since(session, file, str(error))
            return draw(visit, room, wanted, look)
    onward = f"?with={file.version}" if wanted.kind == "policy" else "?did=kept"
    return visit.go(f"{room.path}{wanted.below}{onward}")


def chosen(form: Form) -> Upload:
    """The file that was chosen in the form."""
    file = form.file("file")
    if form.cut_off or (file and len(file.data) > LARGEST):
        return Upload(fault=TOO_LARGE)
    if file is None or not file.data:
        return Upload(fault="Choose the file")
    return Upload(file.name[:100], file.data)


def looked_at(session: Session, room: Room, upload: Upload, file: RuleFile) -> Look:
    """What the file says beside what the region follows now."""
    rules = cycles.rules_for(session, cycles.region_of(session, room.code))
    if isinstance(file.rules, CharterFile):
        found = Look(upload, (), file, rules.charter.version)
        found.beside = tuple(charters_side_by_side(rules.charter, file.rules))
        found.warned = tuple(unmet(rules, file.rules))
        return found
    found = Look(upload, (), file, rules.policy.version)
    found.beside = tuple(one for one in side_by_side(rules.policy, file.rules) if one.differs)
    found.missed = tuple(rulebooks.why_not(session, file, room.code))
    return found


def unmet(rules: Rules, charter: CharterFile) -> list[str]:
    """Which bands of the policy followed now nobody could be in with so many commitments."""
    return [str(one) for one in unreached(rules.policy, len(charter.ids))]


def charters_side_by_side(now: CharterFile, then: CharterFile) -> list[Beside]:
    """What differs between two Charter versions, commitment by commitment."""
    whole = [
        Beside("Title", now.title, then.title),
        Beside("Wording", now.wording_status, then.wording_status),
        Beside("Notice", now.notice or "None", then.notice or "None"),
        Beside("Commitments", str(len(now.ids)), str(len(then.ids))),
    ]
    was = {one.id: one for one in now.commitments}
    will = {one.id: one for one in then.commitments}
    each = [
        Beside(f"Commitment {one}", _commitment(was, one), _commitment(will, one))
        for one in dict.fromkeys([*was, *will])
    ]
    return [one for one in (*whole, *each) if one.differs]


def _commitment(known: Mapping[str, Commitment], which: str) -> str:
    one = known.get(which)
    if one is None:
        return "None"
    words = f"{one.short}: {one.text}"
    marks = [
        "essential" if one.essential else "",
        "answered once for all prisons" if one.organisation_wide else "",
        f"evidence up to {one.evidence_months} months old",
        *(f"measure: {measure.asks}" for measure in one.measures),
    ]
    return f"{words} ({'; '.join(filter(None, marks))})"


def since(session: Session, file: RuleFile, why: str) -> str:
    """Who put other words on record under that version, and when."""
    entry = rulebooks.kept_by(session, file)
    if entry is None:
        return why
    when = moment(datetime.fromisoformat(entry.at))
    who = WHO.get(entry.by) or name_of(session, entry.by)
    return f"{who} put {file.version} on record on {when}; {why}"


def draw(visit: Visit, room: Room, wanted: Wanted, look: Look) -> Response:
    """The page: 422 with what is to be mended, 409 where the version was taken meanwhile."""
    faults = Faults()
    if look.upload.fault:
        faults.add("file", look.upload.fault)
    what = look.file.rules if look.file else None
    return regions.show(
        visit,
        room,
        "console/rule_file.html",
        422 if faults or look.missed else 409 if look.meanwhile else 200,
        here=wanted.here,
        wide=True,
        wanted=wanted,
        address=f"{room.path}{wanted.below}/new",
        back=f"{room.path}{wanted.below}",
        file_name=f"{wanted.kind}-{look.now}.toml",
        look=look,
        version=look.file.version if look.file else "",
        rungs=len(what.rung) if isinstance(what, Policy) else 0,
        commitments=len(what.ids) if isinstance(what, CharterFile) else 0,
        begins=f"{room.code}.",
        largest=LARGEST // 1000,
        faults=faults,
    )
