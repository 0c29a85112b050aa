"""`charter language`: the words of the families' site in other languages, put on record."""

from pathlib import Path
from typing import Annotated

import typer
from sqlmodel import Session

from charter.commitments import CharterFile
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
from flows.commands.formats import MAY
from notifications import languages
from notifications.languages import CODES, NotSound, Slot
from providers import cycles, documents, renditions
from providers.cycles import NotAllowed
from providers.renditions import Made

app = typer.Typer(help="The families' site in other languages.", no_args_is_help=True)
Code = Annotated[str, typer.Argument(metavar="LANGUAGE", help=f"One of {', '.join(CODES)}.")]


@app.command("list")
def list_(context: typer.Context, as_json: Json = False) -> None:
    """List English and every language that has a place, with who translated and reviewed it."""
    service = reading(context)
    with service.database.reading() as session:
        held, more = _held(session), _of_charters(cycles.charters(session))
    slots = [languages.slot(code, held.get(code, ""), more) for code in CODES]
    rows = [_row(languages.of_english(more)), *(_row(one) for one in slots)]
    if as_json:
        answer(rows, [], as_json=True)
        return
    columns = ["Code", "Language", "Shown", "Sentences", "In English", "Translated by"]
    table(
        "Languages of the families' site",
        [*columns, "Reviewed by", "Reviewed on"],
        [[_plainly(value) for value in row.values()] for row in rows],
    )


def _row(slot: Slot) -> dict[str, object]:
    translator, reviewer, day = slot.reviewed or ("", "", None)
    return {
        "language": slot.code,
        "name": slot.name,
        "shown": slot.is_shown,
        "sentences": slot.sentences,
        "left_in_english": slot.left,
        "translated_by": translator,
        "reviewed_by": reviewer,
        "reviewed_on": day,
    }


def _plainly(value: object) -> str:
    return ("yes" if value else "no") if isinstance(value, bool) else str(value or "")


@app.command()
def write(
    context: typer.Context,
    code: Code,
    file: Annotated[Path, typer.Argument(help="The file to write.", dir_okay=False)],
    as_json: Json = False,
) -> None:
    """Write the catalogue that a translator fills in: every sentence of today, with what is held.

    A translation whose English changed stands beside the new English as a hint, marked fuzzy.
    """
    service = reading(context)
    _require_slot(code)
    with service.database.reading() as session:
        held, more = _held(session), _of_charters(cycles.charters(session))
    content = languages.to_translate(code, held.get(code, ""), more)
    file.write_bytes(content)
    slot = languages.slot(code, content.decode(), more)
    answer(
        {"language": code, "file": str(file), "sentences": slot.sentences, "left": slot.left},
        f"{file} has {slot.sentences} sentences in {slot.name}; {slot.left} are to be translated.",
        as_json=as_json,
    )


@app.command()
def add(
    context: typer.Context,
    code: Code,
    file: Annotated[Path, typer.Argument(help="The catalogue, filled in.", dir_okay=False)],
    by: By = "",
    as_json: Json = False,
) -> None:
    """Put a reviewed catalogue on record; the next publication shows the site in that language.

    Its first lines name the translator, another reviewer and the day. It takes the place of the
    one before it. `charter format end` takes it away.
    """
    service = writing(context)
    now, who = service.clock(), actor(service, by)
    _require_slot(code)
    will(f"Putting {file.name} on record as the words of the site in {code}.", quiet=as_json)
    text = _text(file)
    translator, reviewer, day = _reviewed(code, text, file)
    made = Made(translator, reviewer, day, code)
    with service.database.writing() as session:
        require_role(session, who, now, "add a language", "", *MAY)
        more = _of_charters(cycles.charters(session))
        number = renditions.add_catalogue(session, text, made, now, who)
    slot = languages.slot(code, text, more)
    lines = [f"Format {number} stands: the words of the site in {slot.name}."]
    if slot.left:
        lines.append(f"{slot.left} of {slot.sentences} sentences stay in English, marked as such.")
    lines.append("The next publication shows it.")
    answer({"format": number, **_row(slot)}, " ".join(lines), as_json=as_json)


def _require_slot(code: str) -> None:
    if code not in CODES:
        raise NotAllowed(f"'{code}' has no place; choose {', '.join(CODES)}")


def _text(file: Path) -> str:
    try:
        return file.read_text("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise NotAllowed(f"{file} is no text in UTF-8; save it as such") from error


def _reviewed(code: str, text: str, file: Path) -> languages.Reviewed:
    """Who translated and reviewed it; NotAllowed where it does not say so, or cannot be read."""
    try:
        found = languages.reviewed_by(languages.read(code, text))
    except NotSound as error:
        raise NotAllowed(f"{file} is not taken: {error}") from error
    if found is None or "\0" in text:
        raise NotAllowed(
            f"{file} is not taken: its first lines are to name the translator, another reviewer, "
            "and the day as 2026-12-01"
        )
    return found


def _held(session: Session) -> dict[str, str]:
    """The catalogues on record, by language."""
    shas = renditions.catalogues(session)
    texts = documents.fetch(session, shas.values())
    return {code: texts[sha] for code, sha in shas.items()}


def _of_charters(charters: list[CharterFile]) -> list[str]:
    """What pages say of every Charter on record, which a region may have brought itself."""
    said = [text for one in charters for text in (one.title, one.notice, *_promises(one))]
    return sorted({text for text in said if text})


def _promises(charter: CharterFile) -> list[str]:
    return [text for one in charter.commitments for text in (one.short, one.text, one.means)]
