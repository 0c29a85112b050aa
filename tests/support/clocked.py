"""What each page of the console costs: its queries, and its time beside that of a bare page."""

import gc
import io
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from statistics import median
from typing import Any

import openpyxl
from fastapi.routing import iter_route_contexts
from sqlalchemy import event, text

from charter.ledger import digest
from providers import ledger
from providers.database import Database
from tests.support import scale
from tests.support.pages import PageClient
from tests.support.programme import APPROVER, COMMISSIONER, PARTNER
from tests.support.stage import Stage

BARE = "/details"
"""A page with nothing on it but the visitor's own name: what every page costs at least."""
PEOPLE = (COMMISSIONER, PARTNER, APPROVER, scale.ARBITER, scale.ADMINISTRATOR)
"""Who opens a page: the first of them who may."""
ASKED = ("SELECT", "WITH", "INSERT", "UPDATE", "DELETE")
PART = re.compile(r"\{(\w+)(?::\w+)?\}")
TURNS = 5
TABLES = ("text/csv", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
"""What a table is that is kept as a file."""


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
    """One page: how it answered, how many queries it asked, and all that it said."""

    status: int
    kind: str
    queries: int
    body: bytes = field(repr=False)

    @property
    def lines(self) -> int:
        """How many lines a table has that is kept as a file, all its sheets together."""
        if self.kind == "text/csv":
            return self.body.count(b"\n")
        sheets = openpyxl.load_workbook(io.BytesIO(self.body), read_only=True)
        return sum(sheet.max_row or 0 for sheet in sheets)


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
        """A real address: the newest quarter's, its watched return, and what there is about it.

        What is planned is planned for the quarter after it.
        """
        is_planned = "/schedule/{quarter}" in route
        values = {**self.parts, "quarter": str(scale.LAST.next() if is_planned else scale.LAST)}
        return PART.sub(lambda part: values[part[1]], route)

    @cached_property
    def parts(self) -> dict[str, str]:
        """What stands in an address for each of its parts, the quarter left out."""
        asked = {
            "return_id": (
                "SELECT r.id FROM return r JOIN cycle c ON c.id = r.cycle_id "
                "JOIN service v ON v.id = r.service_id JOIN site s ON s.id = v.site_id "
                f"WHERE c.quarter = '{scale.LAST}' AND s.code = '{scale.WATCHED}'"
            ),
            "key": "SELECT MIN(key) FROM letter",
            "file_id": "SELECT MIN(id) FROM evidence_file",
            "member": "SELECT MIN(id) FROM staff WHERE role = 'approver'",
        }
        with self.stage.database.engine.connect() as connection:
            found = {k: str(connection.execute(text(q)).scalar_one()) for k, q in asked.items()}
        return {
            **found,
            "region": "sample",
            "commitment_id": "W1",
            "site": scale.WATCHED,
            "kind": "assurance",
            "form": "csv",
            "part": "voice",
            "step": "round",
            "request_id": scale.REQUEST,
            "text": digest(scale.HELD),
        }

    def change(self) -> None:
        """Put something on record, so that nothing worked out before still stands."""
        with self.stage.database.writing() as session:
            body = {"charter": "working-0.1"}
            ledger.append(
                session, self.stage.now, "operator", "charter_adopted", "region:sample", body
            )

    def draw(self) -> None:
        """Draw the watched return's page as it would go out, as its flow and each act on it do."""
        self.stage.steward().draw(self.stage.now, [int(self.parts["return_id"])])

    def forget_drawings(self) -> None:
        """No page was drawn yet, as where a release that draws them has just been put in place."""
        with self.stage.database.engine.begin() as connection:
            connection.execute(text("DELETE FROM foreseen"))

    def open(self, route: str) -> Cost:
        """Open a page as the first who may, and count what it asked."""
        path = self.address(route)
        for email in PEOPLE:
            self.asked.clear()
            answer = self.clients[email].http.get(path, follow_redirects=False)
            if answer.status_code != 403:
                break
        kind = answer.headers.get("content-type", "").split(";")[0]
        return Cost(answer.status_code, kind, len(self.asked), answer.content)

    def times(
        self, routes: list[str], *, first: bool = False, turns: int = TURNS
    ) -> dict[str, float]:
        """The median time of each page and of the bare one, every page once in each turn.

        `first` times each page as it is for whoever opens it first after a change.
        """
        who = {route: self._who(route) for route in routes}
        taken: dict[str, list[float]] = {route: [] for route in (*routes, BARE)}
        for _ in range(turns):
            for route in (*routes, BARE):
                gc.collect()  # what one page leaves behind is not for the next to clear away
                path = BARE if route == BARE else self.address(route)
                if first:
                    self.change()
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

    gc.collect()
    gc.freeze()  # as the server does once it is up
    event.listen(database.engine, "before_cursor_execute", heard)
    try:
        yield found
    finally:
        gc.unfreeze()
        event.remove(database.engine, "before_cursor_execute", heard)
        for client in clients.values():
            client.__exit__()
