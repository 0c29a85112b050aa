"""The `charter` command: the work of the flows by hand, and all else an operator needs."""

import os
import sys
from typing import Annotated

import typer
from sqlalchemy.exc import DatabaseError

from charter.parts import SumsDisagree
from charter.quarters import BeyondHorizon
from flows.commands import (
    calendars,
    cycle,
    db,
    formats,
    languages,
    letters,
    record,
    register,
    returns,
    run,
    staff,
    token,
)
from flows.commands.common import Asked
from flows.settings import BadSettings
from flows.wiring import CannotStart, TimeRefused, parse_now
from notifications.site import SiteRefused
from providers.answering import Incomplete
from providers.cycles import Unknown
from providers.database import WrongRevision
from providers.register import ImportRefused

app = typer.Typer(
    name="charter",
    help="Holds prison health services to the Family and Carers' Charter, quarter by quarter.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.add_typer(db.app, name="db")
app.add_typer(register.app, name="register")
app.add_typer(staff.app, name="staff")
app.add_typer(cycle.app, name="cycle")
app.add_typer(calendars.app, name="calendar")
app.add_typer(returns.app, name="return")
app.add_typer(letters.app, name="letters")
app.add_typer(token.app, name="token")
app.add_typer(formats.app, name="format")
app.add_typer(languages.app, name="language")
run.add_to(app)
record.add_to(app)


@app.callback()
def charter(
    context: typer.Context,
    now: Annotated[
        str,
        typer.Option(
            help="Act as if it were this time (London when no offset is given); "
            "refused in production.",
            metavar="2026-10-29T09:00",
        ),
    ] = "",
) -> None:
    """Holds prison health services to the Family and Carers' Charter, quarter by quarter."""
    if now:
        try:
            parse_now(now)
        except TimeRefused as error:
            raise typer.BadParameter(str(error), param_hint="--now") from None
    context.obj = Asked(now)


def main() -> None:
    """Run the command; what cannot be done is said in one sentence, with exit code 1."""
    try:
        app()
    except (Incomplete, ImportRefused) as error:
        what = "return" if isinstance(error, Incomplete) else "file"
        print(f"charter: the {what} cannot be taken as it is:", file=sys.stderr)
        for problem in error.problems:
            print(f"  {problem}", file=sys.stderr)
        sys.exit(1)
    except (
        BadSettings,
        BeyondHorizon,
        CannotStart,
        SiteRefused,
        SumsDisagree,
        Unknown,
        WrongRevision,
        ValueError,
        OSError,
    ) as error:
        print(f"charter: {_sentence(error)}", file=sys.stderr)
        sys.exit(1)
    except DatabaseError as error:
        reason = str(error.orig).strip().splitlines()[0]
        print(
            f"charter: the database did not answer ({reason}); "
            "check CHARTER_DATABASE_URL and charter doctor",
            file=sys.stderr,
        )
        sys.exit(1)


def _sentence(error: Exception) -> str:
    if isinstance(error, OSError) and error.errno is not None:
        return f"{error.filename or 'a file'}: {os.strerror(error.errno).lower()}"
    return str(error)


if __name__ == "__main__":
    main()
