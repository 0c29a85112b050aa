"""What a person does to one page, with a reason: clear held words, take it down, or revise it."""

from collections.abc import Callable
from dataclasses import dataclass

from fastapi import APIRouter
from starlette.responses import Response

from charter.parts import Hold
from portal.console.case import CHANGED
from portal.console.release_page import Release, draw, enter, refuse, require, show
from portal.doors import SignedIn, Typed, Visit
from portal.forms import Faults
from providers import checking, releasing
from providers.cycles import NotAllowed

router = APIRouter(prefix="/console/regions/{region}/{quarter}/release/{return_id}")


GONE = "these words are held no longer: they were cleared already, or are not on the page now"


@dataclass(frozen=True)
class Act:
    """An act on a published page: its words, and what is done."""

    path: str
    did: str
    title: str
    says: str
    label: str
    hint: str
    button: str
    warns: bool
    missing: str
    do: Callable[..., None]


TAKE_DOWN = Act(
    path="take-down",
    did="down",
    title="Take this page down",
    says="The page stays at its address. In place of its ratings and answers, families read that "
    "it was taken down, on which day, and why. How the return stands is still told.",
    label="Why is it taken down?",
    hint="Families read this. Do not name anybody, and do not say what could identify them.",
    button="Take the page down",
    warns=True,
    missing="say why the page is taken down: families will read it",
    do=releasing.withdraw,
)
REVISE = Act(
    path="revise",
    did="revised",
    title="Revise this page",
    says="The page that stands stays until the revision is approved by different people and goes "
    "out with its number. Until then the provider can change its reply.",
    label="Why is it revised?",
    hint="Families read this beside the number of the revision.",
    button="Open it for a revision",
    warns=False,
    missing="say why the page is revised: families will read it",
    do=checking.revise,
)


@router.get("/take-down", name="take_down_page")
def take_down_page(region: str, quarter: str, return_id: str, visit: SignedIn) -> Response:
    """What taking down does, and a box for the reason."""
    return asked(region, quarter, return_id, visit, TAKE_DOWN)


@router.post("/take-down", name="take_down")
def take_down(region: str, quarter: str, return_id: str, visit: SignedIn, form: Typed) -> Response:
    """Take the page down; the notice goes out with the next publication."""
    return done(region, quarter, return_id, visit, form, TAKE_DOWN)


@router.get("/revise", name="revise_page")
def revise_page(region: str, quarter: str, return_id: str, visit: SignedIn) -> Response:
    """What a revision is, and a box for the reason."""
    return asked(region, quarter, return_id, visit, REVISE)


@router.post("/revise", name="revise")
def revise(region: str, quarter: str, return_id: str, visit: SignedIn, form: Typed) -> Response:
    """Open the page for a numbered revision."""
    return done(region, quarter, return_id, visit, form, REVISE)


def asked(region: str, quarter: str, return_id: str, visit: Visit, act: Act) -> Response:
    """The page that asks first."""
    with visit.desk.database.reading() as session:
        release = enter(session, visit, region, quarter, return_id, drawn=False)
        require(release, act.title[0].lower() + act.title[1:])
        return _form(visit, release, act, "", Faults())


def done(
    region: str, quarter: str, return_id: str, visit: Visit, form: Typed, act: Act
) -> Response:
    """The act, once a reason is given; 409 where it cannot be done now."""
    faults = Faults()
    reason = form.words("reason", faults)
    if not reason:
        faults.add("reason", act.missing)
    with visit.desk.database.writing() as session:
        release = enter(session, visit, region, quarter, return_id, drawn=False)
        require(release, act.title[0].lower() + act.title[1:])
        if faults:
            return _form(visit, release, act, reason, faults)
        if form.text("revision") != str(release.case.life.revision):
            return refuse(session, visit, release, CHANGED)
        try:
            act.do(session, release.case.ref, reason, visit.now, visit.visitor.person)
        except NotAllowed as error:
            return refuse(session, visit, release, str(error))
    return visit.go(f"{release.path}?did={act.did}")


def _form(visit: Visit, release: Release, act: Act, reason: str, faults: Faults) -> Response:
    status = 422 if faults else 200
    return show(
        visit, release, "console/release_act.html", status, act=act, reason=reason, faults=faults
    )


@router.get("/holds/{text}", name="hold_page")
def hold_page(region: str, quarter: str, return_id: str, text: str, visit: SignedIn) -> Response:
    """The held words and a box for why they may be published; the page itself once they are not."""
    with visit.desk.database.reading() as session:
        release = enter(session, visit, region, quarter, return_id)
        require(release, "look at held words")
        if not release.is_fresh:
            return draw(session, visit, release)
        hold = _held(release, text)
        if hold is None:
            return visit.go(release.path)
        return _hold_form(visit, release, hold, "", Faults())


@router.post("/holds/{text}", name="clear_hold")
def clear_hold(
    region: str, quarter: str, return_id: str, text: str, visit: SignedIn, form: Typed
) -> Response:
    """Let the words be published; 409 where they were changed or cleared meanwhile."""
    faults = Faults()
    reason = form.words("reason", faults)
    if not reason:
        faults.add("reason", "say why these words may be published")
    with visit.desk.database.writing() as session:
        release = enter(session, visit, region, quarter, return_id)
        require(release, "clear held words")
        hold = _held(release, text)
        if release.why_not_fresh:
            return refuse(session, visit, release, release.why_not_fresh)
        if hold is None:
            return refuse(session, visit, release, GONE)
        if faults:
            return _hold_form(visit, release, hold, reason, faults)
        try:
            releasing.clear_hold(
                session,
                release.case.ref,
                hold.words,
                reason,
                visit.now,
                visit.visitor.person,
                request=hold.source.request,
            )
        except NotAllowed as error:
            return refuse(session, visit, release, str(error))
    return visit.go(f"{release.path}?did=cleared")


def _held(release: Release, text: str) -> Hold | None:
    holds = release.preview.holds if release.preview else []
    return next((hold for hold in holds if hold.text == text), None)


def _hold_form(visit: Visit, release: Release, hold: Hold, reason: str, faults: Faults) -> Response:
    return show(
        visit,
        release,
        "console/release_hold.html",
        422 if faults else 200,
        hold=hold,
        reason=reason,
        faults=faults,
    )
