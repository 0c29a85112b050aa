"""Whatever the story of the invented region puts on record, no drawing is up to date wrongly."""

from datetime import datetime
from pathlib import Path

from flows import foreseen
from flows.sample.acts import InProcess
from flows.sample.story import story
from flows.sample.telling import tell
from flows.wiring import App
from providers import foreseen as kept
from providers import publications, returns
from tests.support.sampled import fresh

STEPS = 9
"""So many acts are told at once; what they leave up to date is then drawn anew, and compared."""


def test_what_is_up_to_date_by_its_row_is_what_would_be_drawn_all_through_the_story(
    tmp_path: Path, sqlite_template: Path
) -> None:
    acts = story()
    stood = drawn = 0
    with fresh(tmp_path, sqlite_template) as app:
        for end in range(STEPS, len(acts) + STEPS, STEPS):
            told = acts[:end]
            tell(app, told, InProcess(app), lambda said: None)
            stood += _compared(app, told[-1].at)
            drawn += foreseen.draw_waiting(app.database, told[-1].at, app.calendar)
    assert stood > 10
    assert drawn > 10


def _compared(app: App, now: datetime) -> int:
    """How many drawings say that they are up to date; each is what would be drawn now."""
    found = 0
    with app.database.reading() as session:
        last = publications.newest(session)
        for ref in returns.refs(session):
            drawing = foreseen.find(session, now, ref)
            if drawing is None or not drawing.is_fresh:
                continue
            known = last.pages if last else ()
            told = foreseen.foresee(session, now, app.calendar, [ref], known)
            page = told[ref.id][0][0]
            same = kept.as_read(page.model_dump(mode="json"))
            assert kept.as_read(drawing.pages[page.key]) == same, (ref.site, str(ref.quarter), now)
            found += 1
    return found
