"""`charter token`: the keys with which a provider's own programs hand returns in."""

from datetime import datetime
from typing import Annotated

import typer

from charter.quarters import LONDON
from flows.commands.common import By, Json, actor, answer, reading, table, will, writing
from providers import tokens

app = typer.Typer(help="Keys for a provider's own programs.", no_args_is_help=True)
Provider = Annotated[str, typer.Option(help="The provider's code, as the register has it.")]
Name = Annotated[str, typer.Option(help="What the token is for, such as the program's name.")]


@app.command()
def add(
    context: typer.Context,
    provider: Provider,
    name: Name,
    by: By = "",
    as_json: Json = False,
) -> None:
    """Make a token for a provider and print it, this once: only its fingerprint is kept.

    Whoever holds it can read and hand in every return of this provider.
    """
    service = writing(context)
    who = actor(service, by)
    will(f"Making a token of {provider} for {name}.", quiet=as_json)
    with service.database.writing() as session:
        made, secret = tokens.add(session, service.clock(), who, party=provider, name=name)
    will("Keep it now: it cannot be shown again.", quiet=as_json)
    answer({"provider": made.party, "name": made.name, "token": secret}, secret, as_json=as_json)


@app.command("list")
def list_(
    context: typer.Context,
    provider: Annotated[str, typer.Option(help="This provider's only.")] = "",
    as_json: Json = False,
) -> None:
    """List the tokens there are and were, without the tokens themselves."""
    service = reading(context)
    with service.database.reading() as session:
        found = tokens.listing(session, provider)
    rows = [
        {"provider": t.party, "name": t.name, "made": t.made_at, "ended": t.ended_at} for t in found
    ]
    if as_json:
        answer(rows, [], as_json=True)
        return
    lines = [[t.party, t.name, _said(t.made_at), _said(t.ended_at)] for t in found]
    table(f"{len(rows)} tokens", ["Provider", "Name", "Made", "Ended"], lines)


def _said(at: datetime | None) -> str:
    return f"{at.astimezone(LONDON):%Y-%m-%d %H:%M}" if at else ""


@app.command()
def end(
    context: typer.Context,
    provider: Provider,
    name: Name,
    by: By = "",
    as_json: Json = False,
) -> None:
    """End a provider's token: from this moment it opens nothing."""
    service = writing(context)
    who = actor(service, by)
    with service.database.writing() as session:
        done = tokens.end(session, service.clock(), who, party=provider, name=name)
    answer(
        {"provider": provider, "name": name, "changed": done},
        f"The token {name} of {provider} is ended."
        if done
        else f"The token {name} of {provider} had been ended already.",
        as_json=as_json,
    )
