"""One new action: begun, changed or taken out again before the return is handed over."""

from dataclasses import dataclass
from datetime import timedelta

from fastapi import APIRouter
from sqlmodel import Session
from starlette.responses import Response

from charter.actions import TAGS
from charter.answers import ActionLine, ReturnDocument
from portal.doors import NotHere, SignedIn, Typed, Visit, number
from portal.forms import Faults, Form, boxes
from portal.provider import drafts, rooms
from portal.provider.actions import Actions, actions_for
from portal.provider.drafts import Overtaken
from portal.provider.saving import read_whole
from providers import practices
from providers.cycles import Unknown
from providers.practices import PracticeView

router = APIRouter(prefix="/returns/{return_id}/actions")
FIELDS = ("commitment", "title", "owner", "due", "changes_service", "consulted", "tags")


@dataclass(frozen=True)
class Boxes:
    """The page's fields as they stand or were typed."""

    commitment: str
    title: str
    owner: str
    due: dict[str, str]
    changes_service: bool
    consulted: str
    tags: tuple[str, ...] = ()

    @classmethod
    def of(cls, line: ActionLine | None) -> "Boxes":
        """An action in its boxes, or empty ones."""
        if line is None:
            return cls("", "", "", boxes(None), False, "")
        return cls(
            line.commitment,
            line.title,
            line.owner,
            boxes(line.due),
            line.changes_service,
            line.consulted,
            line.tags,
        )

    @classmethod
    def taking_up(cls, practice: PracticeView) -> "Boxes":
        """A fresh action, named as the good practice that it takes up."""
        return cls(practice.commitment, practice.told.title, "", boxes(None), False, "")

    @classmethod
    def typed(cls, form: Form) -> "Boxes":
        """What was typed."""
        return cls(
            form.text("commitment"),
            form.text("title"),
            form.text("owner"),
            form.typed_day("due"),
            form.has("changes_service"),
            form.text("consulted"),
            tuple(tag for tag in TAGS if tag in form.all_of("tags").split()),
        )

    @property
    def plain(self) -> dict[str, object]:
        """The fields that are kept as they were typed."""
        return {
            "title": self.title,
            "owner": self.owner,
            "changes_service": self.changes_service,
            "consulted": self.consulted,
            "tags": list(self.tags),
        }


def practice_for(
    session: Session, sheet: Actions, place: str, practice: str
) -> PracticeView | None:
    """The good practice that a fresh action takes up, if it does; NotHere if there is no such."""
    if place != "new" or not practice:
        return None
    try:
        found = practices.for_others(session, sheet.room.ref, practice)
    except Unknown as error:
        raise NotHere from error
    if found.commitment not in sheet.room.charter.ids:
        raise NotHere
    return found


def line_at(sheet: Actions, place: str) -> ActionLine | None:
    """The new action in that place, counted from 1; none for a fresh one; else NotHere."""
    if place == "new":
        return None
    found = dict(sheet.new()).get(number(place))
    if found is None:
        raise NotHere
    return found


@router.get("/{place}", name="promise_page")
def promise_page(return_id: str, place: str, visit: SignedIn) -> Response:
    """The page of one new action; `new` for one more."""
    with visit.desk.database.reading() as session:
        sheet = actions_for(session, visit, return_id)
        line = line_at(sheet, place)
        asked = visit.request.query_params.get("practice", "")
        practice = practice_for(session, sheet, place, asked)
    typed = Boxes.taking_up(practice) if practice else Boxes.of(line)
    return draw(visit, sheet, line, typed, Faults(), practice=practice)


@router.post("/{place}", name="save_promise")
def save_promise(return_id: str, place: str, visit: SignedIn, form: Typed) -> Response:
    """Save the action, or take it out."""
    typed = Boxes.typed(form)
    with visit.desk.database.writing() as session:
        sheet = actions_for(session, visit, return_id)
        practice = practice_for(session, sheet, place, form.key("practice"))
        meanwhile = drafts.overtaken(session, form, sheet.draft, sheet.basis)
        if meanwhile:
            fresh = None if place == "new" else dict(sheet.new()).get(number(place))
            return draw(
                visit, sheet, fresh, typed, Faults(), meanwhile=meanwhile, practice=practice
            )
        line = line_at(sheet, place)
        document, faults = read_action(session, sheet, place, line, form, practice)
        if faults or document is None:
            return draw(visit, sheet, line, typed, faults, practice=practice)
        drafts.save(session, visit, sheet.room, sheet.draft, document)
    return visit.go(f"{sheet.room.path}/actions")


def read_action(
    session: Session,
    sheet: Actions,
    place: str,
    line: ActionLine | None,
    form: Form,
    practice: PracticeView | None,
) -> tuple[ReturnDocument | None, Faults]:
    """The return with this action put in, changed or left out, or all that is wrong with it."""
    faults, typed = Faults(), Boxes.typed(form)
    plain = [one.model_dump(mode="json") for one in sheet.lines]
    at = len(plain) if line is None else number(place) - 1
    if line is not None and form.text("go") == "remove":
        del plain[at]
        return drafts.read(sheet.draft.document, actions=plain)[0], faults
    due = form.day("due", faults, what="the date it will be done by")
    if not typed.commitment:
        faults.add("commitment", "choose the commitment that this action serves")
    cites = practice.id if practice else None
    fresh = {"id": None, "status": "planned", "practice": cites}
    kept = line.model_dump(mode="json") if line else fresh
    stand_in = {  # so that the other boxes are looked at all the same
        "commitment": typed.commitment or sheet.room.charter.ids[0],
        "due": due or sheet.room.ref.quarter.ends + timedelta(days=1),
    }
    plain[at:] = [kept | typed.plain | stand_in, *plain[at + 1 :]]
    document, found = read_whole(session, sheet, actions=plain)
    for problem in drafts.within(found, f"actions[{kept['id'] or at + 1}]"):
        faults.add(problem.where or "title", problem.what)
    return document, faults.in_order(FIELDS)


def draw(
    visit: Visit,
    sheet: Actions,
    line: ActionLine | None,
    typed: Boxes,
    faults: Faults,
    *,
    meanwhile: Overtaken | None = None,
    practice: PracticeView | None = None,
) -> Response:
    """The page with these boxes; 422 with faults, 409 when somebody saved meanwhile."""
    fresh = f"{practice.told.title}, {practice.site_name}" if practice else ""
    return rooms.show(
        visit,
        sheet.room,
        "provider/promise.html",
        here=visit.request.url.path,
        line=line,
        cited=sheet.cited(line) if line else fresh,
        practice=practice.id if practice else "",
        typed=typed,
        commitments=sheet.room.charter.commitments,
        basis=sheet.basis,
        faults=faults,
        meanwhile=meanwhile,
    )
