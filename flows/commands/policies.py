"""`charter cycle policy`: which rules a region follows, and taking up others."""

from pathlib import Path
from typing import Annotated

import typer
from sqlmodel import Session

from charter.policy import Policy, read_policy
from flows.commands.common import By, Json, actor, answer, reading, require_role, text_of, writing
from flows.commands.options import RegionName
from notifications.wording import DIGESTS
from providers import cycles
from providers.cycles import NotAllowed


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
        named = _on_record(session, version)
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


def _on_record(session: Session, version: str) -> str:
    """The version named, or the one in the file named, which is put on record first."""
    if not Path(version).is_file():
        return version
    body = text_of(Path(version))
    found = read_policy(body)
    _can_be_said(found)
    cycles.keep_rulebook(session, "policy", found.version, body)
    return found.version


def _can_be_said(found: Policy) -> None:
    """NotAllowed for a rung with a wording that no letter has."""
    for rung in found.rung:
        if rung.letter not in DIGESTS:
            raise NotAllowed(
                f"rung '{rung.id}': there is no letter '{rung.letter}'; "
                f"there are {', '.join(DIGESTS)}"
            )
