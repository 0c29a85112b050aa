"""The listening partner reads each reply of a return, and marks it faithful to families or not."""

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import APIRouter
from sqlmodel import Session
from starlette.responses import Response

from charter.faithful import RIGHT_OF_REPLY, Marking
from charter.plain_english import advice
from charter.words import FAITHFUL_WORDS, REPLY_WORDS, Word
from portal.console import rooms
from portal.console.exchange import latest
from portal.console.rooms import Case
from portal.doors import SignedIn, Typed, Visit
from portal.forms import Faults, Form
from portal.keys import hash_of
from providers import replied, returns
from providers.cycles import NotAllowed
from providers.requests import Asked

router = APIRouter(prefix="/console/returns/{return_id}/judge")
OWN_WORDS = "The provider’s own words to stand beside its page"
MARKS = {"yes": True, "no": False}
OVERTAKEN = "a reply, or a mark, changed after you opened this page; what stands now is shown here"


@dataclass(frozen=True)
class Row:
    """One reply with its mark and the boxes of a new one; `number` counts from 1."""

    number: int
    marking: Marking
    asked: str
    kind: str
    faithful: str
    reason: str

    @property
    def word(self) -> Word | None:
        """What was replied, in a word; None for the right of reply."""
        return REPLY_WORDS[self.marking.answer] if self.marking.answer else None

    @property
    def marked(self) -> Word:
        """How it is marked now."""
        return FAITHFUL_WORDS[self.marking.mark.faithful if self.marking.mark else None]

    @property
    def advice(self) -> tuple[str, ...]:
        """What makes the reply hard to read; it decides nothing."""
        return advice(self.marking.words)

    @property
    def is_new(self) -> bool:
        """Whether the boxes say something else than the mark that stands."""
        mark = self.marking.mark
        said = (("yes" if mark.faithful else "no"), mark.reason) if mark else ("", "")
        return (self.faithful, self.reason) != said


def enter(session: Session, visit: Visit, return_id: str) -> Case:
    """The return, for its region's listening partner; else NotHere or NotForYou."""
    case = rooms.enter(session, visit, return_id)
    rooms.require(case.can_judge, "the listening partner", "mark the replies")
    return case


@router.get("", name="judge_page")
def judge_page(return_id: str, visit: SignedIn) -> Response:
    """The replies, and of each the question whether it is faithful."""
    with visit.desk.database.reading() as session:
        case = enter(session, visit, return_id)
        found = replied.replies_in(session, case.life)
        return draw(visit, case, rows_of(session, case, found), Faults())


@router.post("", name="judge")
def judge(return_id: str, visit: SignedIn, form: Typed) -> Response:
    """Record the marks that are new, in the partner's own words; 409 if they were overtaken."""
    with visit.desk.database.writing() as session:
        case = enter(session, visit, return_id)
        found = replied.replies_in(session, case.life)
        standing = rows_of(session, case, found)
        if form.text("seen") != seen(standing):
            since = latest(session, case, lambda one: one.step.kind in SPEAKING)
            return draw(visit, case, standing, Faults(), refused=OVERTAKEN, since=since)
        rows = rows_of(session, case, found, form)
        faults = faults_in(rows, form)
        for row in rows if not faults else ():
            if row.is_new:
                _mark(session, visit, case, row, faults)
        if faults:
            return draw(visit, case, rows, faults)
    return visit.go(f"{case.path}?did=judged")


SPEAKING = ("judged", "signed", "replied")
"""The steps after which a reply, or its mark, may be another than was shown."""


def _mark(session: Session, visit: Visit, case: Case, row: Row, faults: Faults) -> None:
    about, faithful = row.marking.about, MARKS[row.faithful]
    try:
        replied.mark(
            session, case.ref, about, faithful, row.reason, visit.now, visit.visitor.person
        )
    except NotAllowed as error:
        faults.add(f"reply-{row.number}-faithful", str(error))


def faults_in(rows: list[Row], form: Form) -> Faults:
    """What is wrong with the boxes, each fault at its own."""
    faults = Faults()
    for row in rows:
        at = f"reply-{row.number}"
        form.words(f"{at}-reason", faults)
        if row.faithful not in MARKS and (row.faithful or row.reason):
            faults.add(f"{at}-faithful", f"say whether reply {row.number} is faithful")
        if row.faithful == "no" and not row.reason:
            faults.add(f"{at}-reason", f"say why reply {row.number} is not: families will read it")
    if rows and not faults and not any(row.is_new for row in rows):
        faults.add("reply-1-faithful", "mark one reply at least, or change a mark")
    return faults


def rows_of(
    session: Session, case: Case, found: Sequence[Marking], form: Form | None = None
) -> list[Row]:
    """Each reply that can be marked, its boxes as they stand or as they were typed."""
    put = returns.requests_for(session, case.ref) if any(one.answer for one in found) else []
    asked = {one.id: one for one in put}
    told = [one for one in found if one.about == RIGHT_OF_REPLY or one.about in asked]
    return [_row(n, one, asked.get(one.about), form) for n, one in enumerate(told, 1)]


def _row(number: int, one: Marking, asked: Asked | None, form: Form | None) -> Row:
    faithful = {None: "", True: "yes", False: "no"}[one.mark.faithful if one.mark else None]
    reason = one.mark.reason if one.mark else ""
    if form:
        faithful = form.text(f"reply-{number}-faithful")
        reason = form.text(f"reply-{number}-reason")
    words = asked.text if asked else OWN_WORDS
    return Row(number, one, words, asked.kind if asked else "", faithful, reason)


def seen(rows: list[Row]) -> str:
    """What the page showed: each reply with its mark."""
    told = [
        f"{row.marking.about} {row.marking.seal} "
        f"{row.marking.mark.model_dump_json() if row.marking.mark else ''}"
        for row in rows
    ]
    return hash_of("|".join(told))[:32]


def draw(
    visit: Visit,
    case: Case,
    rows: list[Row],
    faults: Faults,
    *,
    refused: str = "",
    since: str = "",
) -> Response:
    """The page with these boxes; 422 with faults, 409 where somebody came first."""
    return rooms.show(
        visit,
        case,
        "console/judge.html",
        409 if refused else 422 if faults else 200,
        rows=rows,
        seen=seen(rows),
        refused=refused,
        since=since,
        faults=faults,
    )
