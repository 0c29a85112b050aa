"""More time in three of four quarters is flagged to whoever decides about the next."""

from collections.abc import Callable
from datetime import date

from charter.steps import Extended
from flows.status import in_words, status
from providers import lives
from providers.opening import open_due
from tests.support.cast import AVON, BROOK, Player, at
from tests.support.pages import PageClient
from tests.support.rules import CALENDAR
from tests.support.stage import CORA, LAST, QUARTER, Stage

NEXT = "2026-27-Q3"
FLAG = "More time was given in 3 of the last 3 quarters."


def extend(stage: Stage, player: Player, quarter: str) -> int:
    step = Extended(due=date(2027, 3, 1), reason="ill", public="More time was given.")
    here = stage.ref(player, quarter)
    with stage.database.writing() as session:
        lives.record(session, here.id, step, stage.now, "person:1")
    return here.id


def test_more_time_given_often_is_flagged_in_status_and_on_the_returns_page(
    stage: Stage, open_pages: Callable[..., PageClient]
) -> None:
    stage.now = at("2027-01-04T09:00")
    with stage.database.writing() as session:
        open_due(session, stage.now, CALENDAR)
    second = [extend(stage, AVON, quarter) for quarter in (LAST, QUARTER)][-1]
    extend(stage, BROOK, NEXT)
    with stage.database.reading() as session:
        assert not any(r["extensions_flagged"] for r in _rows(status(session, stage.now)))
    third = extend(stage, AVON, NEXT)
    with stage.database.reading() as session:
        data = status(session, stage.now)
    flagged = [(r["provider"], r["site"]) for r in _rows(data) if r["extensions_flagged"]]
    assert flagged == [(AVON.provider, AVON.site)]
    assert f"  given more time often: {AVON.provider} for {AVON.site}" in in_words(data)
    cora = stage.enters(open_pages, CORA)
    assert FLAG in cora.get(f"/console/returns/{third}").text
    assert "Flagged" not in cora.get(f"/console/returns/{second}").text


def _rows(data: dict) -> list[dict]:
    return [row for cycle in data["cycles"] for row in cycle["returns"]]
