"""`charter format`: what people made of the families' pages, such as Easy Read and translations."""

from pathlib import Path
from typing import Annotated

import typer

from charter.formats import ENGLISH, FORMS
from charter.quarters import Quarter, london_date
from flows.commands.common import (
    STEERING,
    By,
    Json,
    actor,
    answer,
    day,
    reading,
    require_role,
    table,
    will,
    writing,
)
from flows.commands.options import QuarterName, SiteCode
from flows.wiring import App
from providers import cycles, renditions
from providers import formats as store
from providers.cycles import NotAllowed
from providers.renditions import Made
from providers.scanners import scanner_for

app = typer.Typer(help="What people made of the families' pages.", no_args_is_help=True)
MAY = (*STEERING, "approver", "listening_partner")
RegionOption = Annotated[str, typer.Option("--region", help="A region, by its code or name.")]


@app.command()
def add(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="The PDF that people made.", dir_okay=False)],
    site: SiteCode,
    quarter: QuarterName,
    made_by: Annotated[str, typer.Option(help="The organisation that made it.")],
    tested_by: Annotated[str, typer.Option(help="Who tested it with readers: an organisation.")],
    kind: Annotated[str, typer.Option(help=f"What it is: {', '.join(FORMS)}.")] = "easy-read",
    made_on: Annotated[str, typer.Option(help="The day it was made; today when left out.")] = "",
    language: Annotated[str, typer.Option(help="Its language, as a code.")] = ENGLISH,
    region: RegionOption = "",
    by: By = "",
    as_json: Json = False,
) -> None:
    """Put a version of a published page on record; the next publication shows it.

    It takes the place of the one before it of the same kind and language. Once the page is revised
    it stays, with a notice, until another takes its place or it is ended.
    """
    service = writing(context)
    now, data = service.clock(), file.read_bytes()
    will(f"Putting {file.name} beside the page of {site} for {quarter}.", quiet=as_json)
    who, made = actor(service, by), Made(
        " ".join(made_by.split()),
        " ".join(tested_by.split()),
        day(made_on) if made_on else london_date(now),
        language,
    )  # fmt: skip
    _look_into(service, file)
    with service.database.writing() as session:
        code = cycles.region_of(session, region).code if region else ""
        where = store.site_of(session, site, code)
        require_role(session, who, now, "add a format", where.region_code, *MAY)
        name = where.name
        number = store.add(session, where, Quarter.parse(quarter), kind, data, made, now, who)
    answer(
        {"format": number, "site": site, "quarter": quarter, "kind": kind},
        f"Format {number} stands: {FORMS[kind]} of {name}, {Quarter.parse(quarter).in_words}. "
        "The next publication shows it.",
        as_json=as_json,
    )


def _look_into(service: App, file: Path) -> None:
    """NotAllowed for a file that the scanner finds harmful, or cannot look into."""
    verdict = scanner_for(service.settings.scanner_url).scan(file)
    if verdict.outcome in ("infected", "failed"):
        raise NotAllowed(f"{file} is not taken: {verdict.says}")


@app.command()
def translate(
    context: typer.Context,
    english: Annotated[Path, typer.Argument(help="A text file with the English.", dir_okay=False)],
    words: Annotated[Path, typer.Argument(help="One with its translation.", dir_okay=False)],
    language: Annotated[str, typer.Option(help="Its language, as a code.")],
    made_by: Annotated[str, typer.Option(help="The organisation that translated it.")],
    region: Annotated[str, typer.Option(help="The region of the page, by its code or name.")],
    checked_by: Annotated[str, typer.Option(help="Another one, which checked it.")] = "",
    made_on: Annotated[str, typer.Option(help="The day it was made; today when left out.")] = "",
    by: By = "",
    as_json: Json = False,
) -> None:
    """Put a translation of somebody's words on record; pages in that language then show it.

    It holds for these very English words. Once they change, the page shows the English again.
    Without a checker it is kept, and not shown.
    """
    service = writing(context)
    now, who = service.clock(), actor(service, by)
    said = [_text(one) for one in (english, words)]
    made = Made(
        " ".join(made_by.split()),
        " ".join(checked_by.split()),
        day(made_on) if made_on else london_date(now),
        language,
    )
    with service.database.writing() as session:
        code = cycles.region_of(session, region).code
        require_role(session, who, now, "add a translation", code, *MAY)
        number = renditions.add_translation(session, code, said[0], said[1], made, now, who)
    answer(
        {"format": number, "language": language, "shown": bool(made.checker)},
        f"Translation {number} stands. "
        + ("The next publication shows it." if made.checker else "Nobody has checked it yet."),
        as_json=as_json,
    )


def _text(file: Path) -> str:
    """What a text file says, as a page would hold it."""
    try:
        return file.read_text("utf-8-sig").strip()
    except UnicodeDecodeError as error:
        raise NotAllowed(f"{file} is no text in UTF-8; save it as such") from error


@app.command("list")
def list_(context: typer.Context, region: RegionOption = "", as_json: Json = False) -> None:
    """List versions, translations and catalogues on record, those that ended too, newest first."""
    service = reading(context)
    with service.database.reading() as session:
        code = cycles.region_of(session, region).code if region else ""
        found = store.listed(session, code)
    rows = [
        {
            "format": one.id,
            "region": one.region,
            "site": one.site,
            "quarter": one.quarter,
            "kind": one.form.kind,
            "language": one.form.language,
            "made_by": one.form.maker,
            "tested_by": one.form.checker,
            "made_on": one.form.made_on,
            "ended_at": one.ended_at,
            "words": one.words,
        }
        for one in found
    ]
    if as_json:
        answer(rows, [], as_json=True)
        return
    columns = ["Format", "Region", "Prison", "Quarter", "Kind", "Language", "Made by", "Checked by"]
    table(
        f"{len(rows)} on record",
        [*columns, "Made on", "Ended", "Begins"],
        [[str(value or "") for value in row.values()] for row in rows],
    )


@app.command()
def end(
    context: typer.Context,
    number: Annotated[int, typer.Argument(metavar="FORMAT", help="Its number in the list.")],
    by: By = "",
    as_json: Json = False,
) -> None:
    """Take a version off its page from the next publication on."""
    service = writing(context)
    now, who = service.clock(), actor(service, by)
    with service.database.writing() as session:
        region = renditions.region_of(session, number)
        require_role(session, who, now, "end a format", region, *MAY)
        done = renditions.end(session, number, now, who)
    answer(
        {"format": number, "changed": done},
        f"Format {number} is shown no more, from the next publication on."
        if done
        else f"Format {number} had ended already.",
        as_json=as_json,
    )
