"""The second factor of a region's own team: set up once, and shown in each session by a link."""

import re

from fastapi import APIRouter
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from portal.doors import INSIDE, NotHere, SignedIn, Typed, Visit
from portal.forms import Faults, Form
from portal.keys import hash_of, new_secret, same
from portal.limits import SECONDS_PER_DAY, SECONDS_PER_PERSON
from portal.pages import SERVICE
from portal.signin import onetime
from providers import second_factors
from providers.second_factors import Factor

router = APIRouter(prefix="/sign-in/second")
FIGURES = re.compile(r"\d{6}", re.ASCII)
TOLD = re.compile(r"\d{8}", re.ASCII)
ASK, NEW = "/sign-in/second", "/sign-in/second/new"
WRONG = (
    "that is not the code that your app shows now; a code lasts 30 seconds, and the telephone’s "
    "clock must be right"
)
NOT_TOLD = (
    "that is not the code that you were told, or it is more than 24 hours old; ask for another"
)
USED = "that code has been used; wait until your app shows the next one"
LOST = (
    "your second factor cannot be checked here any more; ask whoever runs this service to reset it"
)


@router.get("", name="second_page")
def second_page(visit: SignedIn) -> Response:
    """Ask for the code, where one is lacking."""
    require_team(visit)
    return elsewhere(visit) or visit.page("signin/second.html", faults=Faults())


@router.post("", name="show_second")
def show_second(visit: SignedIn, form: Typed) -> Response:
    """Take a code, once: from then on the roles in a team count in this session."""
    require_team(visit)
    if away := elsewhere(visit):
        return away
    code, faults = typed_code(form)
    if not faults and not may_try(visit):
        return too_often(visit)
    if not faults:
        with visit.desk.database.writing() as session:
            why, secret = spent(session, visit, code)
        if not why:
            return onward(visit, secret)
        faults.add("code", why)
    return visit.page("signin/second.html", 422, faults=faults)


@router.get("/new", name="new_second_page")
def new_second_page(visit: SignedIn) -> Response:
    """The secret of a second factor that may be set up now, as a picture and in letters."""
    require_team(visit)
    return must_show_first(visit) or draw_new(visit, Faults())


@router.post("/new", name="set_second")
def set_second(visit: SignedIn, form: Typed) -> Response:
    """Set it up, once a code made with it has come back."""
    require_team(visit)
    if away := must_show_first(visit):
        return away
    code, faults = typed_code(form)
    told = "".join(form.text("told").split())
    first = visit.visitor.lacks == "enrolment"
    if first and not TOLD.fullmatch(told):
        faults.add("told", "enter the 8 figures that you were told")
    if not faults and not may_try(visit):
        return too_often(visit)
    desk, secret, step = visit.desk, offered(visit), 0
    if not faults:
        step = onetime.step_of(secret, code, visit.now)
        if not step:
            faults.add("code", WRONG)
    if faults:
        return draw_new(visit, faults.in_order(("told", "code")), told)
    kept = onetime.enciphered(desk.secret_key, secret)
    with desk.database.writing() as session:
        if first and not is_allowed(session, visit, told):
            faults.add("told", NOT_TOLD)
            return draw_new(visit, faults, told)
        key = hash_of(cookie_of(visit))
        if not second_factors.keep(session, visit.visitor.person, key, kept, step, visit.now):
            return visit.go(ASK)
        fresh = raised(session, visit)
    return onward(visit, fresh)


def is_allowed(session: Session, visit: Visit, told: str) -> bool:
    """Whether these are the figures that somebody else was given to let the visitor set one up."""
    found = second_factors.allowed(session, visit.visitor.person, visit.now)
    if found is None:
        return False
    right = onetime.told_code(visit.desk.secret_key, visit.visitor.person, found.entry)
    return same(told, right.replace(" ", ""))


def require_team(visit: Visit) -> None:
    """NotHere for those of no team, and where an identity provider vouches for the team."""
    if visit.desk.oidc is not None or not (visit.visitor.staff or visit.visitor.withheld):
        raise NotHere


def elsewhere(visit: Visit) -> Response | None:
    """Where there is no code to be asked for: on to setting one up, or to one's details."""
    if visit.visitor.lacks == "code":
        return None
    return visit.go(NEW if visit.visitor.lacks else "/details")


def must_show_first(visit: Visit) -> Response | None:
    """Nobody puts another second factor in the place of one that they cannot show."""
    return visit.go(ASK) if visit.visitor.lacks == "code" else None


def typed_code(form: Form) -> tuple[str, Faults]:
    """The six figures, without the space that apps show in their middle."""
    code, faults = "".join(form.text("code").split()), Faults()
    if not FIGURES.fullmatch(code):
        faults.add("code", "enter the code of 6 figures")
    return code, faults


def may_try(visit: Visit) -> bool:
    """Count a code that is looked at; False once there were too many."""
    limits, who = visit.desk.limits, str(visit.visitor.person)
    return limits.allow(SECONDS_PER_PERSON, "second", who, visit.now) and limits.allow(
        SECONDS_PER_DAY, "second-day", who, visit.now
    )


def too_often(visit: Visit) -> Response:
    """The page for somebody who has tried too many codes."""
    return visit.page("signin/second_too_often.html", 429)


def spent(session: Session, visit: Visit, code: str) -> tuple[str, str]:
    """Spend a code and raise the session: why it cannot be done, or the session's new secret."""
    factor = second_factors.of(session, visit.visitor.person)
    secret = onetime.deciphered(visit.desk.secret_key, factor.secret) if factor else None
    if secret is None:
        return LOST, ""
    step = onetime.step_of(secret, code, visit.now)
    if not step:
        return WRONG, ""
    if not second_factors.spend(session, visit.visitor.person, step):
        return USED, ""
    return "", raised(session, visit)


def raised(session: Session, visit: Visit) -> str:
    """Have this session count, under a new secret: one known to somebody else is worth nothing."""
    fresh = new_secret()
    second_factors.shown(session, hash_of(cookie_of(visit)), hash_of(fresh), visit.now)
    return fresh


def onward(visit: Visit, secret: str) -> Response:
    """On to the page that was asked for first, in the raised session."""
    cookies, request = visit.desk.cookies, visit.request
    wanted = cookies.read(request, "next")
    response = RedirectResponse(wanted if INSIDE.fullmatch(wanted) else "/", 303)
    cookies.set(response, "session", secret)
    cookies.clear(response, "next")
    return response


def draw_new(visit: Visit, faults: Faults, told: str = "") -> Response:
    """The page that shows the secret; 422 with faults."""
    secret = offered(visit)
    return visit.page(
        "signin/second_new.html",
        422 if faults else 200,
        picture=onetime.picture(secret, visit.visitor.email, SERVICE),
        letters=onetime.in_letters(secret),
        replacing=bool(factor_of(visit)),
        needed=visit.visitor.lacks == "enrolment",
        told=told,
        faults=faults,
    )


def offered(visit: Visit) -> bytes:
    """The secret that this session may set up: the same until it does, and in no other session."""
    factor = factor_of(visit)
    since = factor.since.isoformat() if factor else ""
    return onetime.secret_for(visit.desk.secret_key, cookie_of(visit), since)


def factor_of(visit: Visit) -> Factor | None:
    """The visitor's second factor, if they have set one up."""
    with visit.desk.database.reading() as session:
        return second_factors.of(session, visit.visitor.person)


def cookie_of(visit: Visit) -> str:
    """The secret of this session, which only its browser has."""
    return visit.desk.cookies.read(visit.request, "session")


def by_link_alone(request: Request, visit: Visit) -> Response:
    """From a page of the console to where the code is asked for, and back to it afterwards."""
    response = visit.go(ASK)
    if INSIDE.fullmatch(request.url.path):
        visit.desk.cookies.set(response, "next", request.url.path)
    return response
