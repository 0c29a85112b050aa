"""`charter register`: check, import and export who provides what where, and who to ask."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from flows.commands.common import By, Json, actor, answer, reading, require_role, will, writing
from flows.erasing import erase_leftovers
from flows.wiring import policy_shipped, shipped
from providers import forgetting, register
from providers.cycles import NotAllowed
from providers.register import Register, SignatoriesImported, SignatoryFile

app = typer.Typer(help="The register of prisons, providers and contacts.", no_args_is_help=True)
SHIPPED = "register.csv"
SHIPPED_SIGNATORIES = "signatories.csv"
RegisterFile = Annotated[
    Path | None, typer.Argument(help="A CSV or XLSX file; left out, the register shipped with us.")
]


def _read(file: Path | None) -> Register:
    return (
        register.check(shipped(SHIPPED).encode(), SHIPPED)
        if file is None
        else (register.check_file(file))
    )


@app.command()
def check(file: RegisterFile = None, as_json: Json = False) -> None:
    """Find every problem and gap in a register, without storing anything."""
    found = _read(file)
    data = {
        "file": found.name,
        "rows": len(found.rows),
        "problems": [asdict(problem) for problem in found.problems],
        "gaps": [asdict(gap) for gap in found.gaps],
    }
    lines = [
        f"{found.name}: {len(found.rows)} rows, {len(found.problems)} problems, "
        f"{len(found.gaps)} gaps"
    ]
    lines += [f"problem: {problem}" for problem in found.problems]
    lines += [f"gap: {gap}" for gap in found.gaps]
    answer(data, lines, as_json=as_json)
    if found.problems:
        raise typer.Exit(1)


@app.command("import")
def import_(
    context: typer.Context,
    file: RegisterFile = None,
    signatories: Annotated[
        Path | None, typer.Option(help="A signatory file to take in with it.")
    ] = None,
    paused: Annotated[
        bool, typer.Option("--paused", help="Regions new to the record start paused.")
    ] = False,
    yes: Annotated[
        bool, typer.Option("--yes", help="End services even where a return is still open.")
    ] = False,
    by: By = "",
    as_json: Json = False,
) -> None:
    """Take a whole register in, or nothing of it; the same file again changes nothing.

    With no file, the real register that ships with the product, always paused, and its signatories.
    """
    service = writing(context)
    found = _read(file)
    is_shipped = found.sha == register.check(shipped(SHIPPED).encode(), SHIPPED).sha
    will(f"Importing {found.name}: all of it, or nothing.", quiet=as_json)
    who, now = actor(service, by), service.clock()
    with service.database.writing() as session:
        done = register.import_register(
            session,
            found,
            now,
            who,
            policy_version=policy_shipped(),
            yes=yes,
            paused=paused or is_shipped,
        )
        signed: list[str] = []
        if is_shipped or signatories:
            listed = _read_signatories(signatories)
            signed = [_in_words(register.import_signatories(session, listed, now, who))]
    lines = [
        f"{found.name}: {done.added} added, {done.changed} changed, {done.ended} ended, "
        f"{done.unchanged} as they were.",
        *done.lines,
        *signed,
    ]
    if paused or is_shipped:
        lines += [
            f"{name} starts paused; check its contacts, then: charter cycle resume {name}"
            for name in done.new_regions
        ]
    answer({**asdict(done), "gaps": len(found.gaps)}, lines, as_json=as_json)


def _read_signatories(file: Path | None) -> SignatoryFile:
    if file is None:
        content = shipped(SHIPPED_SIGNATORIES).encode()
        return register.read_signatories(content, SHIPPED_SIGNATORIES)
    return register.read_signatories(file.read_bytes(), file.name)


def _in_words(done: SignatoriesImported) -> str:
    return (
        f"Signatories of {', '.join(done.regions)}: {done.added} added, {done.changed} changed, "
        f"{done.removed} removed, {done.unchanged} as they were."
    )


@app.command()
def export(
    context: typer.Context,
    region: Annotated[
        list[str] | None, typer.Argument(help="Regions to export; all when left out.")
    ] = None,
    to: Annotated[Path | None, typer.Option(help="A file to write; else standard output.")] = None,
) -> None:
    """Write the register as a CSV that can be imported again."""
    service = reading(context)
    with service.database.reading() as session:
        known = {r.code for r in register.regions(session)}
        wanted = region or sorted(known)
        for code in wanted:
            if code not in known:
                raise NotAllowed(f"no region '{code}'; the register has {', '.join(sorted(known))}")
        text = register.export(session, wanted)
    if to is None:
        print(text, end="")
    else:
        to.write_text(text, encoding="utf-8")
        will(f"Wrote {to}.")


@app.command()
def forget(
    context: typer.Context,
    email: Annotated[str, typer.Argument(help="The address of the person to erase.")],
    by: By = "",
    as_json: Json = False,
) -> None:
    """Erase a person who acts for nobody any more: name, address, letters' words, sign-ins.

    What they did stays under their number, and the ledger holds as before. Backups made earlier,
    and words that others typed, still name them.
    """
    service = writing(context)
    will(f"Erasing {email}.", quiet=as_json)
    who, now = actor(service, by), service.clock()
    with service.database.writing() as session:
        require_role(session, who, now, "erase a person", "", "administrator")
        done = forgetting.forget(session, email, now, who)
    files = erase_leftovers(service.database, service.home, email)
    lines = (
        f"Person {done.person} is erased: {done.letters} letters, {done.drafts} drafts, "
        f"{done.sign_ins} sign-ins and {files} letters kept as files held something of theirs."
    )
    answer({**asdict(done), "files": files}, lines, as_json=as_json)
