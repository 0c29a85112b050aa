"""`charter cycle pause` and `resume`: a region, one provider in it, or everything stands still."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

import typer
from sqlmodel import Session

from charter.quarters import london_date
from flows.commands.common import OPERATOR, By, Json, actor, answer, writing
from providers import cycles, pauses, staff
from providers.cycles import NotAllowed

Region = Annotated[
    str, typer.Argument(help="A region, by its code or name; none with --everything.")
]
Provider = Annotated[
    str, typer.Option(help="Only this provider in the region, by its code in the register.")
]
Everything = Annotated[bool, typer.Option("--everything", help="Every region there is.")]


@dataclass(frozen=True)
class What:
    """What is to stand still: `scope` is empty for a whole region."""

    region: str
    provider: str
    scope: str

    @property
    def in_words(self) -> str:
        """How a sentence names it."""
        if not self.region:
            return "everything"
        return f"{self.provider} in {self.region}" if self.provider else self.region

    def answered(self, changed: bool, *, paused: bool) -> dict[str, Any]:
        """The JSON document about it."""
        said = {"region": self.region, "provider": self.provider, "everything": not self.region}
        return {**said, "paused": paused, "changed": changed}


def which(session: Session, region: str, provider: str, everything: bool) -> What:
    """What the words on the command line name; NotAllowed when they name two things, or none."""
    if everything and (region or provider):
        raise NotAllowed("--everything stands alone: leave out the region and --provider")
    if everything:
        return What("", "", pauses.EVERYTHING)
    if not region:
        raise NotAllowed("name a region, or say --everything")
    if not provider:
        return What(region, "", "")
    code = cycles.region_of(session, region).code
    return What(region, provider, pauses.of_provider(session, code, provider))


def _require_theirs(session: Session, what: What, who: str, now: datetime) -> None:
    """NotAllowed where it would be done in the name of somebody who may not."""
    if who == OPERATOR:
        return
    if not what.region:
        raise NotAllowed("everything is for whoever runs the service to pause: leave out --by")
    home = cycles.region_of(session, what.region)
    if (home.code, "commissioner") not in staff.roles_of(
        session, int(who.removeprefix("person:")), london_date(now)
    ):
        raise NotAllowed(f"only a commissioner of {home.code} may pause or resume in it")


def pause(
    context: typer.Context,
    reason: Annotated[str, typer.Option(help="Why, for the record.")],
    region: Region = "",
    provider: Provider = "",
    everything: Everything = False,
    by: By = "",
    as_json: Json = False,
) -> None:
    """Stop a region, one provider in it, or everything, until it resumes.

    Nothing opens, is chased or is handed over there meanwhile; returns can still be handed in.
    One provider's returns are opened with the others, and nobody is written to about them.
    """
    service = writing(context)
    who, now = actor(service, by), service.clock()
    with service.database.writing() as session:
        what = which(session, region, provider, everything)
        _require_theirs(session, what, who, now)
        done = (
            pauses.pause(session, what.scope, reason, now, who)
            if what.scope
            else cycles.pause(session, region, reason, now, who)
        )
    said = f"{what.in_words} is paused." if done else f"{what.in_words} was paused already."
    answer(what.answered(done, paused=True), said[:1].upper() + said[1:], as_json=as_json)


def resume(
    context: typer.Context,
    region: Region = "",
    provider: Provider = "",
    everything: Everything = False,
    by: By = "",
    as_json: Json = False,
) -> None:
    """Let a paused region, provider or everything run again, from how things stand now."""
    service = writing(context)
    who, now = actor(service, by), service.clock()
    with service.database.writing() as session:
        what = which(session, region, provider, everything)
        _require_theirs(session, what, who, now)
        done = (
            pauses.resume(session, what.scope, now, who)
            if what.scope
            else cycles.resume(session, region, now, who)
        )
    said = f"{what.in_words} runs again." if done else f"{what.in_words} was not paused."
    answer(what.answered(done, paused=False), said[:1].upper() + said[1:], as_json=as_json)
