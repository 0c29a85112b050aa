"""With five hundred services and three years behind them, no page of the console is slow.

The pages are read from the route table: a new one is held to the same by itself.
"""

import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from providers.database import Database, open_engine
from tests.support import scale
from tests.support.clocked import BARE, TABLES, Console, Cost, console

FEW, MANY, QUARTERS = 20, 120, 4
"""The suite's own size; `make console` measures 500 services and 12 quarters by the same code."""
MOST_QUERIES = 12
MOST_TIMES = 5
TURNS = 3
A_PAGE = 50
"""So many lines of a file to keep may take as long as a page."""
PAGE = "text/html"
RELEASE = "/console/regions/{region}/{quarter}/release/{return_id}"
"""The page of one return on its way out, drawn beforehand like all that show it."""
NEVER_DRAWN, DRAW_AGAIN = b"The page is not drawn yet", b"Draw the page again"


@pytest.fixture(scope="module")
def consoles(
    sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[int, Console]]:
    """The same three years over few services and over many."""
    folder = tmp_path_factory.mktemp("scale")
    with ExitStack() as stack:
        made = {}
        for services in (FEW, MANY):
            path = folder / f"{services}.db"
            shutil.copyfile(sqlite_template, path)
            database = Database(open_engine(f"sqlite:///{path}"))
            home = folder / str(services)
            scale.region(database, home, services, QUARTERS)
            made[services] = stack.enter_context(console(database, home))
        yield made


def test_whoever_looks_first_after_a_change_asks_little_of_many_services_as_of_few(
    consoles: dict[int, Console],
) -> None:
    wrong = []
    for here in consoles.values():
        here.draw()
    for route in consoles[MANY].routes():
        firsts, agains = [], []
        for services in (FEW, MANY):
            consoles[services].change()
            firsts.append(consoles[services].open(route))
            agains.append(consoles[services].open(route))
        asked = [cost.queries for cost in (*firsts, *agains)]
        if (
            {cost.status for cost in firsts} != {200}
            or max(asked) > MOST_QUERIES
            or firsts[1].queries > firsts[0].queries
            or agains[1].queries > agains[0].queries
        ):
            wrong.append(f"{route}: {firsts[1].status}, {asked} queries")
    assert not wrong, "\n".join(wrong)


def test_a_page_on_its_way_out_asks_as_little_never_drawn_newly_drawn_and_out_of_date(
    consoles: dict[int, Console],
) -> None:
    here = consoles[MANY]
    pages = [route for route in here.routes() if route.startswith(RELEASE)]
    here.forget_drawings()
    never = [here.open(route) for route in pages]
    here.draw()
    fresh = [here.open(route) for route in pages]
    here.change()
    stale = [here.open(route) for route in pages]
    assert max(cost.queries for cost in (*never, *fresh, *stale)) <= MOST_QUERIES
    said = [costs[0].body for costs in (never, fresh, stale)]
    assert [NEVER_DRAWN in body for body in said] == [True, False, False]
    assert [DRAW_AGAIN in body for body in said] == [False, False, True]


@pytest.fixture(scope="module")
def opened(consoles: dict[int, Console]) -> dict[str, Cost]:
    """Every page and file over many services, as it answers."""
    here = consoles[MANY]
    return {route: here.open(route) for route in here.routes()}


def test_a_first_look_takes_at_most_five_times_as_long_as_a_bare_page(
    consoles: dict[int, Console], opened: dict[str, Cost]
) -> None:
    here = consoles[MANY]
    pages = [route for route, cost in opened.items() if (cost.status, cost.kind) == (200, PAGE)]
    assert len(pages) > 60
    out = [route for route in pages if route.startswith(RELEASE)]
    firsts = here.times(pages, first=True, turns=TURNS)
    here.draw()
    drawn = here.times(out, turns=TURNS)
    slow = [
        f"{route}: {took * 1000:.0f} ms, the bare page {times[BARE] * 1000:.0f} ms"
        for times in (firsts, drawn)
        for route, took in times.items()
        if took > MOST_TIMES * times[BARE]
    ]
    assert not slow, "\n".join(slow)


def test_a_file_to_keep_takes_no_longer_than_as_many_pages_as_it_would_fill(
    consoles: dict[int, Console], opened: dict[str, Cost]
) -> None:
    files = {route: cost.lines for route, cost in opened.items() if cost.kind in TABLES}
    assert files
    times = consoles[MANY].times([*files], first=True, turns=TURNS)
    slow = [
        f"{route}: {lines} lines in {times[route] * 1000:.0f} ms"
        for route, lines in files.items()
        if times[route] > MOST_TIMES * times[BARE] * (1 + lines // A_PAGE)
    ]
    assert not slow, "\n".join(slow)
