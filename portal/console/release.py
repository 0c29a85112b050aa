"""What goes out next: every page of a quarter with its reply, its held words and its approvals."""

from dataclasses import dataclass
from datetime import date

from fastapi import APIRouter
from markupsafe import Markup, escape
from sqlmodel import Session
from starlette.responses import Response

from charter.alarm import words_in
from charter.policy import Dates
from charter.quarters import london_date, say
from charter.returns import Life
from charter.views import REGION
from charter.words import STATE_WORDS
from portal.console import cycle as cycle_page
from portal.console import regions
from portal.console.choosing import Choice
from portal.console.cycle import Stands
from portal.console.lines import NOTHING, Head, column
from portal.console.regions import Room
from portal.console.rooms import roles_in
from portal.doors import NotHere, SignedIn, Visit
from providers import cycles, releasing, standings
from providers.cycles import CycleView
from providers.overview import Row
from providers.quiet import SETTERS
from providers.releasing import Place

router = APIRouter(prefix="/console/regions/{region}")
HEAD: Head = [
    column("Prison"),
    column("Provider"),
    column("Return"),
    column("Right of reply"),
    column("Words held", numeric=True),
    column("Approved", numeric=True),
    column("Page"),
]


TAGS = {
    state: Markup('<strong class="nhsuk-tag {}">{}</strong>').format(word.tag, word.console)
    for state, word in STATE_WORDS.items()
}


@dataclass(frozen=True)
class Standing:
    """A return as it stands before its publication, in the words of the list."""

    life: Life
    reply: str
    held: int
    page: str


def path_of(cycle: CycleView) -> str:
    """Where a quarter's release is."""
    return f"{cycle_page.path_of(cycle)}/release"


@router.get("/release", name="newest_release_page")
def newest_release_page(region: str, visit: SignedIn) -> Response:
    """The release of the region's newest quarter."""
    with visit.desk.database.reading() as session:
        if not roles_in(visit, region):
            raise NotHere
        opened = [c for c in cycles.cycles(session, region) if not c.early]
        if not opened:
            room = regions.enter(session, visit, region)
            return regions.show(visit, room, "console/release_none.html", here="/release")
        return draw(session, visit, opened[-1])


@router.get("/{quarter}/release", name="release_page")
def release_page(region: str, quarter: str, visit: SignedIn) -> Response:
    """Every page of that quarter, and what each still waits for."""
    with visit.desk.database.reading() as session:
        found = [c for c in cycles.cycles(session, region, quarter) if not c.early]
        if not found or not roles_in(visit, region):
            raise NotHere
        return draw(session, visit, found[0])


def draw(session: Session, visit: Visit, cycle: CycleView) -> Response:
    """The page of one quarter."""
    here = cycle_page.stands(session, cycle, visit_day(visit))
    choice = Choice.of(visit.request.query_params, here.owed)
    path = path_of(cycle)
    chosen = choice.chosen(here.owed, here.today)
    rows, pages = choice.page_of(chosen, path)
    found = standing_of(session, here, rows)
    roles = roles_in(visit, cycle.region)
    return regions.show(
        visit,
        Room(cycle.region, cycle.region_name, cycle.sample, cycle.paused, roles),
        "console/release.html",
        here="/release",
        wide=True,
        cycle=cycle,
        path=path,
        head=HEAD,
        table=[cells(row, found[row.id], path, here.policy.approvals) for row in rows],
        choice=choice,
        fields=choice.fields(here.owed),
        pages=pages,
        chosen=len(chosen),
        expected=len(here.owed),
        approvals=here.policy.approvals,
        dates=cycle.dates,
        can_hush=bool(roles & SETTERS),
        notice=here.charter.notice if here.charter.is_working else "",
    )


def visit_day(visit: Visit) -> date:
    """The London date of a visit."""
    return london_date(visit.now)


def standing_of(session: Session, here: Stands, rows: list[Row]) -> dict[int, Standing]:
    """How each of these returns stands before its publication, in a fixed number of queries."""
    lives = standings.lives_of(session, [row.id for row in rows])
    commissioner = next((row.party_name for row in here.owed if row.site == REGION), "")
    places = {
        row.id: Place(
            row.site,
            row.party,
            words_in(row.site_name, here.cycle.region_name, commissioner, row.party_name, row.line),
        )
        for row in rows
    }
    few = here.policy.fewest_people if here.policy.holds_alarm else 0
    rated = here.cycle.adopted or not here.charter.is_working
    close = here.policy.holds_particulars
    held = releasing.holds(
        session, here.cycle.region, lives, places, few, rated=rated, particulars=close
    )
    return {
        i: Standing(
            life,
            reply_words(life, here.cycle.dates, here.today),
            0 if life.is_settled else held[i],
            page_words(life),
        )
        for i, life in lives.items()
    }


def reply_words(life: Life, dates: Dates, today: date) -> str:
    """How the right of reply stands: used, open, over, or not begun."""
    if life.reply:
        return "Replied"
    if life.revision and not life.revising:
        return "No reply"
    begun = life.confirmed_at or life.changes or life.not_returned_at
    if not begun and today <= dates.challenge_ends:
        return "Begins after the check"
    if today <= dates.reply_ends:
        return f"Open until {say(dates.reply_ends)}"
    return f"No reply by {say(dates.reply_ends)}"


def page_words(life: Life) -> str:
    """Where the return's page has come to."""
    if life.withdrawn_at is not None:
        down = f"Taken down on {say(london_date(life.withdrawn_at))}"
        return f"{down}, being revised" if life.revising else down
    if life.revising:
        return f"Revision {life.revision + 1} is open"
    if life.published_at is not None:
        return f"Revision {life.revision}, {say(london_date(life.published_at))}"
    return "Not published"


def cells(row: Row, standing: Standing, path: str, approvals: int) -> list[object]:
    """A line of the list."""
    done = standing.life.is_settled
    return [
        Markup(f'<a href="{path}/{row.id}">{escape(row.place)}</a>'),
        row.party_name,
        TAGS[row.state],
        standing.reply,
        standing.held or NOTHING,
        NOTHING if done else f"{row.approvals} of {approvals}",
        standing.page,
    ]
