"""`charter cycle policy`: which rules a region follows, and taking up others."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from sqlmodel import Session

from flows.commands.common import By, Json, actor, answer, reading, require_role, writing
from flows.commands.options import RegionName
from providers import cycles, rulebooks


def policy(
    context: typer.Context,
    region: RegionName,
    version: Annotated[
        str, typer.Argument(help="A policy version on record, or a file that holds one.")
    ] = "",
    by: By = "",
    as_json: Json = False,
) -> None:
    """Say which policy a region follows; or take up another, from its next cycle on.

    Cycles that are open keep the policy they were opened with.
    """
    if not version:
        _show(context, region, as_json)
        return
    service = writing(context)
    who, now = actor(service, by), service.clock()
    with service.database.writing() as session:
        require_role(session, who, now, "choose the policy there", region)
        named = _on_record(session, version, region, now, who)
        done = cycles.follow(session, region, named, now, who)
    answer(
        {"region": region, "policy": named, "changed": done},
        f"{region} follows policy {named} from its next cycle on; open cycles keep their own."
        if done
        else f"{region} followed policy {named} already.",
        as_json=as_json,
    )


def _show(context: typer.Context, region: str, as_json: bool) -> None:
    service = reading(context)
    with service.database.reading() as session:
        home = cycles.region_of(session, region)
        known = cycles.versions(session, "policy")
    answer(
        {"region": home.code, "policy": home.policy_version, "on_record": known},
        f"{home.name} follows policy {home.policy_version}. On record: {', '.join(known)}.",
        as_json=as_json,
    )


def _on_record(session: Session, version: str, region: str, now: datetime, who: str) -> str:
    """The version named, or the one in the file named, which is put on record first."""
    if not Path(version).is_file():
        return version
    found = rulebooks.check("policy", Path(version).read_bytes())
    rulebooks.keep(session, found, region, now, who)
    return found.version
