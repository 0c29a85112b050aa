"""The return interface as an app of its own, so that its description speaks of nothing else."""

from typing import Annotated, Any

from fastapi import Path, Query
from fastapi.exceptions import RequestValidationError
from sqlmodel import Session
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from charter.answers import Problem, parse, ready_to_fill
from charter.holding import warned
from charter.quarters import Quarter
from charter.returns import Life
from portal.api.doors import Call, Caller, Refused, Sent
from portal.api.shapes import DOCUMENT, DescribedInterface, Listing, Owed, Receipt, Refusal, Trouble
from portal.desk import Desk
from portal.security import TooMuch
from providers import answering, cycles, lives, returns
from providers.answering import Incomplete
from providers.cycles import NotAllowed, Unknown
from providers.ledger import BeforeLastEntry
from providers.returns import Ref

ABOUT = """\
For a provider's own programs: see which returns are owed, fetch one ready to fill in, and hand it
in. The rules are those of the web form, the workbook and `charter return submit`.

Send the provider's token with every request, as `Authorization: Bearer charter_…`. A refusal of any
kind is `{"problems": [{"where", "what"}]}`."""

Line = Annotated[
    str, Query(description="The service line, needed only where the provider has several there.")
]


Site = Annotated[str, Path(description="The prison's code, as the register has it.")]
InPath = Annotated[str, Path(description="The quarter, such as 2026-27-Q2.")]
InQuery = Annotated[str, Query(description="Only those of this quarter, such as 2026-27-Q2.")]


def _refusals(*statuses: int) -> dict[int | str, dict[str, Any]]:
    said = {
        401: "No token, or one that is no longer good.",
        404: "The provider owes no such return.",
        409: "It cannot be done as things stand: signed already, or no longer owed.",
        413: "Larger than any return.",
        415: "Not sent as JSON.",
        422: "What was sent cannot be taken; every problem is named, and nothing is kept.",
        429: "Called too often with this token.",
    }
    return {status: {"model": Refusal, "description": said[status]} for status in statuses}


def return_interface(desk: Desk) -> DescribedInterface:
    """The interface over the portal's own record, clock and limits."""
    api = described()
    api.state.desk = desk
    return api


def described() -> DescribedInterface:
    """The interface over nothing yet: enough to be described."""
    api = DescribedInterface(
        title="Return interface",
        version="1",
        description=ABOUT,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    api.add_api_route(
        "/returns",
        listing,
        response_model=Listing,
        responses=_refusals(401, 422, 429),
        response_description="The returns.",
        summary="The provider's returns",
    )
    body = {"content": {"application/json": {"schema": DOCUMENT}}}
    api.add_api_route(
        "/returns/{quarter}/{site}",
        fetch,
        response_class=JSONResponse,
        responses={200: {**body, "description": "The return."}, **_refusals(401, 404, 422, 429)},
        summary="One return, ready to fill in",
    )
    api.add_api_route(
        "/returns/{quarter}/{site}",
        submit,
        methods=["POST"],
        response_model=Receipt,
        responses=_refusals(401, 404, 409, 413, 415, 422, 429),
        response_description="It is received, or had been.",
        openapi_extra={"requestBody": {**body, "required": True}},
        summary="Hand one return in, prepared and signed",
    )
    for kind in (Refused, TooMuch, NotAllowed, BeforeLastEntry, HTTPException, Exception):
        api.add_exception_handler(kind, refused)
    api.add_exception_handler(RequestValidationError, refused)
    return api


def listing(call: Caller, quarter: InQuery = "") -> Listing:
    """Every return of the provider, or those of one quarter, with what still lacks in each."""
    if quarter and not _quarter(quarter):
        raise Refused(422, Problem("quarter", "write the quarter as 2026-27-Q2"))
    with call.desk.database.reading() as session:
        owed = returns.refs(session, party=call.provider, quarter=quarter)
        folded = lives.lives(session, [here.id for here in owed])
        lines = [_owed(session, call, here, folded[here.id]) for here in owed]
    return Listing(provider=call.provider, provider_name=call.provider_name, returns=lines)


def _owed(session: Session, call: Call, here: Ref, life: Life) -> Owed:
    closed = answering.is_open(life)
    document = None if closed else returns.draft(session, here).document
    found = answering.problems(session, here, document, complete=True) if document else []
    return Owed(
        quarter=str(here.quarter),
        site=here.site,
        site_name=here.site_name,
        line=here.line,
        state=life.state(call.now),
        due=life.due,
        open=not closed,
        closed_because=closed,
        lacks=len(found),
    )


def fetch(call: Caller, quarter: InPath, site: Site, line: Line = "") -> Response:
    """The return as it is saved now: the draft, what was signed, or last quarter's carried forward.

    Fill it in, name who prepared and who signs it, and hand it in at the same address.
    """
    with call.desk.database.reading() as session:
        here = _find(session, call, quarter, site, line)
        document = returns.draft(session, here).document
        charter = cycles.charter_of(session, here.charter_version)
    return JSONResponse(ready_to_fill(document, charter))


def submit(call: Caller, quarter: InPath, site: Site, data: Sent, line: Line = "") -> Receipt:
    """Hand in the whole return: prepared and signed by the two people it names.

    All or nothing. The same document again changes nothing, and says so.
    """
    with call.desk.database.writing() as session:
        here = _find(session, call, quarter, site, line)
        document, problems = parse(data)
        if document is None:
            raise Refused(422, *problems)
        try:
            changed = answering.submit(session, here, document, call.now)
        except Incomplete as error:
            raise Refused(422, *error.problems) from error
        life = lives.lives(session, [here.id])[here.id]
    return Receipt(
        changed=changed,
        fingerprint=life.document,
        state=life.state(call.now),
        warnings=[Trouble(where=one.where, what=one.what) for one in warned(document)],
    )


def _find(session: Session, call: Call, quarter: str, site: str, line: str) -> Ref:
    """The provider's own return; Refused if it owes none such, another provider's among them."""
    if not _quarter(quarter):
        raise Refused(404, what="write the quarter as 2026-27-Q2")
    try:
        return returns.find(session, call.provider, site, quarter, line)
    except Unknown as error:
        raise Refused(404, what=str(error)) from error


def _quarter(text: str) -> bool:
    try:
        return str(Quarter.parse(text)) == text
    except ValueError:
        return False


STATUS: dict[type[Exception], tuple[int, str]] = {
    TooMuch: (413, "this is larger than any return"),
    RequestValidationError: (422, "this request holds what no request of ours has"),
}


def refused(_request: Request, error: Exception) -> Response:
    """Any refusal as JSON of one shape; what went wrong in us is in the log, and not here."""
    headers = {}
    if isinstance(error, Refused):
        status, problems = error.status, error.problems
    elif isinstance(error, HTTPException):
        status, problems = error.status_code, (Problem("", "there is nothing at this address"),)
        headers = dict(error.headers or {})
    elif isinstance(error, NotAllowed | BeforeLastEntry):
        status, problems = 409, (Problem("", str(error)),)
    else:
        status, what = STATUS.get(type(error), (500, "something of ours went wrong; try again"))
        problems = (Problem("", what),)
    if status == 401:
        headers["www-authenticate"] = "Bearer"
    if status == 429:
        headers["retry-after"] = "60"
    plain = {"problems": [{"where": p.where, "what": p.what} for p in problems]}
    return JSONResponse(plain, status, headers)
