"""The commands that look at the record: status, verify, doctor."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from flows.checkpoints import notary_of
from flows.commands.common import Asked, Json, answer, reading, working
from flows.doctoring import examine
from flows.settings import read_settings
from flows.status import in_words, status
from flows.verifying import verify
from notifications.vouching import vouched


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


def verify_(
    context: typer.Context,
    bulletin: Annotated[
        Path | None,
        typer.Option(help="Check only this folder, a copy of the families' site; needs no record."),
    ] = None,
    key: Annotated[
        str, typer.Option(help="With --bulletin: the public key, in base64 or as a file.")
    ] = "",
    public_key: Annotated[
        bool,
        typer.Option("--public-key", help="Print the key by which bulletins are checked."),
    ] = False,
    as_json: Json = False,
) -> None:
    """Check the ledger, replay every score, and rebuild the families' site to the same bytes.

    Every letter that came otherwise than planned is given its cause; `--json` lists each. Exit code
    1, naming the first thing that was changed or has no cause, if anything does not hold.

    With `--bulletin` anyone can check a copy of the site with nothing but its folder: its files
    against the manifest, the sums, and the signature that vouches for manifest and ledger.
    """
    if bulletin is not None:
        whole = vouched(bulletin, key)
        answer(asdict(whole) | {"verified": True}, whole.in_words(), as_json=as_json)
        return
    service = reading(context)
    if public_key:
        said = notary_of(service.settings, service.home).public_key()
        answer({"public_key": said}, said, as_json=as_json)
        return
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
