"""A return on its way to families' eyes: signed with a possible name in it, confirmed, released."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from urllib.parse import quote

from sqlmodel import Session

from charter.answers import ReturnDocument
from charter.returns import Life
from flows import foreseen
from flows.publishing import publish_summary
from flows.settings import Settings
from flows.wiring import assemble
from providers import checking, cycles, lives, requests
from providers.foreseen import Drawing
from providers.returns import Ref
from tests.support.cast import AVON, Player, at
from tests.support.pages import Page, PageClient, words
from tests.support.rules import CALENDAR
from tests.support.stage import ANN, CORA, Stage

Open = Callable[..., PageClient]
NAMED = "Dr Shah rings families back within two working days."
FEW = "Two families told us so."
LOOK = "Look at the words of the public statement on W1"
CHECKED, OUT = at("2026-12-01T10:00"), at("2026-12-08T10:00")


def named_in(stage: Stage) -> Stage:
    """Avon's return signed with a possible name in what families will read, and confirmed."""
    stage.submit(AVON, with_statement(stage, NAMED), at("2026-10-20T10:00"))
    stage.now = CHECKED
    with stage.database.writing() as session:
        charter = stage.ref().charter_version
        cycles.adopt(session, stage.ref().region, charter, at("2026-11-20T09:00"), "operator")
        checking.confirm(session, stage.ref(), at("2026-11-20T10:00"), stage.person(CORA))
    return stage


def with_statement(stage: Stage, words: str) -> ReturnDocument:
    """The whole document, with these words as the first public statement."""
    filled = stage.filled(stage.ref())
    first = filled.answers[0].model_copy(update={"public_statement": words})
    return filled.model_copy(update={"answers": (first, *filled.answers[1:])})


def release_of(here: Ref) -> str:
    """Where the release of a return's quarter is."""
    return f"/console/regions/{quote(here.region)}/{here.quarter}/release"


def life_of(stage: Stage, here: Ref) -> Life:
    """How the return stands."""
    with stage.database.reading() as session:
        return lives.lives(session, [here.id])[here.id]


def publish(stage: Stage) -> None:
    """Publish as the flow does, at the stage's time."""
    home = (stage.site_folder or Path()).parent
    settings = Settings(_env_file=None, home=home)
    app = assemble(settings, lambda: stage.now, stage.database, home)
    publish_summary(stage.database, stage.now, app.post)


def site_page(stage: Stage, here: Ref) -> str:
    """The return's page as it stands in the site."""
    assert stage.site_folder is not None
    return (stage.site_folder / f"prisons/{here.site}/{here.quarter}.html").read_text("utf-8")


def look(client: PageClient, here: Ref) -> Page:
    """The return's page on its way out; drawn first, as a person would, where it is not."""
    page = client.get(f"{release_of(here)}/{here.id}")
    asked = [words(button) for button in page.tree.iter("button")]
    button = next((one for one in asked if one.startswith("Draw the page")), "")
    return page.submit(button=button) if button else page


def draw(stage: Stage) -> int:
    """Draw Avon's page as it would go out, as its flow does; how many were drawn."""
    return foreseen.draw(stage.database, stage.now, CALENDAR, [stage.ref().id])


def drawn(stage: Stage, here: Ref | None = None) -> Drawing:
    """A return's page as it was drawn last: Avon's, if none is named."""
    with stage.database.reading() as session:
        found = foreseen.find(session, stage.now, here or stage.ref())
    assert found is not None
    return found


def one_more_request(session: Session, stage: Stage, player: Player) -> None:
    """Families ask something of a player's prison."""
    here = stage.ref(player)
    requests.enter_request(
        session, id="one-more", region=here.region, site=here.site, party=here.party,
        commitment="W1", text="Ring us.", source="a visit", heard_on=date(2026, 11, 2),
        now=stage.now, by="operator",
    )  # fmt: skip


def approve_by_two(stage: Stage, open_pages: Open, here: Ref) -> None:
    """Two people approve the page on its own page."""
    for email in (CORA, ANN):
        page = look(stage.enters(open_pages, email), here)
        done = page.submit(button="Approve to publish")
        assert (done.status, "Your approval is recorded" in done.text) == (200, True)
