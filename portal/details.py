"""Your details: what is on record of whoever is signed in, and a button that says it is right."""

from collections.abc import Mapping

from fastapi import APIRouter
from sqlmodel import Session
from starlette.responses import Response

from charter.quarters import london_date
from portal.doors import SignedIn, Typed, Visit
from portal.provider.words import ROLE_WORDS
from providers import confirming, register, second_factors

router = APIRouter(prefix="/details")


@router.get("", name="details_page")
def details_page(visit: SignedIn) -> Response:
    """Name, address and roles as they are on record, and when they were last confirmed."""
    mine = visit.visitor
    with visit.desk.database.reading() as session:
        places = confirming.places(session, mine.services)
        regions = {one.code: one.name for one in register.regions(session)}
        said = confirming.confirmed_on(session, mine.person)
        asked = is_asked(session, visit)
        factor = second_factors.of(session, mine.person)
    acts = [
        (place, [words for role, words in ROLE_WORDS.items() if role in roles])
        for place, roles in ((p, mine.services[p.service_id]) for p in places)
    ]
    teams = sorted((regions[code], in_words(role)) for code, role in mine.staff | mine.withheld)
    return visit.page(
        "shared/details.html",
        acts=acts,
        teams=teams,
        confirmed_on=said,
        asked=asked,
        factor=factor,
        may_have_factor=bool(teams) and visit.desk.oidc is None,
        today=london_date(visit.now),
        did=visit.request.query_params.get("did") == "confirmed",
    )


@router.post("", name="confirm_details")
def confirm_details(visit: SignedIn, _form: Typed) -> Response:
    """Say that they are right; twice in a day is the same as once."""
    with visit.desk.database.writing() as session:
        confirming.confirm(session, visit.visitor.person, visit.now)
    return visit.go("/details?did=confirmed")


def is_asked(session: Session, visit: Visit) -> bool:
    """Whether the visitor is due to say again that they belong on the contact list."""
    services: Mapping[int, frozenset[str]] = visit.visitor.services
    return confirming.is_asked(session, visit.visitor.person, services, london_date(visit.now))


def in_words(role: str) -> str:
    """A role in a region's team, as a page says it."""
    return role.replace("_", " ").capitalize()
