"""The sign-in pages: ask for a link, open it, type its code elsewhere, sign out."""

import re
from functools import partial

from fastapi import APIRouter
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from portal.desk import Desk, desk_of
from portal.doors import INSIDE, SignedIn, Typed, TypedByAnyone
from portal.forms import Faults
from portal.keys import code_for, code_hash, form_token, hash_of, new_secret
from portal.limits import (
    CODES_PER_BROWSER,
    LINKS_PER_ADDRESS,
    LINKS_PER_CALLER,
    SPENDS_PER_CALLER,
    caller,
)
from portal.signin import second, staff
from portal.signin.answering import answer_waiting
from providers import sessions
from providers.cells import email_address

router = APIRouter()
router.include_router(staff.router)
router.include_router(second.router)
FIGURES = re.compile(r"\d{8}", re.ASCII)


def nonce_page(request: Request, name: str, status: int = 200, **context: object) -> Response:
    """A page with a form for somebody not signed in, and the cookie that vouches for the form."""
    desk = desk_of(request)
    nonce = desk.cookies.read(request, "asked") or new_secret()
    token = form_token(desk.secret_key, nonce)
    response = desk.pages.show(name, status, token=token, **context)
    desk.cookies.set(response, "asked", nonce)
    return response


def ask_page(request: Request, status: int, email: str, faults: Faults) -> Response:
    """The sign-in page, with the other way in where a region's team has one."""
    oidc = desk_of(request).oidc
    more = {"email": email, "faults": faults, "provider": oidc.name if oidc else ""}
    return nonce_page(request, "signin/ask.html", status, **more)


@router.get("/sign-in", name="sign_in")
def sign_in(request: Request) -> Response:
    """Ask for an e-mail address."""
    return ask_page(request, 200, "", Faults())


@router.post("/sign-in", name="ask_for_link")
def ask_for_link(request: Request, form: TypedByAnyone) -> Response:
    """Note the request and answer at once, the same for every address; look it up afterwards."""
    desk = desk_of(request)
    try:
        email = email_address(form.text("email"))
    except ValueError:
        faults = Faults()
        faults.add("email", "enter an email address in the form name@organisation.nhs.uk")
        return ask_page(request, 422, form.text("email"), faults)
    now = desk.clock()
    allowed = desk.limits.allow(LINKS_PER_CALLER, "caller", caller(request), now)
    if not allowed or not desk.limits.allow(LINKS_PER_ADDRESS, "address", email, now):
        return desk.pages.show("signin/too_often.html", 429)
    nonce = desk.cookies.read(request, "asked")
    with desk.database.writing() as session:
        sessions.ask(session, email, hash_of(nonce), now)
    task = BackgroundTask(desk.later, partial(answer_waiting, desk))
    response = RedirectResponse("/sign-in/sent", 303, background=task)
    desk.cookies.set(response, "asked", nonce)
    return response


@router.get("/sign-in/sent", name="link_sent")
def link_sent(request: Request) -> Response:
    """Say what happens next, whoever asked."""
    return desk_of(request).pages.show("signin/sent.html")


@router.get("/sign-in/link/{link}", name="open_link")
def open_link(request: Request, link: str) -> Response:
    """Show a button in the browser that asked, a code in any other; opening never spends."""
    desk = desk_of(request)
    with desk.database.reading() as session:
        asked_in = sessions.asked_in(session, hash_of(link), desk.clock())
    if not asked_in:
        return desk.pages.show("signin/link_over.html", 410)
    nonce = desk.cookies.read(request, "asked")
    if nonce and hash_of(nonce) == asked_in:
        return nonce_page(request, "signin/link.html", link=link)
    return desk.pages.show("signin/elsewhere.html", code=code_for(desk.secret_key, link))


@router.post("/sign-in/link", name="spend_link")
def spend_link(request: Request, form: TypedByAnyone) -> Response:
    """Spend the link, once, and begin a session."""
    desk = desk_of(request)
    if not desk.limits.allow(SPENDS_PER_CALLER, "spend", caller(request), desk.clock()):
        return desk.pages.show("signin/too_often.html", 429)
    nonce = desk.cookies.read(request, "asked")
    return enter(request, desk, hash_of(nonce), token_hash=hash_of(form.text("link")))


@router.get("/sign-in/code", name="type_code")
def type_code(request: Request) -> Response:
    """Ask for the code that another browser shows."""
    return nonce_page(request, "signin/code.html", faults=Faults())


@router.post("/sign-in/code", name="spend_code")
def spend_code(request: Request, form: TypedByAnyone) -> Response:
    """Spend the link behind the code; five wrong codes and the link takes no more of them."""
    desk = desk_of(request)
    nonce = desk.cookies.read(request, "asked")
    code = form.text("code").replace(" ", "")
    faults = Faults()
    if not FIGURES.fullmatch(code):
        faults.add("code", "enter the code of 8 figures")
        return nonce_page(request, "signin/code.html", 422, faults=faults)
    if not desk.limits.allow(CODES_PER_BROWSER, "code", nonce, desk.clock()):
        return desk.pages.show("signin/too_often.html", 429)
    return enter(request, desk, hash_of(nonce), code=code_hash(desk.secret_key, code))


def enter(
    request: Request, desk: Desk, nonce_hash: str, *, token_hash: str = "", code: str = ""
) -> Response:
    """Spend a link by itself or by its code: a session begins, or a page says why not."""
    now = desk.clock()
    secret, old = new_secret(), desk.cookies.read(request, "session")
    with desk.database.writing() as session:
        if token_hash:
            person = sessions.spend(session, token_hash, nonce_hash, now)
        else:
            person = sessions.spend_by_code(session, code, nonce_hash, now)
        if person is not None:
            sessions.revoke(session, hash_of(old), now)
            sessions.begin(session, person, hash_of(secret), new_secret(), now)
    if person is None:
        return refused(request, desk, by_code=bool(code))
    onward = desk.cookies.read(request, "next")
    response = RedirectResponse(onward if INSIDE.fullmatch(onward) else "/", 303)
    desk.cookies.set(response, "session", secret)
    desk.cookies.clear(response, "asked")
    desk.cookies.clear(response, "next")
    return response


def refused(request: Request, desk: Desk, *, by_code: bool) -> Response:
    """Why a link or code opened nothing."""
    if not by_code:
        return desk.pages.show("signin/link_over.html", 410)
    faults = Faults()
    faults.add(
        "code",
        "that is not the code, or its link is more than 10 minutes old; check it, or ask again",
    )
    return nonce_page(request, "signin/code.html", 422, faults=faults)


@router.post("/sign-out", name="sign_out")
def sign_out(request: Request, visit: SignedIn, _form: Typed) -> Response:
    """End the session for good."""
    desk = visit.desk
    with desk.database.writing() as session:
        sessions.revoke(session, hash_of(desk.cookies.read(request, "session")), visit.now)
    response = RedirectResponse("/signed-out", 303)
    desk.cookies.clear(response, "session")
    return response


@router.get("/signed-out", name="signed_out")
def signed_out(request: Request) -> Response:
    """Say that it is over."""
    return desk_of(request).pages.show("signin/signed_out.html")
