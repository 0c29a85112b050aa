"""One page before families read it: how it will look, what is held in it, and who has approved."""

import re
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter
from markupsafe import Markup
from sqlmodel import Session
from starlette.responses import HTMLResponse, Response

from charter.steps import Approved, Replied
from portal.console import rooms
from portal.console.case import CHANGED, seen
from portal.console.exchange import latest
from portal.console.previewing import Preview, preview_of
from portal.console.regions import Room
from portal.console.release import page_words, reply_words
from portal.console.rooms import Case
from portal.doors import NotHere, SignedIn, Typed, Visit
from portal.forms import Faults
from portal.kept import left
from portal.pages import moment
from portal.people import names_of
from providers import approvers, checking, quiet
from providers.cycles import NotAllowed
from providers.foreseen import Since

router = APIRouter(prefix="/console/regions/{region}/{quarter}/release/{return_id}")
DID = {
    "approved": "Your approval is recorded.",
    "cleared": "Cleared. Families will read these words as they stand.",
    "drawn": "Drawn as it would go out now.",
    "down": "Taken down. The next publication puts the notice in its place.",
    "revised": "The page is open for a revision. Two people approve it before it goes out again.",
}
NOT_DRAWN = "this page was not drawn yet, so nobody has seen what they would approve"
REDRAWN = "this page was drawn again after you opened it; it is shown here as it is now"
STALE = (
    "something that may change this page was put on record after it was drawn, so nobody has seen "
    "it as it would go out; draw it again first"
)
OVER = "this page was drawn on another day and may read otherwise now; draw it again first"
MAIN = re.compile(r"<main[^>]*>")


@dataclass(frozen=True)
class Release:
    """A return's page on its way out, for a member of the region's team.

    There is no preview while nobody has had the page drawn.
    """

    case: Case
    room: Room
    preview: Preview | None

    @property
    def list_path(self) -> str:
        """Where the quarter's release is."""
        return f"{self.room.path}/{self.case.ref.quarter}/release"

    @property
    def path(self) -> str:
        """Where this page is."""
        return f"{self.list_path}/{self.case.ref.id}"

    @property
    def can_act(self) -> bool:
        """May approve, clear held words, take the page down and revise it."""
        return self.case.can_approve

    @property
    def is_fresh(self) -> bool:
        """The page is shown as it would go out now."""
        return self.preview is not None and self.preview.is_fresh

    @property
    def since(self) -> Since | None:
        """What came since it was drawn, if anything that may change it did."""
        drawing = self.preview.drawing if self.preview else None
        return drawing.since if drawing else None

    @property
    def why_not_fresh(self) -> str:
        """Why nothing can be decided on what is shown; empty when it is up to date."""
        if self.preview is None:
            return NOT_DRAWN
        return "" if self.is_fresh else STALE if self.since else OVER

    @property
    def seen(self) -> str:
        """What an approval is given to: how the return stands, and the very page that is shown."""
        preview = self.preview
        shown = preview.drawing.sha(preview.page.key)[:32] if preview and preview.drawing else ""
        return f"{seen(self.case)}{shown}"


def enter(
    session: Session, visit: Visit, region: str, quarter: str, return_id: str, *, drawn: bool = True
) -> Release:
    """The page of a return of that region and quarter; NotHere if it is none of the visitor's.

    With `drawn`, as it was drawn last.
    """
    case = rooms.enter(session, visit, return_id)
    ref = case.ref
    if (ref.region, str(ref.quarter)) != (region, quarter):
        raise NotHere
    room = Room(ref.region, ref.region_name, ref.sample, ref.paused, case.roles)
    return Release(case, room, preview_of(session, visit, case) if drawn else None)


def require(release: Release, act: str) -> None:
    """NotForYou unless the visitor approves pages here."""
    rooms.require(release.can_act, "a commissioner or approver", act)


@router.get("", name="release_case_page")
def release_case_page(region: str, quarter: str, return_id: str, visit: SignedIn) -> Response:
    """What is held, what changes, who has approved, and what can be done now."""
    with visit.desk.database.reading() as session:
        return draw(session, visit, enter(session, visit, region, quarter, return_id))


@router.get("/preview", name="release_preview")
def release_preview(region: str, quarter: str, return_id: str, visit: SignedIn) -> Response:
    """The page itself, as families will see it; its links lead to the site as it stands."""
    with visit.desk.database.reading() as session:
        release = enter(session, visit, region, quarter, return_id)
        if release.preview is None:
            return draw(session, visit, release)
    return HTMLResponse(whole(release, release.preview.html))


def whole(release: Release, html: str) -> str:
    """A page as families will see it; where it is not up to date it begins by saying so."""
    drawing = release.preview.drawing if release.preview else None
    if drawing is None or drawing.is_fresh:
        return html
    said = Markup(
        '<div class="sample" role="region" aria-label="Not up to date"><p class="wide"><strong>Not '
        "up to date.</strong> Drawn on {}; go back and draw it again to see it as it would go out "
        "now.</p></div>"
    ).format(moment(drawing.drawn_at))
    return MAIN.sub(lambda tag: f"{said}{tag[0]}", html, count=1)


@router.post("/draw", name="release_draw")
def release_draw(
    region: str, quarter: str, return_id: str, visit: SignedIn, form: Typed
) -> Response:
    """Draw the page as it would go out now, for whoever looks at it."""
    with visit.desk.database.reading() as session:
        release = enter(session, visit, region, quarter, return_id, drawn=False)
    visit.desk.steward.draw(visit.now, [release.case.ref.id])
    return visit.go(f"{release.path}?did=drawn")


@router.post("/approve", name="release_approve")
def release_approve(
    region: str, quarter: str, return_id: str, visit: SignedIn, form: Typed
) -> Response:
    """Approve the page that was shown: one of the different people who must."""
    with visit.desk.database.writing() as session:
        release = enter(session, visit, region, quarter, return_id)
        require(release, "approve to publish")
        refused = release.case.why_not_approve
        if not refused and not form.text("seen").startswith(seen(release.case)):
            refused = CHANGED
        if not refused:
            refused = release.why_not_fresh
        if not refused and form.text("seen") != release.seen:
            refused = REDRAWN
        if not refused:
            try:
                checking.approve(session, release.case.ref, visit.now, visit.visitor.person)
            except NotAllowed as error:
                refused = str(error)
        if refused:
            return refuse(session, visit, release, refused)
    return visit.go(f"{release.path}?did=approved")


def refuse(session: Session, visit: Visit, release: Release, why: str) -> Response:
    """The page as it stands now, with why the act was not done and who came first."""
    found = enter(
        session,
        visit,
        release.case.ref.region,
        str(release.case.ref.quarter),
        str(release.case.ref.id),
    )
    return draw(session, visit, found, refused=why, since=came_since(session, found))


def came_since(session: Session, release: Release) -> str:
    """Who came first, and when: whoever changed the page since it was drawn, or the return last."""
    since = release.since
    if since is None:
        return latest(session, release.case)
    who = names_of(session, [since.by]).get(since.by) if since.by else ""
    return f"Put on record{f' by {who}' if who else ''} on {moment(since.at)}."


def draw(
    session: Session, visit: Visit, release: Release, *, refused: str = "", since: str = ""
) -> Response:
    """The page; 409 with the reason when an act could not be done."""
    case, preview = release.case, release.preview
    told = preview.changes if preview else ()
    drawing = preview.drawing if preview else None
    periods = quiet.in_force(session, max(case.today, case.ref.dates.publishes))
    return show(
        visit,
        release,
        "console/release_page.html",
        409 if refused else 200,
        preview=preview,
        drawing=drawing,
        changes=told,
        gone=sum(len(one.removed) for one in told),
        new=sum(len(one.added) for one in told),
        held=preview.holds if preview else [],
        reply=reply_words(case.life, case.ref.dates, case.today),
        page_state=page_words(case.life),
        quiet=case.ref.site_id in periods,
        **people_of(session, release),
        did="" if refused else DID.get(visit.request.query_params.get("did", ""), ""),
        refused=refused,
        since=since,
        faults=Faults(),
    )


def people_of(session: Session, release: Release) -> dict[str, Any]:
    """Who replied, approved, and changed the page since, each with when; who else may approve."""
    case, changed = release.case, release.since
    replied = [one for one in case.history if isinstance(one.step, Replied)][-1:]
    given = [
        one
        for one in case.history
        if isinstance(one.step, Approved) and one.step.person in case.life.approved_by
    ]
    last = {one.by: one for one in given}
    acted = [one.by for one in (*replied, *last.values())]
    names = names_of(session, [*acted, *([changed.by] if changed and changed.by else [])])
    given_by, needed = case.life.approved_by, case.policy.approvals
    could = approvers.left(session, case.ref, case.history, given_by, needed, case.today)
    return {
        "replied": [(names.get(one.by, "somebody else"), one.at) for one in replied],
        "approved": [(names.get(one.by, "somebody else"), one.at) for one in last.values()],
        "could": could,
        "changed": (names.get(changed.by, ""), changed.at) if changed else None,
    }


def show(
    visit: Visit,
    release: Release,
    name: str,
    status: int = 200,
    **context: Any,  # noqa: ANN401
) -> HTMLResponse:
    """A page about this release, with the region's menu and what its data says must be said."""
    case, room = release.case, release.room
    return visit.page(
        name,
        status,
        release=release,
        case=case,
        ref=case.ref,
        life=case.life,
        room=room,
        menu=room.menu("/release"),
        sample=room.name if room.sample else "",
        left=left(visit.request, status),
        notice=case.charter.notice if case.charter.is_working else "",
        **context,
    )
