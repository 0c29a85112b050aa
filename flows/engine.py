"""The six flows that Prefect keeps time for: each gives one plain function its database and time.

The work is in `flows/opening.py` and its neighbours, a batch to a transaction; here it is told in
a sentence, and shown in an artifact that a commissioner opens from Prefect's own pages. The flows
are asynchronous because Prefect holds a plain one for up to a second after it has ended.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from prefect import flow, get_run_logger
from prefect.artifacts import (
    acreate_link_artifact,
    acreate_progress_artifact,
    acreate_table_artifact,
)

from charter.quarters import LONDON
from flows import briefing, chasing, delivering, exhibits, opening, publishing, scoring
from flows.exhibits import Row, Standing
from flows.post import Post
from flows.status import status
from flows.wiring import App, TimeRefused, wire
from providers import ledger
from providers.database import Database

Done = TypeVar("Done")
SAME = timedelta(seconds=1)


@dataclass(frozen=True)
class Kept(Generic[Done]):
    """What an act did at each instant, and how everything stood after the last of them."""

    done: list[Done]
    stood: Standing
    families_site: str


@flow(name="request_returns")
async def request_returns(instants: list[datetime] | None = None) -> None:
    """Open every quarter that has come and ask each provider for its returns.

    Args:
        instants: For rehearsals only: act as if it were each of these times, in order.
    """
    kept = await asyncio.to_thread(_keep, opening.request_returns, instants)
    get_run_logger().info(exhibits.opened_sentence(kept.done))
    await _show_progress(kept.stood)


@flow(name="chase_returns")
async def chase_returns(instants: list[datetime] | None = None) -> None:
    """Write the reminder that is due today for every return still owed.

    Args:
        instants: For rehearsals only: act as if it were each of these times, in order.
    """
    kept = await asyncio.to_thread(_keep, chasing.chase_returns, instants)
    get_run_logger().info(exhibits.chased_sentence(kept.done))
    late = exhibits.late_sentence(kept.stood)
    await _show_table("late-returns", exhibits.late_rows(kept.stood), late)
    await _show_progress(kept.stood)


@flow(name="brief_staff")
async def brief_staff(instants: list[datetime] | None = None) -> None:
    """Tell the people who run the service who is late, what is stuck and what needs a person.

    Args:
        instants: For rehearsals only: act as if it were each of these times, in order.
    """
    kept = await asyncio.to_thread(_keep, briefing.brief_staff, instants)
    sentence = exhibits.briefed_sentence(kept.done)
    get_run_logger().info(sentence)
    await _show_table("brief", exhibits.brief_rows(kept.done), sentence)


@flow(name="deliver_letters")
async def deliver_letters(instants: list[datetime] | None = None) -> None:
    """Send the letters that are waiting, each one once.

    Args:
        instants: For rehearsals only: act as if it were each of these times, in order.
    """
    kept = await asyncio.to_thread(_keep, delivering.deliver_letters, instants)
    sentence = exhibits.delivered_sentence(kept.done)
    get_run_logger().info(sentence)
    await _show_table("letters", exhibits.letter_rows(kept.stood), sentence)


@flow(name="score_returns")
async def score_returns(instants: list[datetime] | None = None) -> None:
    """Score every return that was signed, or changed by its commissioner, since the last run.

    Then draw the pages that wait for approval as they would go out next.

    Args:
        instants: For rehearsals only: act as if it were each of these times, in order.
    """
    kept = await asyncio.to_thread(_keep, scoring.score_returns, instants)
    sentence = exhibits.scored_sentence(kept.done)
    get_run_logger().info(sentence)
    await _show_table("scores", exhibits.score_rows(kept.stood), sentence)


@flow(name="publish_summary")
async def publish_summary(instants: list[datetime] | None = None) -> None:
    """Bring the families' site up to date with what may be published today.

    Then draw the pages that wait for approval as they would go out next.

    Args:
        instants: For rehearsals only: act as if it were each of these times, in order.
    """
    kept = await asyncio.to_thread(_keep, publishing.publish_summary, instants)
    sentence = " ".join(kept.done[-1].in_words()) if kept.done else "Nothing to do."
    get_run_logger().info(sentence)
    await acreate_link_artifact(
        link=f"{kept.families_site}/",
        link_text="What families read",
        key="families-site",
        description=sentence,
    )


def _keep(
    act: Callable[[Database, datetime, Post], Done], instants: list[datetime] | None
) -> Kept[Done]:
    """Do it at each instant, or now; then look how everything stands."""
    app = wire()
    try:
        moments = _moments(app, instants)
        done = [act(app.database, moment, app.post) for moment in moments]
        with app.database.reading() as session:
            stood = status(session, moments[-1] if moments else app.clock())
        return Kept(done, stood, app.settings.families_site)
    finally:
        app.database.engine.dispose()


def _moments(app: App, instants: list[datetime] | None) -> list[datetime]:
    """The times to act at, without those that the record has already left behind."""
    if instants is None:
        return [app.clock()]
    if app.settings.env == "production":
        raise TimeRefused("instants are refused where CHARTER_ENV=production: leave them empty")
    with app.database.reading() as session:
        last = ledger.last_at(session)
    moments = [one if one.tzinfo else one.replace(tzinfo=LONDON) for one in instants]
    return [one for one in moments if last is None or one >= last - SAME]


async def _show_table(key: str, rows: list[Row], description: str) -> None:
    await acreate_table_artifact(table=rows, key=key, description=description)


async def _show_progress(stood: Standing) -> None:
    """For each region's current quarter, how much of what is owed has been signed."""
    for cycle in exhibits.current_cycles(stood):
        signed, expected = exhibits.signed_share(cycle)
        await acreate_progress_artifact(
            progress=100 * signed / expected if expected else 0,
            key=f"signed-{cycle['region']}-{cycle['quarter']}".lower(),
            description=f"{exhibits.title(cycle)}: {signed} of {expected} returns are signed.",
        )
