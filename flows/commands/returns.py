"""`charter return`: the document ready to fill, handing a filled one in, and looking at one."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from charter.answers import parse, ready_to_fill
from charter.commitments import CharterFile
from charter.document import ReturnDocument
from charter.holding import warned
from charter.measures import told
from charter.quarters import LONDON
from flows.commands.common import Json, answer, reading, will, writing
from flows.commands.options import ProviderCode, QuarterName, SiteCode
from flows.status import receipts_on_record
from providers import answering, cycles, lives, returns, workbook
from providers.answering import Incomplete

app = typer.Typer(help="One provider's return for one prison.", no_args_is_help=True)
LARGEST = 5_000_000
"""The largest file taken, in bytes; a full return is a few dozen thousand."""


@app.command()
def template(
    context: typer.Context,
    provider: ProviderCode = "",
    site: SiteCode = "",
    quarter: QuarterName = "",
    xlsx: Annotated[
        Path | None, typer.Option(help="Write the same document as a workbook to this file.")
    ] = None,
    schema: Annotated[
        bool, typer.Option("--schema", help="Print the JSON Schema of a return instead.")
    ] = False,
) -> None:
    """Print a return ready to fill: every commitment, last quarter's answers marked to re-confirm.

    Prints JSON. Carried-forward answers have `confirmed: false`; set it to true, or change them.
    Once it is begun on the web, or signed, the template is the return as it is saved now.
    """
    if schema:
        answer(ReturnDocument.model_json_schema(), [], as_json=True)
        return
    if not (provider and site and quarter):
        raise typer.BadParameter("name the return: --provider, --site and --quarter")
    service = reading(context)
    with service.database.reading() as session:
        here = returns.find(session, provider, site, quarter)
        document = returns.draft(session, here).document
        charter = cycles.charter_of(session, here.charter_version)
        asked = {request.id: request.text for request in returns.requests_for(session, here)}
    if xlsx is None:
        answer(ready_to_fill(document, charter), [], as_json=True)
        return
    xlsx.write_bytes(workbook.write(document, charter, asked))
    will(f"Wrote {xlsx}.")


@app.command()
def submit(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="A filled JSON document or workbook.")],
    as_json: Json = False,
) -> None:
    """Hand in a whole return from a file: prepared and signed by the two people it names.

    All or nothing: every problem is named with its place and its mend. The same file again
    changes nothing.
    """
    service = writing(context)
    document = _read(file)
    will(f"Handing in {document.provider} for {document.site}, {document.quarter}.", quiet=as_json)
    with service.database.writing() as session:
        here = returns.find(session, document.provider, document.site, document.quarter)
        done = answering.submit(session, here, document, service.clock())
        life = lives.lives(session, [here.id])[here.id]
    state = life.state(service.clock())
    said = (
        f"Received: {state.value.replace('_', ' ')}, fingerprint {life.document[:16]}."
        if done
        else "This very return had been received already; nothing has changed."
    )
    warnings = [str(problem) for problem in warned(document)]
    data = {"return": here.id, "state": state, "changed": done, "fingerprint": life.document}
    answer(
        data | {"warnings": warnings},
        [said, *(f"Look at this: {warning}." for warning in warnings)],
        as_json=as_json,
    )


def _read(file: Path) -> ReturnDocument:
    if file.stat().st_size > LARGEST:
        raise ValueError(f"{file} is larger than {LARGEST // 1_000_000} MB, so it is no return")
    content = file.read_bytes()
    if file.suffix.lower() == ".xlsx":
        data: object = workbook.read(content)
    else:
        try:
            data = json.loads(content.decode("utf-8-sig"))
        except UnicodeDecodeError:
            raise ValueError(f"{file} is not UTF-8; save it as UTF-8 and try again") from None
        except json.JSONDecodeError as error:
            raise ValueError(
                f"{file}, line {error.lineno}, column {error.colno}: this is not JSON "
                f"({error.msg}); `charter return template` prints one to start from"
            ) from None
        except (ValueError, RecursionError):
            raise ValueError(
                f"{file} holds numbers or brackets no return has; "
                "`charter return template` prints one to start from"
            ) from None
    document, problems = parse(data)
    if document is None or problems:
        raise Incomplete(problems)
    return document


def _figures(charter: CharterFile, document: ReturnDocument) -> Iterator[str]:
    """A line for each measure, and one for the families the quarter looks at."""
    for one in told(charter, document):
        said = "; ".join(f"{figure.name}: {figure.value}" for figure in one.figures)
        yield f"  {one.measure.asks} {said or 'Not given'}"
    if document.spotlight:
        yield f"  For {document.spotlight.group}: {document.spotlight.words}"


@app.command()
def show(
    context: typer.Context,
    provider: ProviderCode,
    site: SiteCode,
    quarter: QuarterName,
    as_json: Json = False,
) -> None:
    """Show one return: how it stands, what was signed, its score's receipt and its history."""
    service = reading(context)
    now = service.clock()
    with service.database.reading() as session:
        here = returns.find(session, provider, site, quarter)
        history = lives.history(session, here.id)
        life = lives.lives(session, [here.id])[here.id]
        document = returns.signed_document(session, here)
        receipt = receipts_on_record(session, {here.id: life}).get(here.id)
        charter = cycles.charter_of(session, here.charter_version)
    data = {
        "provider": here.party,
        "site": here.site,
        "quarter": str(here.quarter),
        "state": life.state(now),
        "due": life.due,
        "days_late": life.days_late(now),
        "unreachable": life.unreachable,
        "fingerprint": life.document,
        "document": document.model_dump(mode="json") if document else None,
        "receipt": receipt.model_dump(mode="json") if receipt else None,
        "history": [{"at": h.at, "by": h.by, **h.step.model_dump(mode="json")} for h in history],
    }
    lines = [
        f"{here.party_name} for {here.site_name}, {here.quarter}",
        f"State: {life.state(now).value.replace('_', ' ')}; due {life.due}",
    ]
    if receipt:
        lines += [
            f"Fully met {receipt.fully} of {receipt.applicable}: {receipt.band}",
            *(f"  {rule}" for rule in receipt.rules),
        ]
    lines += list(_figures(charter, document)) if document else []
    lines += [
        f"  {h.at.astimezone(LONDON):%Y-%m-%d %H:%M}  {h.by:<10}  {h.step.kind.replace('_', ' ')}"
        for h in history
    ]
    answer(data, lines, as_json=as_json)
