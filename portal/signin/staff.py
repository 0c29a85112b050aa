"""The way in for a region's own team, where an identity provider vouches for them."""

import logging
from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from portal.desk import Desk, desk_of
from portal.doors import INSIDE, NotHere, SignedIn, Visit
from portal.keys import hash_of, new_secret, same
from portal.signin.oidc import IdentityProvider, Trip, Unreachable, Untrusted
from portal.signin.second import by_link_alone
from providers import sessions
from providers.cells import email_address

router = APIRouter()
log = logging.getLogger(__name__)
BACK = "/sign-in/team/back"
NOT_STARTED_HERE = "this sign-in was not begun in this browser within the last 10 minutes"


class ByLinkOnly(Exception):
    """A member of a region's team came by an e-mailed link alone, which opens none of its pages."""


def by_the_right_door(visit: SignedIn) -> None:
    """Nobody of a team comes into the console by a link alone, where more is asked of them.

    ByLinkOnly says so: they have a provider to sign in by, or a second factor to show.
    """
    if visit.visitor.withheld and not visit.visitor.staff:
        raise ByLinkOnly


RightDoor = Depends(by_the_right_door)


def provider_of(request: Request) -> IdentityProvider:
    """The identity provider of this installation; NotHere where there is none."""
    found = desk_of(request).oidc
    if found is None:
        raise NotHere
    return found


Provider = Annotated[IdentityProvider, Depends(provider_of)]


@router.get("/sign-in/team", name="go_to_provider")
def go_to_provider(request: Request, provider: Provider) -> Response:
    """Send the browser to the identity provider, with what it must bring back."""
    desk = desk_of(request)
    now = desk.clock()
    trip = Trip.begin(desk.secret_key, new_secret(), now)
    try:
        away = provider.way_there(trip, desk.address(BACK), now)
    except Unreachable as error:
        return unreachable(desk, provider, error)
    response = RedirectResponse(away, 303)
    desk.cookies.set(response, "trip", trip.kept)
    return response


@router.get(BACK, name="back_from_provider")
def back_from_provider(request: Request, provider: Provider) -> Response:
    """Take the provider's word for who has come back, once, and begin a session."""
    desk = desk_of(request)
    now = desk.clock()
    trip = Trip(desk.secret_key, desk.cookies.read(request, "trip"))
    brought = request.query_params
    if trip.is_over(now) or not same(brought.get("state", ""), trip.word("state")):
        return refused(desk, provider, NOT_STARTED_HERE)
    if brought.get("iss", provider.issuer) != provider.issuer:
        return refused(desk, provider, "the answer came from somebody else")
    if "code" not in brought:
        return refused(desk, provider, f"{provider.name} did not sign you in")
    try:
        said = provider.vouched_for(trip, brought["code"], desk.address(BACK), now)
        email = email_address(said)
    except Unreachable as error:
        return unreachable(desk, provider, error)
    except Untrusted as error:
        log.warning("an identity provider's word was not taken: %s", error)
        return refused(desk, provider, str(error))
    except ValueError:
        return refused(desk, provider, f"{provider.name} gave no email address for you")
    return enter(request, desk, provider, trip, email)


def enter(
    request: Request, desk: Desk, provider: IdentityProvider, trip: Trip, email: str
) -> Response:
    """Begin the one session that this trip is good for; nobody unknown is made known by it."""
    now, secret = desk.clock(), trip.word("session")
    with desk.database.writing() as session:
        person = sessions.member(session, email, now)
        began = person is not None and sessions.begin(
            session, person, hash_of(secret), new_secret(), now, via="oidc"
        )
        if began:
            sessions.revoke(session, hash_of(desk.cookies.read(request, "session")), now)
    if person is None:
        return refused(desk, provider, email=email)
    if not began:
        return refused(desk, provider, NOT_STARTED_HERE)
    onward = desk.cookies.read(request, "next")
    response = RedirectResponse(onward if INSIDE.fullmatch(onward) else "/", 303)
    desk.cookies.set(response, "session", secret)
    desk.cookies.clear(response, "trip")
    desk.cookies.clear(response, "next")
    return response


def refused(desk: Desk, provider: IdentityProvider, why: str = "", *, email: str = "") -> Response:
    """Why nobody was signed in; `email` where somebody was vouched for whom we do not know."""
    name = "signin/not_on_the_team.html" if email else "signin/not_believed.html"
    response = desk.pages.show(name, 403, why=why, email=email, provider=provider.name)
    desk.cookies.clear(response, "trip")
    return response


def unreachable(desk: Desk, provider: IdentityProvider, error: Unreachable) -> Response:
    """The page for a provider that does not answer."""
    log.warning("the identity provider cannot be used: %s", error)
    return desk.pages.show("signin/provider_down.html", 503, provider=provider.name)


def by_link_only(request: Request, visit: Visit, kept: Mapping[str, object]) -> Response:
    """What a member of a team sees of the console after coming by a link.

    `kept` is what their page shows of a form that was sent.
    """
    desk = visit.desk
    if visit.visitor.lacks in ("code", "enrolment") and request.method == "GET":
        return by_link_alone(request, visit)
    if visit.visitor.lacks in ("code", "enrolment"):
        return visit.page("signin/second_first.html", 403, **kept)
    name = desk.oidc.name if desk.oidc else ""
    response = visit.page("signin/by_link_only.html", 403, provider=name)
    if request.method == "GET" and INSIDE.fullmatch(request.url.path):
        desk.cookies.set(response, "next", request.url.path)
    return response
