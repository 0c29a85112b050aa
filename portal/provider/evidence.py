"""One piece of evidence: what it is, its date, and a link to it or a file."""

from dataclasses import dataclass

from fastapi import APIRouter
from sqlmodel import Session
from starlette.background import BackgroundTask
from starlette.responses import Response

from charter.answers import Evidence, ReturnDocument
from charter.freshness import AHEAD, age
from portal.doors import NotHere, SignedIn, TypedWithFile, Visit, number
from portal.files import FileShown, look_into
from portal.forms import Faults, Form, boxes
from portal.limits import FILES_PER_PERSON
from portal.provider import drafts, rooms
from portal.provider.commitment import Sheet, sheet_of
from portal.provider.drafts import Overtaken
from providers import evidence
from providers.file_kinds import ENDINGS, TAKEN, NotTaken

router = APIRouter(prefix="/returns/{return_id}/commitments/{commitment_id}/evidence")
FIELDS = ("title", "dated", "link", "file", "drop")
MOST_PIECES = 20
"""Pieces of evidence for one answer; a signer reads them all."""
TOO_OFTEN = "too many files have come from you just now; wait ten minutes, and choose it again"
AGAIN = "choose the file again: it was not kept, since something else has to be put right"


@dataclass(frozen=True)
class Boxes:
    """The page's fields as they stand or were typed; `drop` takes out the file that is there."""

    title: str
    dated: dict[str, str]
    link: str
    drop: bool = False

    @classmethod
    def of(cls, piece: Evidence | None) -> "Boxes":
        """A piece of evidence in its boxes, or empty ones."""
        if piece is None:
            return cls("", boxes(None), "")
        return cls(piece.title, boxes(piece.dated), piece.link)

    @classmethod
    def typed(cls, form: Form) -> "Boxes":
        """What was typed."""
        dated = form.typed_day("dated")
        return cls(form.text("title"), dated, form.text("link"), drop=form.has("drop"))


@dataclass(frozen=True)
class Piece:
    """One place in an answer's evidence, counted from 1; `stands` is empty for a fresh one."""

    sheet: Sheet
    place: int
    stands: Evidence | None
    file: FileShown | None

    @property
    def path(self) -> str:
        """Where this page is."""
        return f"{self.sheet.path}/evidence/{self.place if self.stands else 'new'}"

    @property
    def note(self) -> str:
        """What its age means for this return; empty while it is fresh."""
        if self.stands is None:
            return ""
        room, months = self.sheet.room, self.sheet.commitment.evidence_months
        return age(self.stands.dated, months, room.ref.quarter, room.today)[1]

    @property
    def basis(self) -> str:
        """What the page was made from: all the evidence, so that places still mean the same."""
        return drafts.stamp(self.sheet.answer.evidence)

    def put_in(self, new: Evidence | None) -> ReturnDocument:
        """The return with this piece in its place, or taken out where there is none."""
        told = list(self.sheet.answer.evidence)
        told[self.place - 1 : self.place] = [new] if new else []
        return self.sheet.with_answer(
            self.sheet.answer.model_copy(update={"evidence": tuple(told)})
        )


def piece_at(sheet: Sheet, place: str) -> Piece:
    """The piece in that place; a fresh one for `new`; NotHere if there is none such."""
    told = sheet.answer.evidence
    if place == "new":
        return Piece(sheet, len(told) + 1, None, None)
    at = number(place)
    if not 0 < at <= len(told):
        raise NotHere
    return Piece(sheet, at, told[at - 1], sheet.files.get(told[at - 1].sha))


@router.get("/{place}", name="evidence_page")
def evidence_page(
    return_id: str, commitment_id: str, place: str, visit: SignedIn, then: str = ""
) -> Response:
    """The page of one piece of evidence; `new` for one more."""
    with visit.desk.database.reading() as session:
        room = rooms.prepare(session, visit, return_id, part=commitment_id)
        piece = piece_at(sheet_of(session, room, commitment_id), place)
    return draw(visit, piece, Boxes.of(piece.stands), Faults(), then=then)


@router.post("/{place}", name="save_evidence")
def save_evidence(
    return_id: str, commitment_id: str, place: str, visit: SignedIn, form: TypedWithFile
) -> Response:
    """Save the piece, with the file that came with it, or take it out."""
    typed, then, sha = Boxes.typed(form), form.text("then"), ""
    limits = visit.desk.limits
    often = form.has_file and not limits.allow(FILES_PER_PERSON, "file", visit.by, visit.now)
    with visit.desk.database.writing() as session:
        room = rooms.prepare(session, visit, return_id, part=commitment_id)
        sheet = sheet_of(session, room, commitment_id)
        fresh = piece_at(sheet, "new")
        if meanwhile := drafts.overtaken(session, form, sheet.draft, fresh.basis):
            return draw(visit, fresh, typed, Faults(), then=then, meanwhile=meanwhile)
        piece, new = piece_at(sheet, place), None
        if form.text("go") != "remove":
            new, faults = read_piece(session, visit, piece, typed, form, often=often)
            if new is None:
                return draw(visit, piece, typed, faults, then=then)
            sha = new.sha if form.file("file") else ""
        drafts.save(session, visit, room, sheet.draft, piece.put_in(new))
    answer = visit.go(f"{sheet.path}/account{'?then=check' if then == 'check' else ''}#evidence")
    if sha and visit.desk.cabinet.scans:
        answer.background = BackgroundTask(look_into, visit.desk, sha)
    elif sha:  # with nobody to ask there is nothing to wait for
        look_into(visit.desk, sha)
    return answer


def read_piece(
    session: Session, visit: Visit, piece: Piece, typed: Boxes, form: Form, *, often: bool
) -> tuple[Evidence | None, Faults]:
    """The piece as typed, its file taken into quarantine; or nothing, and what is wrong with it."""
    faults, upload = Faults(), form.file("file")
    new = read_boxes(piece, typed, form, faults)
    if form.cut_off:
        faults.add("file", evidence.TOO_BIG)
    elif often:
        faults.add("file", TOO_OFTEN)
    elif upload and new and not faults:
        here = piece.sheet.room.ref
        try:
            file = evidence.take(
                session, visit.desk.cabinet, here, upload.name, upload.data, visit.now, visit.by
            )
            new = new.model_copy(update={"file": file.name, "sha": file.sha})
        except NotTaken as error:
            faults.add("file", str(error))
    elif upload and not faults.on("file"):
        faults.add("file", AGAIN)
    return None if faults else new, faults.in_order(FIELDS)


def read_boxes(piece: Piece, typed: Boxes, form: Form, faults: Faults) -> Evidence | None:
    """The piece as typed, with the file that stays; faults where it cannot be read."""
    day = form.day("dated", faults, what="the date on it")
    if day and day > piece.sheet.room.today:
        faults.add("dated", AHEAD)
    if not typed.title:
        faults.add("title", "say what it is, such as minutes or a survey")
    stays = piece.stands if piece.stands and not typed.drop and not form.file("file") else None
    if typed.link and (form.file("file") or form.cut_off or (stays and stays.file)):
        faults.add("link", "give a link or a file, not both")
    if not piece.stands and len(piece.sheet.answer.evidence) >= MOST_PIECES:
        faults.add("title", f"this answer has {MOST_PIECES} pieces of evidence; take one out first")
    plain = {
        "title": typed.title,
        "dated": day or piece.sheet.room.today,
        "link": typed.link,
        "file": stays.file if stays else "",
        "sha": stays.sha if stays else "",
    }
    commitment = piece.sheet.commitment.id
    answer = {"commitment": commitment, "evidence": [plain]}
    read, found = drafts.read(piece.sheet.draft.document, answers=[answer])
    for problem in drafts.within(found, f"answers[{commitment}].evidence[1]"):
        faults.add(problem.where or "title", problem.what)
    return read.answers[0].evidence[0] if read and day else None


def draw(
    visit: Visit,
    piece: Piece,
    typed: Boxes,
    faults: Faults,
    *,
    then: str = "",
    meanwhile: Overtaken | None = None,
) -> Response:
    """The page with these boxes; 409 overtaken, 413 with a file too big, 422 with other faults."""
    status = 413 if faults.on("file").casefold() == evidence.TOO_BIG.casefold() else 422
    commitment = piece.sheet.commitment
    return rooms.show(
        visit,
        piece.sheet.room,
        "provider/evidence.html",
        409 if meanwhile else status if faults else 200,
        piece=piece,
        typed=typed,
        months=commitment.evidence_months,
        note=piece.note,
        taken=TAKEN,
        endings=",".join(ENDINGS),
        most=evidence.BIGGEST // 1_000_000,
        scanned=visit.desk.cabinet.scans,
        faults=faults,
        then=then if then == "check" else "",
        meanwhile=meanwhile,
    )
