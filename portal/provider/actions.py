"""What the provider promised: earlier promises accounted for, and new ones made."""

from dataclasses import dataclass

from fastapi import APIRouter
from sqlmodel import Session
from starlette.responses import Response

from charter.answers import ActionLine, ReturnDocument
from charter.words import ACTION_WORDS
from portal.doors import SignedIn, Typed, Visit
from portal.forms import Faults, Form, boxes
from portal.provider import drafts, rooms
from portal.provider.drafts import Overtaken
from portal.provider.rooms import Room
from providers import returns
from providers.returns import DraftView

router = APIRouter(prefix="/returns/{return_id}/actions")


@dataclass(frozen=True)
class Row:
    """An earlier promise with its boxes; `number` is its place in the document, from 1."""

    number: int
    line: ActionLine
    promised: ActionLine
    status: str
    due: dict[str, str]
    reason: str


@dataclass(frozen=True)
class Promises:
    """The return's actions, read in one go."""

    room: Room
    draft: DraftView
    promised: dict[str, ActionLine]

    @property
    def lines(self) -> tuple[ActionLine, ...]:
        """Every action of the draft, and any brought forward since the draft was begun."""
        spoken_of = {line.id for line in self.draft.document.actions}
        late = [line for i, line in self.promised.items() if i not in spoken_of]
        return (*self.draft.document.actions, *late)

    @property
    def basis(self) -> str:
        """What a form about these actions was made from."""
        return drafts.stamp(self.lines)

    def earlier(self, form: Form | None = None) -> list[Row]:
        """The earlier promises, with what was typed over them where a form is given."""
        rows = []
        for number, line in enumerate(self.lines, 1):
            if line.id not in self.promised:
                continue
            name = f"action-{number}"
            rows.append(
                Row(
                    number=number,
                    line=line,
                    promised=self.promised[line.id],
                    status=form.text(f"{name}-status") if form else line.status,
                    due=form.typed_day(f"{name}-due") if form else boxes(line.due),
                    reason=form.text(f"{name}-reason") if form else line.reason,
                )
            )
        return rows

    def new(self) -> list[tuple[int, ActionLine]]:
        """The promises first made in this return, with their places."""
        return [(n, line) for n, line in enumerate(self.lines, 1) if line.id not in self.promised]


def promises_for(session: Session, visit: Visit, return_id: str) -> Promises:
    """The actions of a return that is open to this visitor."""
    room = rooms.prepare(session, visit, return_id)
    owed = returns.brought_forward(session, room.ref)
    promised = {line.id: line for line in owed.actions if line.id}
    return Promises(room, drafts.draft_of(session, room), promised)


@router.get("", name="actions_page")
def actions_page(return_id: str, visit: SignedIn) -> Response:
    """Every earlier promise with its boxes, and the new ones."""
    with visit.desk.database.reading() as session:
        sheet = promises_for(session, visit, return_id)
    return draw(visit, sheet, sheet.earlier(), Faults())


@router.post("", name="save_actions")
def save_actions(return_id: str, visit: SignedIn, form: Typed) -> Response:
    """Save what became of the earlier promises."""
    with visit.desk.database.writing() as session:
        sheet = promises_for(session, visit, return_id)
        rows = sheet.earlier(form)
        if meanwhile := drafts.overtaken(session, form, sheet.draft, sheet.basis):
            return draw(visit, sheet, rows, Faults(), meanwhile=meanwhile)
        document, faults = read_rows(session, sheet, rows, form)
        if faults or document is None:
            return draw(visit, sheet, rows, faults)
        drafts.save(session, visit, sheet.room, sheet.draft, document)
    return visit.go(sheet.room.path)


def read_rows(
    session: Session, sheet: Promises, rows: list[Row], form: Form
) -> tuple[ReturnDocument | None, Faults]:
    """The return with these promises accounted for, or what is wrong with them."""
    faults = Faults()
    plain = [line.model_dump(mode="json") for line in sheet.lines]
    for row in rows:
        due = form.day(f"action-{row.number}-due", faults, what="the date it is promised for")
        plain[row.number - 1] |= {"status": row.status, "reason": row.reason, "due": due}
    if faults:
        return None, faults
    document, found = drafts.read(sheet.draft.document, actions=plain)
    for row in rows:
        place = f"actions[{row.line.id}]"
        here = (
            drafts.problems_at(session, sheet.room, document, place)
            if document
            else drafts.within(found, place)
        )
        for problem in here:
            faults.add(f"action-{row.number}-{problem.where or 'status'}", problem.what)
    return document, faults


def draw(
    visit: Visit,
    sheet: Promises,
    rows: list[Row],
    faults: Faults,
    *,
    meanwhile: Overtaken | None = None,
) -> Response:
    """The page with these boxes; 422 with faults, 409 when somebody saved meanwhile."""
    return rooms.show(
        visit,
        sheet.room,
        "provider/actions.html",
        409 if meanwhile else 422 if faults else 200,
        rows=rows,
        new=sheet.new(),
        words=ACTION_WORDS,
        basis=sheet.basis,
        faults=faults,
        meanwhile=meanwhile,
    )
