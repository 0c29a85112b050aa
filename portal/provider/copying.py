"""An answer copied from another of a provider's prisons, to be confirmed before it counts here."""

from fastapi import APIRouter
from starlette.responses import Response

from charter.words import RATING_WORDS
from portal.doors import NotHere, SignedIn, Typed, Visit
from portal.provider import drafts, rooms
from portal.provider.commitment import Sheet, sheet_of
from portal.provider.drafts import Overtaken
from portal.provider.elsewhere import sources_of
from portal.provider.saving import then_of
from providers import organisation
from providers.organisation import Elsewhere

router = APIRouter(prefix="/returns/{return_id}/commitments/{commitment_id}/copy")


@router.get("", name="copying_page")
def copying_page(return_id: str, commitment_id: str, visit: SignedIn) -> Response:
    """The answers there are to copy, each to be read before it is taken."""
    with visit.desk.database.reading() as session:
        room = rooms.prepare(session, visit, return_id, part=commitment_id)
        sheet = sheet_of(session, room, commitment_id)
        found = sources_of(session, visit, room, sheet.commitment)
    return draw(visit, sheet, found, then=visit.request.query_params.get("then", ""))


@router.post("", name="copy_answer")
def copy_answer(return_id: str, commitment_id: str, visit: SignedIn, form: Typed) -> Response:
    """Put the chosen prison's answer, exactly as the page showed it, into this return."""
    then = form.text("then")
    with visit.desk.database.writing() as session:
        room = rooms.prepare(session, visit, return_id, part=commitment_id)
        sheet = sheet_of(session, room, commitment_id)
        found = sources_of(session, visit, room, sheet.commitment)
        if meanwhile := drafts.overtaken(session, form, sheet.draft, drafts.stamp(sheet.answer)):
            return draw(visit, sheet, found, then=then, meanwhile=meanwhile)
        source = next((one for one in found if str(one.ref.id) == form.text("from")), None)
        if source is None:
            raise NotHere
        if form.text("seen") != drafts.stamp(source.answer):
            return draw(visit, sheet, found, then=then, changed=source.name)
        document = organisation.copied(sheet.draft.document, source)
        drafts.save(session, visit, room, sheet.draft, document)
    return visit.go(f"{sheet.path}{'?then=check' if then_of(then) else ''}")


def draw(
    visit: Visit,
    sheet: Sheet,
    found: list[Elsewhere],
    *,
    then: str = "",
    meanwhile: Overtaken | None = None,
    changed: str = "",
) -> Response:
    """The page; 409 when this answer, or the one at the prison `changed`, changed meanwhile."""
    return rooms.show(
        visit,
        sheet.room,
        "provider/copying.html",
        409 if meanwhile or changed else 200,
        sheet=sheet,
        sources=[(one, drafts.stamp(one.answer)) for one in found],
        ratings=RATING_WORDS,
        basis=drafts.stamp(sheet.answer),
        then=then_of(then),
        meanwhile=meanwhile,
        changed=changed,
    )
