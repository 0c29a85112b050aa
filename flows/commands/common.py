"""What every command shares: the wired service, how it speaks, and whose name it acts in."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from sqlmodel import Session

from charter.quarters import Quarter, london_date
from flows.settings import Settings, read_settings
from flows.wiring import (
    App,
    TimeRefused,
    parse_now,
    require_not_before_last_step,
    still_clock,
    wire,
)
from providers.cycles import NotAllowed, region_of
from providers.register import person_by_email
from providers.staff import roles_of

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]
By = Annotated[
    str, typer.Option("--by", help="E-mail address of the person in whose name this is done.")
]
OPERATOR = "operator"
STEERING = ("commissioner", "administrator")


@dataclass
class Asked:
    """What the top of the command line said: the time to act at, if any."""

    now: str = ""

    @property
    def moment(self) -> datetime | None:
        """`--now` as an instant; TimeRefused where it may not be used."""
        if not self.now:
            return None
        if read_settings().env == "production":
            raise TimeRefused("--now is refused where CHARTER_ENV=production")
        return parse_now(self.now)


def reading(context: typer.Context, settings: Settings | None = None) -> App:
    """The service, for a command that only reads."""
    moment = context.ensure_object(Asked).moment
    return wire(settings, still_clock(moment) if moment else None)


def writing(context: typer.Context) -> App:
    """The service, for a command that writes; refused before the record's last step."""
    app = reading(context)
    require_not_before_last_step(app)
    return app


def will(sentence: str, *, quiet: bool = False) -> None:
    """Say on standard error what is about to be done."""
    if not quiet:
        print(sentence, file=sys.stderr)


def answer(data: Any, lines: list[str] | str, *, as_json: bool) -> None:  # noqa: ANN401 - JSON
    """Print the answer: one JSON document, or lines for a person."""
    if as_json:
        print(json.dumps(data, indent=2, default=_plain, ensure_ascii=False))
        return
    print(lines if isinstance(lines, str) else "\n".join(lines))


def _plain(value: object) -> str:
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, Quarter):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no JSON form")


def table(title: str, columns: list[str], rows: list[list[str]]) -> None:
    """Print a table for a person."""
    drawn = Table(title=title, title_justify="left", box=None, pad_edge=False, header_style="bold")
    for column in columns:
        drawn.add_column(column, overflow="fold")
    for row in rows:
        drawn.add_row(*row)
    width = None if sys.stdout.isatty() else 160
    Console(width=width, markup=False, emoji=False).print(drawn)  # names are names, not marks


@contextmanager
def working(what: str) -> Iterator[None]:
    """Show on a terminal's standard error that long work goes on."""
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(
        *columns, console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()
    ) as bar:
        bar.add_task(what, total=None)
        yield


def actor(app: App, email: str) -> str:
    """Who is written into the ledger: the person of that address, or the operator."""
    return f"person:{person(app, email)}" if email else OPERATOR


def person(app: App, email: str) -> int:
    """The person of that address; NotAllowed if the register knows none."""
    with app.database.reading() as session:
        found = person_by_email(session, email)
    if found is None:
        raise NotAllowed(f"nobody in the register has the address {email}")
    return found.person_id


def require_role(
    session: Session,
    who: str,
    now: datetime,
    act: str,
    region: str = "",
    *roles: str,
) -> None:
    """NotAllowed where it would be done in the name of somebody who may not.

    Commissioners and administrators may, if no other `roles` are named: of that region, or of any
    where it concerns them all.
    """
    if who == OPERATOR:
        return
    held = roles_of(session, int(who.removeprefix("person:")), london_date(now))
    code, able = region_of(session, region).code if region else "", roles or STEERING
    if not any(role in able and code in ("", where) for where, role in held):
        wanted = " or ".join(f"{'an' if role[0] in 'aeiou' else 'a'} {role}" for role in able)
        of = f" of {code}" if code else ""
        raise NotAllowed(f"only {wanted}{of} may {act}; whoever runs the service leaves out --by")


def day(text: str) -> date:
    """A date from the command line."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise NotAllowed(f"'{text}' is no date; write it as 2026-10-29") from None
