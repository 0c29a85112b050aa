"""The portal as one web app, made from what it is given: it reads no clock and no environment."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from charter.quarters import Calendar
from portal import details, families, feeds
from portal.api.app import refused as refused_as_json
from portal.api.app import return_interface
from portal.console.routes import router as console
from portal.cookies import Cookies
from portal.desk import Desk, Later, SendSignIn, desk_of
from portal.doors import (
    INSIDE,
    NotForYou,
    NotHere,
    NotSignedIn,
    SignedIn,
    StaleForm,
    signed_in,
)
from portal.forms import Form
from portal.kept import kept, page_of, sent_here
from portal.keys import hash_of
from portal.people import reads_returns
from portal.provider.rooms import Closed
from portal.provider.routes import router as provider
from portal.redrawing import Redrawing
from portal.security import Gatekeeper, TooMuch, add_headers, origin_of, read_of_upload
from portal.signin.oidc import IdentityProvider
from portal.signin.routes import router as signin
from portal.signin.staff import ByLinkOnly, RightDoor, by_link_only
from portal.steward import Steward
from providers import sessions
from providers.cycles import Unknown
from providers.database import Database
from providers.evidence import Cabinet
from providers.ledger import BeforeLastEntry

STATIC = Path(__file__).parent / "static"
SHOWN = {".css", ".svg"}
INTERFACE = "/api/v1"
"""Where providers' programs call; nobody signed in is known there, and no token is known here."""


def create_app(
    database: Database,
    clock: Callable[[], datetime],
    *,
    send_sign_in: SendSignIn,
    base_url: str,
    secret_key: str,
    site_folder: Path | None,
    calendar: Calendar,
    production: bool,
    cabinet: Cabinet,
    steward: Steward,
    oidc: IdentityProvider | None = None,
    second_factor: bool = True,
    later: Later = lambda act: act(),
) -> FastAPI:
    """The portal: sign-in, the provider's return, the console, and the families' site beside them.

    `clock` gives the instant of each request, in any zone. `send_sign_in` is called off the
    request, with address, name, link and code. `base_url` is how people reach us: over HTTPS the
    cookies are Secure. `site_folder` may appear, and be swapped, while the app runs.
    `cabinet` is where files given as evidence lie; `steward` does what is asked of the room above.
    With `oidc`, staff roles count only for those whom that identity provider has vouched for;
    without, for those who came by a link and showed a second factor, if `second_factor` is needed.
    `later` is handed what is to be done for a request that is answered already; by itself it is
    done before the same connection takes another.
    """
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    app.state.desk = Desk(
        database=database,
        clock=clock,
        send_sign_in=send_sign_in,
        base_url=base_url,
        secret_key=secret_key,
        site_folder=site_folder,
        calendar=calendar,
        production=production,
        cookies=Cookies(secure=base_url.startswith("https://")),
        cabinet=cabinet,
        oidc=oidc,
        later=later,
        steward=steward,
        second_factor=second_factor,
    )
    app.add_middleware(Redrawing, desk=app.state.desk)
    app.add_middleware(Gatekeeper, origin=origin_of(base_url), production=production, refuse=refuse)
    app.mount("/static", Shown(directory=STATIC), name="static")
    app.mount(INTERFACE, return_interface(app.state.desk), name="api")
    app.add_api_route("/", front, methods=["GET"], name="front")
    for router in (signin, provider, details.router, families.router, feeds.router):
        app.include_router(router)
    app.include_router(console, dependencies=[RightDoor])
    _answer_errors(app)
    return app


def front(visit: SignedIn) -> Response:
    """Everybody's first page: their returns, or their region."""
    in_a_team = visit.visitor.staff or visit.visitor.withheld
    return visit.go("/console" if in_a_team and not reads_returns(visit.visitor) else "/returns")


class Shown(StaticFiles):
    """Our own static files: styles and pictures, and nothing else that lies in the folder."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """A file that browsers may keep for a day; its address changes when it does."""
        if Path(path).suffix not in SHOWN:
            raise HTTPException(404)
        response = await super().get_response(path, scope)
        response.headers["cache-control"] = "public, max-age=86400"
        return response


def _answer_errors(app: FastAPI) -> None:
    for kind in (NotHere, Unknown, RequestValidationError):
        app.add_exception_handler(kind, not_here)
    app.add_exception_handler(HTTPException, by_status)
    app.add_exception_handler(NotSignedIn, to_sign_in)
    app.add_exception_handler(ByLinkOnly, to_the_right_door)
    app.add_exception_handler(NotForYou, not_for_you)
    app.add_exception_handler(Closed, closed)
    app.add_exception_handler(BeforeLastEntry, closed)
    app.add_exception_handler(StaleForm, stale)
    app.add_exception_handler(TooMuch, too_much)
    app.add_exception_handler(Exception, broken)


REFUSED = {
    403: "shared/stale.html",
    404: "shared/not_here.html",
    413: "shared/too_much.html",
}


def refuse(request: Request, status: int) -> Response:
    """The page for a request that goes no further; to a program, the same in JSON."""
    if request.url.path.startswith(f"{INTERFACE}/"):
        return refused_as_json(request, TooMuch() if status == 413 else HTTPException(status))
    name = REFUSED[status]
    back = form_of(request) if status == 413 else ""
    return desk_of(request).pages.show(name, status, back=back, **what(None))


def form_of(request: Request) -> str:
    """Where a form was that carried too large a file; empty for any other."""
    return request.url.path if read_of_upload(request.url.path) else ""


async def to_sign_in(request: Request, _error: Exception) -> Response:
    """Off to sign in, and back to this page afterwards; what was typed is shown first."""
    desk = desk_of(request)
    if request.method == "POST":
        form = await sent_here(request, origin_of(desk.base_url))
        return await run_in_threadpool(signed_out, request, form)
    response = RedirectResponse("/sign-in", 303)
    if INSIDE.fullmatch(request.url.path):
        desk.cookies.set(response, "next", request.url.path)
    return response


def signed_out(request: Request, form: Form | None) -> Response:
    """The page for a form that came after its session had ended."""
    desk = desk_of(request)
    key = hash_of(desk.cookies.read(request, "session"))
    with desk.database.reading() as session:
        over = sessions.why_over(session, key, desk.clock())
    back = page_of(request)
    response = desk.pages.show("shared/signed_out.html", 401, over=over, back=back, **what(form))
    if back:
        desk.cookies.set(response, "next", back)
    return response


def what(form: Form | None) -> dict[str, object]:
    """What a page shows of a form that was not taken."""
    return {"kept": kept(form) if form else [], "file": form is not None and form.has_file}


async def to_the_right_door(request: Request, _error: Exception) -> Response:
    """To a member of a team who came by a link alone: how to come in, with what was typed."""
    form = None
    if request.method == "POST":
        form = await sent_here(request, origin_of(desk_of(request).base_url))
    visit = await run_in_threadpool(signed_in, request)
    return await run_in_threadpool(by_link_only, request, visit, what(form))


def by_status(request: Request, error: Exception) -> Response:
    """What the framework refuses by itself: no such address, or not that way."""
    if request.url.path.startswith(f"{INTERFACE}/"):  # a line end in it, so that no mount has it
        return refused_as_json(request, error)
    status = error.status_code if isinstance(error, HTTPException) else 500
    return _show(request, "shared/not_here.html", status if status in (400, 405) else 404)


def not_here(request: Request, _error: Exception) -> Response:
    """There is nothing here for this visitor, whether or not there is for another."""
    return _show(request, "shared/not_here.html", 404)


def not_for_you(request: Request, error: Exception) -> Response:
    """The visitor may look, but somebody else has to act; what was typed is shown."""
    typed = getattr(request.state, "typed", None)
    return _show(request, "shared/not_for_you.html", 403, why=str(error), **what(typed))


def closed(request: Request, error: Exception) -> Response:
    """It cannot be done as things stand, or as the clock does: the page says why, and keeps all."""
    return_id = error.return_id if isinstance(error, Closed) else 0
    typed = getattr(request.state, "typed", None)
    return _show(
        request, "shared/closed.html", 409, why=str(error), return_id=return_id, **what(typed)
    )


def stale(request: Request, error: Exception) -> Response:
    """The form was made for another session, or for none; what was typed is shown."""
    form = error.form if isinstance(error, StaleForm) else None
    return _show(request, "shared/stale.html", 403, back=page_of(request), **what(form))


def too_much(request: Request, _error: Exception) -> Response:
    """More was sent than any form of ours holds."""
    return _show(request, "shared/too_much.html", 413, back=form_of(request))


def broken(request: Request, _error: Exception) -> Response:
    """Something of ours went wrong; it is in the server's log, and not on the page."""
    response = desk_of(request).pages.show("shared/broken.html", 500)
    add_headers(MutableHeaders(raw=response.raw_headers), production=desk_of(request).production)
    return response


def _show(request: Request, name: str, status: int, **context: object) -> Response:
    """An error page, with the visitor's own header where we know who it is."""
    try:
        return signed_in(request).page(name, status, **context)
    except NotSignedIn:
        return desk_of(request).pages.show(name, status, **context)
