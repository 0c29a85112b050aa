"""`charter letters`: what was written to whom, what became of it, and settling the doubtful."""

from typing import Annotated

import typer

from flows.commands.common import (
    By,
    Json,
    actor,
    answer,
    reading,
    require_role,
    table,
    will,
    writing,
)
from flows.letters_view import full, listed
from notifications import outbox
from providers import settling
from providers.cycles import NotAllowed

app = typer.Typer(help="Look at letters, and settle those in doubt.", no_args_is_help=True)


@app.command("list")
def list_(
    context: typer.Context,
    state: Annotated[str, typer.Option(help="Only letters in this state.")] = "",
    as_json: Json = False,
) -> None:
    """List every letter with its state and the returns it speaks for."""
    service = reading(context)
    with service.database.reading() as session:
        rows = listed(session, state)
    if as_json:
        answer(rows, [], as_json=True)
        return
    table(
        f"{len(rows)} letters",
        ["Key", "To", "Kind", "State", "Queued", "Settled", "Returns"],
        [
            [
                str(r["key"]),
                str(r["to"]),
                str(r["kind"]),
                str(r["state"]),
                str(r["queued_at"])[:16],
                str(r["settled_at"] or "")[:16],
                ", ".join(r["returns"]),
            ]
            for r in rows
        ],
    )


@app.command()
def show(context: typer.Context, key: str, as_json: Json = False) -> None:
    """Show one letter: its words, its state, and what became of it."""
    service = reading(context)
    with service.database.reading() as session:
        data = full(session, key)
    lines = [f"{name}: {data[name]}" for name in ("key", "to", "kind", "state", "outcome")]
    lines += ["", str(data["subject"]), "", str(data["text"])]
    answer(data, lines, as_json=as_json)


@app.command()
def settle(
    context: typer.Context,
    key: str,
    arrived: Annotated[
        bool, typer.Option("--arrived/--never-arrived", help="What you found out about it.")
    ],
    by: By = "",
    as_json: Json = False,
) -> None:
    """Settle a letter in doubt, once you know: it arrived, or it never did and is to go again."""
    service = writing(context)
    who = actor(service, by)
    will(f"Settling the letter {key}.", quiet=as_json)
    with service.database.writing() as session:
        full(session, key)
        letter = outbox.show(session, key)
        region = letter.region if letter else ""
        require_role(session, who, service.clock(), "settle this letter", region)
        now = service.clock()
        if not settling.settle(session, region, key, arrived=arrived, now=now, by=who):
            raise NotAllowed(f"the letter {key} is not in doubt, so there is nothing to settle")
        data = full(session, key)
    answer(data, f"The letter {key} is now {data['state']}.", as_json=as_json)
