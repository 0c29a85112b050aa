"""The commands that move the programme on, from `rehearse` to `demo`."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from charter.quarters import Quarter, london_date
from flows.briefing import brief_staff, make_brief
from flows.commands.common import Asked, By, Json, answer, reading, will, working, writing
from flows.commands.options import QuarterName
from flows.commands.plans import approve_plan, print_plan
from flows.delivering import deliver_letters
from flows.exhibits import many
from flows.foreseen import drawn_anew
from flows.opening import request_returns
from flows.publishing import publish_summary
from flows.scoring import score_returns
from flows.settings import read_settings
from flows.wiring import clock_at, wire
from notifications.delivery import Delivered
from providers.rehearsing import rehearse_cycle


def add_to(app: typer.Typer) -> None:
    """Hang these commands on the top of `charter`."""
    for command in (rehearse, round_, deliver, brief, score, publish, serve, demo):
        app.command(name=command.__name__.rstrip("_"))(command)


def rehearse(
    context: typer.Context,
    region: Annotated[str, typer.Argument(help="A region, by its code or name.")],
    quarter: QuarterName = "",
    csv: Annotated[
        Path | None, typer.Option(help="A file to write, one row for each line of each letter.")
    ] = None,
    agree: Annotated[
        str | None, typer.Option("--approve", help="Agree to this plan, by its fingerprint.")
    ] = None,
    by: By = "",
    as_json: Json = False,
) -> None:
    """Print every letter, person and date of a cycle to come, and who is left out and why.

    Shows the ladder as it would run if nobody answered, and the plan's fingerprint. Sends nothing,
    and records nothing unless `--approve` says that the plan is agreed to.
    """
    service = reading(context) if agree is None else writing(context)
    today = london_date(service.clock())
    which = Quarter.parse(quarter) if quarter else Quarter.containing(today)
    if agree is not None:
        approve_plan(service, region, which, agree, by)
    with service.database.reading() as session:
        plan = rehearse_cycle(session, region, which, service.calendar)
    if csv is not None:
        csv.write_text(plan.as_csv(), encoding="utf-8", newline="")
        will(f"Wrote {csv}: {len(plan.lines)} lines.", quiet=as_json)
    if as_json:
        answer(plan.as_json(), [], as_json=True)
    elif csv is None:
        print_plan(plan)


def round_(context: typer.Context, as_json: Json = False) -> None:
    """Decide and queue all that is due now: open cycles, remind, chase, record.

    Hands nothing over: `charter deliver` does that. Running it twice changes nothing.
    """
    service = writing(context)
    will("Deciding what is due; nothing is handed over.", quiet=as_json)
    with working("Deciding what is due"):
        done = request_returns(service.database, service.clock(), service.post)
    chased = done.chased
    lines = [f"Opened {c}." for c in done.cycles]
    lines.append(
        f"{many(chased.asked, 'line')} put into letters, {many(chased.skipped, 'rung')} skipped, "
        f"{chased.not_returned} recorded as not returned, {chased.unreachable} found unreachable."
    )
    if chased.due_moved:
        lines.append(f"{many(chased.due_moved, 'due date')} moved later.")
    answer(
        {"opened": done.cycles, "expected": done.expected, **asdict(chased)},
        lines,
        as_json=as_json,
    )


def deliver(context: typer.Context, as_json: Json = False) -> None:
    """Hand over every letter that is due; the only command that sends anything."""
    service = writing(context)
    will("Handing over the letters that are due.", quiet=as_json)
    with working("Handing over letters"):
        done = deliver_letters(service.database, service.clock(), service.post)
    answer(asdict(done), _delivered(done), as_json=as_json)


def _delivered(done: Delivered) -> list[str]:
    counts = {name: n for name, n in asdict(done).items() if name != "trouble" and n}
    said = ", ".join(f"{n} {name.replace('_', ' ')}" for name, n in counts.items())
    lines = [f"Letters: {said or 'none were due'}."]
    return [*lines, f"{done.trouble}."] if done.trouble else lines


def brief(
    context: typer.Context,
    show: Annotated[bool, typer.Option("--show", help="Print it only; tell nobody.")] = False,
    as_json: Json = False,
) -> None:
    """Tell staff who is late, what is stuck and what needs a person; once a working day.

    Goes to the addresses in CHARTER_STAFF_ALERT_URLS and nowhere else.
    """
    service = reading(context) if show else writing(context)
    if show:
        with service.database.reading() as session:
            found = make_brief(session, service.clock(), service.post)
    else:
        will("Telling the people who run the service.", quiet=as_json)
        found = brief_staff(service.database, service.clock(), service.post)
    said = [] if show else ["Staff were told." if found.told else f"Not sent: {found.why}."]
    answer(
        {**asdict(found), "title": found.title}, [found.title, found.text, *said], as_json=as_json
    )


def score(context: typer.Context, as_json: Json = False) -> None:
    """Score every received return that is not scored yet, each with its receipt.

    At the end, pages that wait for approval are drawn as they would go out next.
    """
    service = writing(context)
    will("Scoring what was received or changed since.", quiet=as_json)
    with working("Scoring"):
        done = score_returns(service.database, service.clock(), service.post)
    bands = ", ".join(f"{n} {band.replace('_', ' ')}" for band, n in sorted(done.bands.items()))
    answer(
        {"scored": done.total, "bands": done.bands, "foreseen": done.foreseen},
        [
            f"Scored {many(done.total, 'return')}{': ' + bands if bands else ''}.",
            *drawn_anew(done.foreseen),
        ],
        as_json=as_json,
    )


def publish(context: typer.Context, as_json: Json = False) -> None:
    """Build the families' site from the record, and swap it in whole.

    Pages appear once two people approved them and their publication day has come. At the end,
    those that wait for approval are drawn as they would go out next.
    """
    service = writing(context)
    will("Building the families' site to one side.", quiet=as_json)
    with working("Publishing"):
        done = publish_summary(service.database, service.clock(), service.post)
    answer(asdict(done), done.in_words(), as_json=as_json)


def serve(
    context: typer.Context,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 8000,
) -> None:
    """Serve the portal, and the families' site under /families/, until Ctrl-C.

    With `--now` its clock starts at that time and ticks on.
    """
    from flows.serving import run_portal

    moment = context.ensure_object(Asked).moment
    settings = read_settings()
    if "base_url" not in settings.model_fields_set:
        settings = settings.model_copy(update={"base_url": f"http://{host}:{port}"})
    service = wire(settings, clock_at(moment))
    run_portal(service, host, port)


def demo(
    context: typer.Context,
    serve: Annotated[
        bool, typer.Option(help="Serve what came of it until Ctrl-C, or end instead.")
    ] = True,
    port: Annotated[int, typer.Option(help="Port to serve on.")] = 8000,
) -> None:
    """Run a whole quarter of the invented region Sample through Prefect, then serve it.

    Starts a Prefect server and worker of its own, with everything kept in CHARTER_HOME. Run again
    on the same home, it goes on from where it was.
    """
    from flows.demo import run_demo

    run_demo(serve=serve, port=port)
