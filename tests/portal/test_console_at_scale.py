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
from tests.support.clocked import BARE, Console, console

FEW, MANY, QUARTERS = 20, 120, 4
"""The suite's own size; `make console` measures 500 services and 12 quarters by the same code."""
MOST_QUERIES = 12
MOST_TIMES = 5
WORKED_OUT = (
    "/console/regions/{region}/{quarter}/release/{return_id}",
    "/console/regions/{region}/{quarter}/release/{return_id}/holds/{text}",
    "/console/regions/{region}/{quarter}/release/{return_id}/preview",
    "/console/regions/{region}/schedule/{quarter}",
    "/console/regions/{region}/schedule/{quarter}/letters.csv",
)
"""What families will read, and a whole quarter rehearsed: worked out once after each change.

The first look asks more than twelve things then, as many of few services as of many.
"""
FIRST_LOOK = 30
PAGE = "text/html"


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


def test_a_page_asks_no_more_of_many_services_than_of_few_and_never_much(
    consoles: dict[int, Console],
) -> None:
    wrong = []
    for route in consoles[MANY].routes():
        firsts, agains = [], []
        for services in (FEW, MANY):
            consoles[services].change()
            firsts.append(consoles[services].open(route))
            agains.append(consoles[services].open(route))
        asked = [cost.queries for cost in (*firsts, *agains)]
        most = FIRST_LOOK if route in WORKED_OUT else MOST_QUERIES
        if (
            {cost.status for cost in firsts} != {200}
            or max(cost.queries for cost in firsts) > most
            or max(cost.queries for cost in agains) > MOST_QUERIES
            or firsts[1].queries > firsts[0].queries
            or agains[1].queries > agains[0].queries
        ):
            wrong.append(f"{route}: {firsts[1].status}, {asked} queries")
    assert not wrong, "\n".join(wrong)


def test_a_page_takes_at_most_five_times_as_long_as_a_bare_one(
    consoles: dict[int, Console],
) -> None:
    here = consoles[MANY]
    opened = {route: here.open(route) for route in here.routes()}
    pages = [route for route, cost in opened.items() if (cost.status, cost.kind) == (200, PAGE)]
    times = here.times(pages)
    slow = [
        f"{route}: {times[route] * 1000:.0f} ms, the bare page {times[BARE] * 1000:.0f} ms"
        for route in pages
        if times[route] > MOST_TIMES * times[BARE]
    ]
    assert not slow, "\n".join(slow)
