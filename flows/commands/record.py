"""The commands that look at the record: status, verify, doctor."""

from dataclasses import asdict

import typer

from flows.checkpoints import notary_of
from flows.commands.common import Asked, Json, answer, reading, working
from flows.doctoring import examine
from flows.settings import read_settings
from flows.status import in_words, status
from flows.verifying import verify


def add_to(app: typer.Typer) -> None:
    """Hang these commands on the top of `charter`."""
    app.command("status")(status_)
    app.command("verify")(verify_)
    app.command("doctor")(doctor)


def status_(context: typer.Context, as_json: Json = False) -> None:
    """Show how every return stands, adding up to what is expected, and the letters and ledger."""
    service = reading(context)
    with service.database.reading() as session:
        data = status(session, service.clock())
    answer(data, in_words(data), as_json=as_json)


def verify_(context: typer.Context, as_json: Json = False) -> None:
    """Check the ledger, replay every score, and rebuild the families' site to the same bytes.

    Every letter that came otherwise than planned is given its cause; `--json` lists each. Exit code
    1, naming the first thing that was changed or has no cause, if anything does not hold.
    """
    service = reading(context)
    with working("Checking the record"):
        notary = notary_of(service.settings, service.home)
        found = verify(service.database, service.home, notary)
    answer(found.as_json(), found.in_words(), as_json=as_json)
    if found.wrong:
        raise typer.Exit(1)


def doctor(context: typer.Context, as_json: Json = False) -> None:
    """Examine this installation: settings, database, calendar, post, register and letters."""
    moment = context.ensure_object(Asked).moment
    checks = examine(read_settings(), moment)
    answer(
        {"well": all(c.well for c in checks), "checks": [asdict(c) for c in checks]},
        [f"{'ok  ' if c.well else 'MEND'}  {c.name}: {c.finding}" for c in checks],
        as_json=as_json,
    )
    if not all(c.well for c in checks):
        raise typer.Exit(1)
