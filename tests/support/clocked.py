"""What each page of the console costs: its queries, and its time beside that of a bare page."""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

from fastapi.routing import iter_route_contexts
from sqlalchemy import event, text

from providers.database import Database
from tests.support import scale
from tests.support.pages import PageClient
from tests.support.programme import APPROVER, COMMISSIONER, PARTNER
from tests.support.stage import Stage

BARE = "/details"
"""A page with nothing on it but the visitor's own name: what every page costs at least."""
PEOPLE = (COMMISSIONER, PARTNER, APPROVER)
"""Who opens a page: the first of them who may."""
ASKED = ("SELECT", "WITH", "INSERT", "UPDATE", "DELETE")
PART = re.compile(r"\{(\w+)(?::\w+)?\}")
TURNS = 5


@dataclass
class Clocked:
    """An app that says how much of a core its last answer took, in seconds."""

    app: Any
    took: float = 0.0

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        began = time.process_time()
        await self.app(scope, receive, send)
        self.took = time.process_time() - began


@dataclass(frozen=True)
class Cost:
    """One page: how it answered, how many queries it asked, and its times by turns, in seconds."""

    status: int
    kind: str
    queries: int
    size: int


@dataclass
class Console:
    """The console over a region of so many services, with its people signed in."""

    stage: Stage
    clocked: Clocked
    clients: dict[str, PageClient]
    asked: list[str] = field(default_factory=list)

    def routes(self) -> list[str]:
        """Every address of the console that is opened and not sent to, with its parts unfilled."""
        found = iter_route_contexts(self.stage.app.routes)
        opened = {str(r.path) for r in found if "GET" in (getattr(r, "methods", None) or ())}
        return sorted(path for path in opened if path.startswith("/console"))

    def address(self, route: str) -> str:
        """A real address: the newest quarter's, and a return of it that is signed."""
        with self.stage.database.engine.connect() as connection:
            newest = (
                "SELECT r.id FROM standing r JOIN cycle c ON c.id = r.cycle_id "
                "WHERE c.quarter = :q AND r.received_on IS NOT NULL ORDER BY r.return_id LIMIT 1"
            ).replace("r.id", "r.return_id")
            here = connection.execute(text(newest), {"q": str(scale.LAST)}).scalar_one()
        values = {
            "region": "sample",
            "quarter": str(scale.LAST),
            "return_id": str(here),
            "commitment_id": "W1",
            "provider": "P0",
            "party": "P0",
            "kind": "assurance",
        }
        return PART.sub(lambda part: values.get(part[1], "1"), route)

    def open(self, route: str) -> Cost:
        """Open a page as the first who may, and count what it asked."""
        path = self.address(route)
        for email in PEOPLE:
            self.asked.clear()
            answer = self.clients[email].http.get(path, follow_redirects=False)
            if answer.status_code != 403:
                break
        kind = answer.headers.get("content-type", "").split(";")[0]
        return Cost(answer.status_code, kind, len(self.asked), len(answer.content))

    def times(self, routes: list[str]) -> dict[str, float]:
        """The median time of each page and of the bare one, every page once in each turn."""
        who = {route: self._who(route) for route in routes}
        taken: dict[str, list[float]] = {route: [] for route in (*routes, BARE)}
        for _ in range(TURNS):
            for route in (*routes, BARE):
                path = BARE if route == BARE else self.address(route)
                self.clients[who.get(route, COMMISSIONER)].http.get(path, follow_redirects=False)
                taken[route].append(self.clocked.took)
        return {route: median(each) for route, each in taken.items()}

    def _who(self, route: str) -> str:
        for email in PEOPLE:
            answer = self.clients[email].http.get(self.address(route), follow_redirects=False)
            if answer.status_code != 403:
                return email
        return COMMISSIONER


@contextmanager
def console(database: Database, folder: Path) -> Iterator[Console]:
    """The console over a database that `scale.region` filled."""
    stage = Stage(database, site_folder=folder / "site", now=scale.NOW)
    clocked = Clocked(stage.app)
    clients = {}
    for email in PEOPLE:
        client = PageClient(clocked)
        client.__enter__()
        stage.sign_in(client, email)
        clients[email] = client
    found = Console(stage, clocked, clients)

    def heard(_c: object, _k: object, statement: str, *_: object) -> None:
        if statement.lstrip().upper().startswith(ASKED):
            found.asked.append(statement)

    event.listen(database.engine, "before_cursor_execute", heard)
    try:
        yield found
    finally:
        event.remove(database.engine, "before_cursor_execute", heard)
        for client in clients.values():
            client.__exit__()
