"""A region's register as files to keep: each can be imported again and would change nothing."""

from collections.abc import Iterable, Mapping, Sequence

from fastapi import APIRouter
from starlette.responses import Response

from portal.console import register_room as door
from portal.doors import SignedIn
from providers import register, sheets
from providers.exporting import COLUMNS, export_rows
from providers.signatories import COLUMNS as SIGNED_COLUMNS
from providers.tabular import write_csv

router = APIRouter(prefix="/console/regions/{region}/register")
KINDS: Mapping[str, str] = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@router.get("/register.csv", name="register_csv")
@router.get("/register.xlsx", name="register_xlsx")
def register_file(region: str, visit: SignedIn) -> Response:
    """The register, contacts' addresses with it."""
    with visit.desk.database.reading() as session:
        room = door.enter_to_read_addresses(session, visit, region)
        rows = export_rows(session, [room.code])
    return kept(visit.request.url.path, room.code, "register", COLUMNS, rows)


@router.get("/signatories.csv", name="signatories_csv")
@router.get("/signatories.xlsx", name="signatories_xlsx")
def signatories_file(region: str, visit: SignedIn) -> Response:
    """The list of who signed the Charter."""
    with visit.desk.database.reading() as session:
        room = door.enter(session, visit, region)
        rows = register.export_signatories(session, room.code)
    return kept(visit.request.url.path, room.code, "signatories", SIGNED_COLUMNS, rows)


def kept(
    path: str, region: str, what: str, columns: Sequence[str], rows: Iterable[Sequence[str]]
) -> Response:
    """These rows as the kind of file that the address ends in."""
    kind = path.rpartition(".")[2]
    if kind == "csv":
        body = write_csv(columns, rows).encode("utf-8-sig")
    else:
        body = sheets.sheet(what.capitalize(), columns, rows)
    said = f'attachment; filename="{region}-{what}.{kind}"'
    return Response(body, media_type=KINDS[kind], headers={"content-disposition": said})
