"""A return's actions: the earlier ones accounted for, new ones begun, and the sum kept true."""

from dataclasses import dataclass

from fastapi import APIRouter
from sqlmodel import Session
from starlette.responses import Response

from charter.actions import Tally, drafted
from charter.answers import ActionLine, ReturnDocument
from charter.words import ACTION_WORDS
from portal.doors import SignedIn, Typed, Visit
from portal.forms import Faults, Form, boxes
from portal.provider import drafts, rooms
from portal.provider.drafts import Overtaken
from portal.provider.rooms import Room
from portal.provider.saving import named, read_whole, save_part, then_of
from providers import actions, returns
from providers.returns import DraftView

router = APIRouter(prefix="/returns/{return_id}/actions")


STANDS = {
    "done": ("Done", ""),
    "in_progress": (
        "In progress",
        "Also if it is still to begin. If its date has passed or will pass, give a new date and "
        "the reason it slipped.",
    ),
    "not_doing": ("We are not doing this", "Say why. Families read the reason."),
}
"""What can be said of an earlier action, and what each asks for."""
BOXES = ("status", "due", "reason", "changes_service", "consulted")


@dataclass(frozen=True)
class Row:
    """An earlier action with its boxes; `number` is its place in the document, from 1."""

    number: int
    line: ActionLine
    promised: ActionLine
    status: str
    due: dict[str, str]
    reason: str
    changes_service: bool
    consulted: str

    @property
    def name(self) -> str:
        """What the names of its boxes begin with."""
        return f"action-{self.number}"


@dataclass(frozen=True)
class Actions:
    """The return's actions, read in one go; `taken_up` names good practices by their ids."""

    room: Room
    draft: DraftView
    promised: dict[str, ActionLine]
    taken_up: dict[str, str]

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

    @property
    def sums(self) -> Tally:
        """How the actions add up as the draft stands."""
        return drafted(self.promised, [(line.id, line.status) for line in self.lines])

    def earlier(self, form: Form | None = None) -> list[Row]:
        """The earlier actions, with what was typed over them where a form is given."""
        return [
            _row(number, line, self.promised[line.id], form)
            for number, line in enumerate(self.lines, 1)
            if line.id in self.promised
        ]

    def new(self) -> list[tuple[int, ActionLine]]:
        """The actions begun in this return, with their places."""
        return [(n, line) for n, line in enumerate(self.lines, 1) if line.id not in self.promised]

    def cited(self, line: ActionLine) -> str:
        """The good practice that an action takes up, with its prison; empty where none."""
        return self.taken_up.get(line.practice or "", "")


def _row(number: int, line: ActionLine, promised: ActionLine, form: Form | None) -> Row:
    """An action in its boxes, as it stands or as typed."""
    name = f"action-{number}"
    return Row(
        number=number,
        line=line,
        promised=promised,
        status=form.text(f"{name}-status") if form else line.status,
        due=form.typed_day(f"{name}-due") if form else boxes(line.due),
        reason=form.text(f"{name}-reason") if form else line.reason,
        changes_service=form.has(f"{name}-changes_service") if form else line.changes_service,
        consulted=form.text(f"{name}-consulted") if form else line.consulted,
    )


def actions_for(session: Session, visit: Visit, return_id: str) -> Actions:
    """The actions of a return that is open to this visitor."""
    room = rooms.prepare(session, visit, return_id)
    draft = drafts.draft_of(session, room)
    owed = returns.brought_forward(session, room.ref)
    promised = {line.id: line for line in owed.actions if line.id}
    cited = {line.practice for line in (*draft.document.actions, *owed.actions) if line.practice}
    return Actions(room, draft, promised, actions.practices_named(session, cited))


@router.get("", name="actions_page")
def actions_page(return_id: str, visit: SignedIn) -> Response:
    """Every earlier action with its boxes, and the new ones."""
    with visit.desk.database.reading() as session:
        sheet = actions_for(session, visit, return_id)
    then = visit.request.query_params.get("then", "")
    return draw(visit, sheet, sheet.earlier(), Faults(), then=then)


@router.post("", name="save_actions")
def save_actions(return_id: str, visit: SignedIn, form: Typed) -> Response:
    """Save what became of the earlier actions."""

    def again(sheet: Actions, faults: Faults, meanwhile: Overtaken | None) -> Response:
        rows, then = sheet.earlier(form), form.text("then")
        return draw(visit, sheet, rows, faults, then=then, meanwhile=meanwhile)

    return save_part(
        visit,
        form,
        lambda session: actions_for(session, visit, return_id),
        lambda session, sheet: read_rows(session, sheet, form),
        again,
        after="actions",
        aside=aside(form),
    )


def aside(form: Form) -> str:
    """The page of one new action that a button opens once this one is saved; else empty."""
    go, _, place = form.text("go").partition("-")
    if go == "add":
        return "actions/new"
    return f"actions/{place}" if go == "change" and place.isdecimal() else ""


def read_rows(session: Session, sheet: Actions, form: Form) -> tuple[ReturnDocument | None, Faults]:
    """The return with the earlier actions accounted for, or what is wrong with them."""
    faults, rows = Faults(), sheet.earlier(form)
    unfinished = form.text("go") == "later" or bool(aside(form))
    plain = [line.model_dump(mode="json") for line in sheet.lines]
    for row in rows:
        typed = Faults()
        due = form.day(f"{row.name}-due", typed, what="the date it is to be done by")
        if row.status not in STANDS and not unfinished:
            typed.add(f"{row.name}-status", "say how this action stands")
        for fault in typed:
            what = fault.message[:1].lower() + fault.message[1:]
            faults.add(fault.field, named(row.line.title, what))
        plain[row.number - 1] |= {
            "status": row.status if row.status in STANDS else row.line.status,
            "due": due or row.line.due,
            "reason": row.reason,
            "changes_service": row.changes_service,
            "consulted": row.consulted,
        }
    whole = drafts.read(sheet.draft.document, actions=plain)
    document, found = whole if unfinished else read_whole(session, sheet, actions=plain)
    for row in rows:
        for problem in drafts.within(found, f"actions[{row.line.id}]"):
            field = f"{row.name}-{problem.where or 'status'}"
            if row.status in STANDS and not faults.on(field):
                faults.add(field, named(row.line.title, problem.what))
    return document, faults.in_order([f"{row.name}-{box}" for row in rows for box in BOXES])


def draw(
    visit: Visit,
    sheet: Actions,
    rows: list[Row],
    faults: Faults,
    *,
    then: str = "",
    meanwhile: Overtaken | None = None,
) -> Response:
    """The page with these boxes; 422 with faults, 409 when somebody saved meanwhile."""
    return rooms.show(
        visit,
        sheet.room,
        "provider/actions.html",
        sheet=sheet,
        rows=rows,
        new=sheet.new(),
        stands=STANDS,
        words=ACTION_WORDS,
        then=then_of(then),
        basis=sheet.basis,
        faults=faults,
        meanwhile=meanwhile,
    )
