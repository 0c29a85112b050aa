"""`charter cycle`: plan, look at, extend, pause, resume, and adopt a Charter version."""

from pathlib import Path
from typing import Annotated, Any

import typer
from sqlmodel import Session

from charter.policy import Dates
from charter.quarters import Quarter, london_date, say
from flows.commands import pausing, policies
from flows.commands import why as explained
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
from flows.commands.options import ProviderCode, QuarterName, RegionName, SiteCode
from providers import checking, cycles, moves, proving, returns, rulebooks
from providers.cycles import CycleView, NotAllowed
from providers.owing import owing
from providers.returns import Ref

app = typer.Typer(help="Plan, look at and steer a quarter's cycle.", no_args_is_help=True)

MEANS = {
    "requests_close": "families' requests close for this cycle",
    "opens": "requests go to the leads, a notice to the signers",
    "due": "returns are due, by 23:59:59",
    "not_returned": "what has not come is recorded as not returned",
    "challenge_ends": "the commissioner has confirmed or asked",
    "reply_ends": "facts checked and right of reply used",
    "publishes": "publication",
}


@app.command()
def plan(
    context: typer.Context,
    region: RegionName,
    quarter: QuarterName = "",
    as_json: Json = False,
) -> None:
    """Say when a quarter opens, is due, is checked and is published, and who will owe a return."""
    service = reading(context)
    with service.database.reading() as session:
        home = cycles.region_of(session, region)
        rules = cycles.rules_for(session, home)
        which = (
            Quarter.parse(quarter) if quarter else Quarter.containing(london_date(service.clock()))
        )
        dates = moves.dates(session, home.code, which, rules.policy, service.calendar)
        owe = owing(session, home, which, rules.policy)
    asked = [o for o in owe if not o.left_out]
    data = {
        "region": home.code,
        "quarter": str(which),
        "paused": home.paused,
        "charter": rules.charter.version,
        "policy": rules.policy.version,
        "dates": dates.model_dump(mode="json"),
        "expected": len(asked),
        "returns": [{"provider": o.party_code, "site": o.site_code} for o in asked],
        "left_out": [
            {"provider": o.party_code, "site": o.site_code, "why": o.left_out}
            for o in owe
            if o.left_out
        ],
    }
    lines = [f"{home.name}, {which} ({which.in_words})", *_in_words(dates)]
    lines.append(f"{len(asked)} returns will be asked for:")
    lines += [f"  {o.site_name}: {o.party_name}" for o in asked]
    lines += [f"  left out: {o.site_name}: {o.left_out}" for o in owe if o.left_out]
    if home.paused:
        lines.append(
            f"The region is paused, so nothing opens until: charter cycle resume {home.code}"
        )
    answer(data, lines, as_json=as_json)


@app.command()
def show(
    context: typer.Context,
    region: RegionName,
    quarter: QuarterName = "",
    why: Annotated[bool, typer.Option("--why", help="Prove each date, day by day.")] = False,
    as_json: Json = False,
) -> None:
    """Show a cycle as it was opened: its dates and how every return stands."""
    service = reading(context)
    with service.database.reading() as session:
        home = cycles.region_of(session, region)
        cycle = _cycle(session, home.code, quarter)
        here = returns.refs(session, region=home.code, quarter=str(cycle.quarter))
        counted = proving.cycle_proof(session, cycle.id, service.calendar)
        proofs = proving.proofs(session, here, service.calendar, service.clock()) if why else {}
    data: dict[str, Any] = {
        "region": home.code,
        "quarter": str(cycle.quarter),
        "opened_at": cycle.opened_at,
        "baseline": cycle.baseline,
        "charter": cycle.charter_version,
        "policy": cycle.policy_version,
        "dates": cycle.dates.model_dump(mode="json"),
        "returns": [
            {"provider": r.party, "site": r.site, "due": r.due_on, "received_at": r.received_at}
            for r in here
        ],
    }
    lines = [f"{home.name}, {cycle.quarter} ({cycle.quarter.in_words})", *_in_words(cycle.dates)]
    if why:
        data["why"] = [{"date": day.on, "holiday": day.holiday} for day in counted.holidays]
        data["proof"] = explained.as_json(counted, here, proofs)
        lines += explained.in_words(counted, here, proofs, MEANS)
    if as_json:
        answer(data, [], as_json=True)
        return
    print("\n".join(lines))
    _print_returns(here)


def _cycle(session: Session, region: str, quarter: str) -> CycleView:
    """The cycle of that quarter, or the region's newest when none is named."""
    if quarter:
        return cycles.cycle_of(session, region, quarter)
    opened = [c for c in cycles.cycles(session, region) if not c.early]
    if not opened:
        raise NotAllowed(f"no quarter has opened in {region} yet; see: charter cycle plan")
    return opened[-1]


def _print_returns(here: list[Ref]) -> None:
    table(
        "",
        ["Prison", "Provider", "Due", "Received"],
        [
            [
                r.site_name,
                r.party_name,
                str(r.due_on or "no longer owed"),
                f"{r.received_at:%Y-%m-%d}" if r.received_at else "no",
            ]
            for r in here
        ],
    )


def _in_words(dates: Dates) -> list[str]:
    return [f"  {say(getattr(dates, name)):>18}  {words}" for name, words in MEANS.items()]


@app.command()
def extend(
    context: typer.Context,
    provider: ProviderCode,
    site: SiteCode,
    quarter: QuarterName,
    to: Annotated[str, typer.Option(help="The new due date, such as 2026-11-11.")],
    reason: Annotated[str, typer.Option(help="Why, for the record; the provider can read it.")],
    public: Annotated[str, typer.Option(help="What families will read of it.")],
    by: By,
    as_json: Json = False,
) -> None:
    """Give one return more time; the ladder starts again from the new date."""
    service = writing(context)
    will(f"Extending the return of {provider} for {site}, {quarter}.", quiet=as_json)
    who = person(service, by)
    with service.database.writing() as session:
        here = returns.find(session, provider, site, quarter)
        checking.extend(session, here, day(to), reason, public, service.clock(), who)
    answer(
        {"provider": provider, "site": site, "quarter": quarter, "due": to},
        f"The return is now due on {say(day(to))}.",
        as_json=as_json,
    )


@app.command("not-running")
def not_running(
    context: typer.Context,
    region: RegionName,
    quarter: Annotated[str, typer.Argument(help="The quarter, such as 2026-27-Q2.")],
    provider: ProviderCode,
    site: SiteCode,
    reason: Annotated[str, typer.Option(help="Why, which the provider reads.")],
    by: By,
    it_ran: Annotated[
        bool, typer.Option("--it-ran", help="Hold that it ran, so that a return is owed.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Agree that a service did not run in a quarter, though the register says that it did."""
    service = writing(context)
    what = "Holding that the service ran" if it_ran else "Agreeing that the service did not run"
    will(f"{what}: {provider} for {site}, {quarter}.", quiet=as_json)
    who = person(service, by)
    decide = checking.decline_not_running if it_ran else checking.agree_not_running
    with service.database.writing() as session:
        here = returns.find(session, provider, site, quarter)
        if here.region != cycles.region_of(session, region).code:
            raise NotAllowed(f"{here.site_name} is in {here.region_name}, not in {region}")
        decide(session, here, reason, service.clock(), who)
    answer(
        {"provider": provider, "site": site, "quarter": quarter, "agreed": not it_ran},
        "A return is owed." if it_ran else "The provider can hand the return over as not running.",
        as_json=as_json,
    )


app.command()(pausing.pause)
app.command()(pausing.resume)
app.command()(policies.policy)


@app.command()
def adopt(
    context: typer.Context,
    region: RegionName,
    charter: Annotated[
        str, typer.Argument(help="A Charter version on record, or a file that holds one.")
    ],
    by: By = "",
    as_json: Json = False,
) -> None:
    """Record that a region takes up a Charter version, from its next cycle on."""
    service = writing(context)
    who = actor(service, by)
    version = charter
    with service.database.writing() as session:
        require_role(session, who, service.clock(), "adopt a Charter there", region)
        if Path(charter).is_file():
            file = rulebooks.check("charter", Path(charter).read_bytes())
            rulebooks.keep(session, file, region, service.clock(), who)
            version = file.version
        done = cycles.adopt(session, region, version, service.clock(), who)
        others = cycles.asked_unadopted(session, version)
    lines = [f"{region} {'has' if done else 'had'} adopted {version}{'' if done else ' already'}."]
    if others:
        lines.append(
            f"{', '.join(others)} adopted none, and so will be asked about {version} too. "
            "A file that says only_where_adopted = true is asked of nobody else."
        )
    answer(
        {"region": region, "charter": version, "changed": done, "also_asked": others},
        lines,
        as_json=as_json,
    )
