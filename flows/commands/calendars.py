"""`charter calendar`: look at the bank holidays in force, and bring them up to date."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from charter.holidays import GOV_UK
from charter.quarters import Calendar, london_date, say
from flows.commands.common import By, Json, actor, answer, day, reading, require_role, will, writing
from flows.wiring import shipped_calendar
from providers import calendars

app = typer.Typer(
    help="Look at the bank holidays in force, and bring them up to date.", no_args_is_help=True
)


@app.command()
def show(
    context: typer.Context,
    as_json: Json = False,
) -> None:
    """Show the bank holidays in force: where they were read, how far they reach, and the next."""
    service = reading(context)
    calendar, today = service.calendar, london_date(service.clock())
    with service.database.reading() as session:
        kept = calendars.versions(session)
        needed = calendars.last_day_needed(session, today)
    coming = {d: name for d, name in sorted(calendar.holidays.items()) if d >= today}
    lines = [
        f"Bank holidays of England and Wales, from {calendar.source}.",
        f"Known from {say(calendar.since)} to {say(calendar.horizon)}; open quarters count on to "
        f"{say(needed)}.",
        *(f"  {d:%a} {say(d):<18} {name}" for d, name in coming.items()),
    ]
    answer(
        {
            **_as_json(calendar),
            "needed_to": needed,
            "on_record": kept,
            "holidays": [{"date": d, "title": name} for d, name in calendar.holidays.items()],
        },
        lines,
        as_json=as_json,
    )


@app.command("import")
def import_(
    context: typer.Context,
    file: Annotated[
        Path,
        typer.Argument(help=f"GOV.UK's own file ({GOV_UK}), or a list in our own envelope."),
    ],
    read_on: Annotated[
        str, typer.Option(help="When GOV.UK's file was fetched, such as 2026-11-20; today if not.")
    ] = "",
    by: By = "",
    as_json: Json = False,
) -> None:
    """Put a newer list of bank holidays in force.

    The next round moves open deadlines later where a holiday was added, and never earlier.
    """
    service = writing(context)
    now = service.clock()
    will(f"Reading the bank holidays in {file}.", quiet=as_json)
    fetched = day(read_on) if read_on else london_date(now)
    try:
        text = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise ValueError(
            f"{file} is not UTF-8 text; give the JSON file as GOV.UK sends it"
        ) from None
    who = actor(service, by)
    with service.database.writing() as session:
        require_role(session, who, now, "put bank holidays in force")
        done = calendars.take_up(session, text, fetched, shipped_calendar(), now, who)
    lines = [
        f"Bank holidays are known to {say(done.calendar.horizon)} now."
        if done.changed
        else "This is the list in force already; nothing changed.",
        *_listed("Added", done.added),
        *_listed("Taken out", done.removed),
    ]
    if done.added:
        lines.append("Open deadlines after an added day move later with the next: charter round")
    answer(
        {
            **_as_json(done.calendar),
            "changed": done.changed,
            "added": {str(d): name for d, name in done.added.items()},
            "removed": {str(d): name for d, name in done.removed.items()},
        },
        lines,
        as_json=as_json,
    )


def _as_json(calendar: Calendar) -> dict[str, Any]:
    return {
        "version": calendar.version,
        "source": calendar.source,
        "since": calendar.since,
        "horizon": calendar.horizon,
    }


def _listed(what: str, days: Mapping[date, str]) -> list[str]:
    return [f"{what}: {say(d)} ({name})." for d, name in days.items()]
