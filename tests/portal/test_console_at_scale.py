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

FEW, MANY, QUARTERS = 50, 500, 12
MOST_QUERIES = 12
MOST_TIMES = 5
OF_A_RETURN_OR_THE_RECORD = (
    "/console/regions/{region}/{quarter}/dates",
    "/console/regions/{region}/{quarter}/release/{return_id}",
    "/console/regions/{region}/schedule",
    "/console/regions/{region}/listening",
    "/console/regions/{region}/requests",
)
"""Pages that ask more than twelve things, and never more than so many however many the services."""
MORE_QUERIES = 60
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
    wrong, pages = [], 0
    for route in consoles[MANY].routes():
        few, many = (consoles[services].open(route) for services in (FEW, MANY))
        pages += many.status == 200
        most = MORE_QUERIES if route.startswith(OF_A_RETURN_OR_THE_RECORD) else MOST_QUERIES
        if many.queries > most or many.queries > few.queries or many.status >= 500:
            wrong.append(f"{route}: {few.queries}, then {many.queries} ({many.status})")
    assert not wrong, "\n".join(wrong)
    assert pages > 30


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
