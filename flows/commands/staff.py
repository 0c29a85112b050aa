"""`charter staff`: who works for a region, in which role, from when to when."""

from datetime import datetime
from typing import Annotated

import typer

from charter.quarters import LONDON, london_date, say
from flows.commands.common import (
    By,
    Json,
    actor,
    answer,
    day,
    person,
    reading,
    require_role,
    table,
    will,
    writing,
)
from flows.commands.options import RegionName
from flows.serving import secret_key_of
from portal.signin import onetime
from providers import cycles, second_factors
from providers import staff as store

app = typer.Typer(help="The people of a region's own team.", no_args_is_help=True)
RoleName = Annotated[
    str,
    typer.Option(
        help="commissioner, approver, listening_partner, reader, administrator or arbiter."
    ),
]
Email = Annotated[str, typer.Option(help="Their e-mail address, which they sign in with.")]


@app.command()
def add(
    context: typer.Context,
    region: RegionName,
    name: Annotated[str, typer.Option(help="Their name, as letters address them.")],
    email: Email,
    role: RoleName,
    starts: Annotated[str, typer.Option("--from", help="First day; today when left out.")] = "",
    by: By = "",
    as_json: Json = False,
) -> None:
    """Give a person a role in a region."""
    service = writing(context)
    will(f"Adding {email} as {role.replace('_', ' ')} of {region}.", quiet=as_json)
    who = actor(service, by)
    with service.database.writing() as session:
        done = store.add(
            session,
            service.clock(),
            who,
            email=email,
            region_code=region,
            role=role,
            name=name,
            starts=day(starts) if starts else None,
        )
    answer(
        {"region": region, "email": email, "role": role, "changed": done},
        f"{email} is {role.replace('_', ' ')} of {region}."
        if done
        else f"{email} had that role already.",
        as_json=as_json,
    )


@app.command("list")
def list_(context: typer.Context, region: RegionName, as_json: Json = False) -> None:
    """List a region's team as it is today."""
    service = reading(context)
    with service.database.reading() as session:
        code = cycles.region_of(session, region).code
        members = store.staff_of(session, code, london_date(service.clock()))
    rows = [
        {"name": m.name, "email": m.email, "role": m.role, "from": m.starts, "to": m.ends}
        for m in members
    ]
    if as_json:
        answer(rows, [], as_json=True)
        return
    table(
        f"{len(rows)} in the team of {code}",
        ["Name", "E-mail", "Role", "From", "To"],
        [[str(value or "") for value in row.values()] for row in rows],
    )


@app.command()
def end(
    context: typer.Context,
    region: RegionName,
    email: Email,
    role: RoleName,
    by: By = "",
    as_json: Json = False,
) -> None:
    """End a person's role in a region from today; they lose access at once."""
    service = writing(context)
    who = actor(service, by)
    with service.database.writing() as session:
        done = store.end(session, service.clock(), who, email=email, region_code=region, role=role)
    answer(
        {"region": region, "email": email, "role": role, "changed": done},
        f"{email} is no longer {role.replace('_', ' ')} of {region}."
        if done
        else f"{email}'s role in {region} had ended already.",
        as_json=as_json,
    )


@app.command()
def enrol(
    context: typer.Context,
    email: Annotated[str, typer.Argument(help="The address of whoever sets one up.")],
    by: By = "",
    as_json: Json = False,
) -> None:
    """Print 8 figures that let somebody set up their first second factor within 24 hours.

    Tell them face to face, or on a telephone number you know; whoever reads their mail has no
    figures then. An administrator of their region can do the same on the console.
    """
    service = writing(context)
    will(f"Letting {email} set up a second factor.", quiet=as_json)
    who, now, whose = actor(service, by), service.clock(), person(service, email)
    with service.database.writing() as session:
        done = second_factors.allow(session, whose, now, who)
    figures = onetime.told_code(secret_key_of(service), whose, done.entry)
    answer(
        {"email": email, "figures": figures, "until": done.until},
        f"{figures} lets {email} set up a second factor, once, until {_moment(done.until)}.",
        as_json=as_json,
    )


def _moment(instant: datetime) -> str:
    there = instant.astimezone(LONDON)
    return f"{say(there.date())} at {there:%H:%M} (London)"


@app.command()
def reset(
    context: typer.Context,
    email: Annotated[str, typer.Argument(help="The address of whoever has lost their telephone.")],
    by: By = "",
    as_json: Json = False,
) -> None:
    """Take away a lost second factor: its owner sets up a new one, and is signed out everywhere.

    Make sure first, by a call to a number you know, that it is they who ask.
    """
    service = writing(context)
    will(f"Resetting the second factor of {email}.", quiet=as_json)
    who, now = actor(service, by), service.clock()
    with service.database.writing() as session:
        require_role(session, who, now, "reset a second factor", "", "administrator")
        done = second_factors.reset(session, email, now, who)
    answer(
        {"email": email, "changed": done},
        f"{email} has no second factor now, and sets one up on signing in."
        if done
        else f"{email} had set up no second factor.",
        as_json=as_json,
    )
