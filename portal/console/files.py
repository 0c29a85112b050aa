"""A file of a return's evidence, for the team of its region, once the return is signed."""

from fastapi import APIRouter
from starlette.responses import Response

from portal.console import rooms
from portal.doors import NotHere, SignedIn, number
from portal.files import attachment
from providers import evidence, returns
from providers.evidence import NotOpen

router = APIRouter(prefix="/console/returns/{return_id}/files")


@router.get("/{file_id}", name="team_file")
def team_file(return_id: str, file_id: str, visit: SignedIn) -> Response:
    """The file itself, to be kept; a page that says why where it does not open."""
    with visit.desk.database.reading() as session:
        case = rooms.enter(session, visit, return_id)
        rooms.require(case.sees_evidence, "the commissioner's team", "open evidence")
        signed = returns.signed_document(session, case.ref)
        file = evidence.find(session, case.ref, number(file_id), [signed] if signed else [])
    if file is None:
        raise NotHere
    try:
        return attachment(file, evidence.open_file(visit.desk.cabinet, file))
    except NotOpen as error:
        back = case.path
        return rooms.show(visit, case, "shared/file.html", 409, file=file, why=error, back=back)
