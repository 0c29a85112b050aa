"""What a page of the listening desk asks of the database does not grow with what is on it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta

import pytest
from sqlalchemy import event

from charter.quarters import Quarter
from providers import family_calls, listening, passed_on, requests
from providers.passed_on import Passed
from providers.requests import Asked
from tests.support.cast import AVON, BROOK, CLYDE, DEE
from tests.support.pages import PageClient
from tests.support.stage import LENA, QUARTER, REQUEST, Stage

Open = Callable[..., PageClient]
MOST = 12
PAGES = (
    "/listening",
    f"/listening/{QUARTER}",
    f"/listening/{QUARTER}/voice",
    f"/listening/{QUARTER}/surveys",
    f"/listening/{QUARTER}/calls",
    f"/listening/{QUARTER}/replies",
    "/requests",
    "/requests/new",
    "/requests/prison",
    f"/requests/{REQUEST}",
    "/practices",
)


@contextmanager
def counted(stage: Stage) -> Iterator[list[str]]:
    """Every statement sent to the database meanwhile, but those of the session itself."""
    sent: list[str] = []

    def note(_c: object, _cu: object, statement: str, *_rest: object) -> None:
        if statement.lstrip().upper().startswith(("SELECT", "INSERT", "UPDATE", "DELETE")):
            sent.append(statement)

    event.listen(stage.database.engine, "before_cursor_execute", note)
    yield sent
    event.remove(stage.database.engine, "before_cursor_execute", note)


def fill(stage: Stage, many: int) -> None:
    """So many requests, things passed on, and quarters told; calls at every prison."""
    region, lena = stage.ref().region, stage.person(LENA)
    this = Quarter.parse(QUARTER)
    with stage.database.writing() as session:
        for number in range(many):
            day = date(2026, 9, 1) - timedelta(days=number)
            asked = Asked("", "", AVON.provider, "W4", f"Words {number}.", "A call", day)
            requests.enter(session, region, asked, stage.now, lena)
            said = Passed(AVON.site, f"Words {number}.", "A call", day, "A post", day)
            passed_on.pass_on(session, region, said, stage.now, lena)
        for quarter in (this, this.previous()):
            basis = listening.record(session, region, quarter).basis("activities")
            told = {"interview": many}
            listening.save(session, region, quarter, "activities", told, basis, stage.now, lena)
        for player in (AVON, BROOK, CLYDE, DEE)[: max(1, many // 10)]:
            day = date(2026, 9, 7)
            family_calls.note(session, region, player.site, day, True, 4, 300, stage.now, lena)


def asked_of(stage: Stage, client: PageClient) -> dict[str, int]:
    found, region = {}, stage.ref().region
    for below in PAGES:
        with counted(stage) as sent:
            page = client.get(f"/console/regions/{region}{below}")
        assert page.status == 200, below
        found[below] = len(sent)
    return found


@pytest.mark.parametrize("many", [40])
def test_a_page_asks_no_more_of_the_database_for_more_rows(
    stage: Stage, open_pages: Open, many: int
):
    lena = stage.enters(open_pages, LENA)
    before = asked_of(stage, lena)
    fill(stage, many)
    after = asked_of(stage, lena)
    grown = {below: (before[below], n) for below, n in after.items() if n > before[below] + 1}
    assert not grown
    assert max(after.values()) <= MOST, after
