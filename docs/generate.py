"""Writes the pages of docs/ made from the code: every command, every setting, the interface.

Run `make docs`; a test fails while a page is out of date.
"""

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
NOTE = "<!-- Made by `make docs`; edit the code, not this page. -->"


def _cell(value: object) -> str:
    """One table cell: no line ends, no bars."""
    return " ".join(str(value).split()).replace("|", "\\|")


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> list[str]:
    lines = [head, tuple("---" for _ in head), *rows]
    return ["| " + " | ".join(map(_cell, line)) + " |" for line in lines]


def _parameters(command: Any) -> list[str]:
    """What a command takes, in the order it is declared."""
    rows = []
    for parameter in command.params:
        if getattr(parameter, "hidden", False) or "--help" in parameter.opts:
            continue
        spelled = getattr(parameter, "metavar", None) or parameter.name.upper()
        names = [*parameter.opts, *parameter.secondary_opts]
        shown = " ".join(f"`{name}`" for name in names)
        if parameter.param_type_name == "argument":
            shown = f"`{spelled}`"
        needed = "required" if parameter.required else ""
        rows.append((shown, needed, getattr(parameter, "help", None) or ""))
    return ["", *_table(("takes", "", "what it is"), rows)] if rows else []


def _command(command: Any, words: str, depth: int) -> list[str]:
    """A command's section, then those of the commands under it."""
    help_text = (command.help or "").strip()
    lines = ["", f"{'#' * depth} `{words}`", "", *help_text.splitlines(), *_parameters(command)]
    for name, child in getattr(command, "commands", {}).items():
        if not child.hidden:
            lines += _command(child, f"{words} {name}", min(depth + 1, 4))
    return lines


def commands_page() -> str:
    """Every command, with its help as `charter COMMAND --help` gives it."""
    from typer.main import get_command

    from flows.cli import app

    lines = [NOTE, "", "# Commands", *_command(get_command(app), "charter", 2)]
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _default(field: Any) -> str:
    if field.is_required():
        return "none: it must be set"
    value = field.get_default(call_default_factory=False)
    return "none" if value in (None, "", (), []) else f"`{getattr(value, 'value', value)}`"


def settings_page() -> str:
    """Every setting, with its default and what it is for."""
    from flows.settings import Settings

    prefix = str(Settings.model_config.get("env_prefix", "")).upper()
    rows = [
        (f"`{prefix}{name.upper()}`", _default(field), field.description or "")
        for name, field in Settings.model_fields.items()
    ]
    head = "Read from the environment, or from a `.env` file in the folder you are in."
    lines = [NOTE, "", "# Settings", "", head, "", *_table(("setting", "default", "what"), rows)]
    return "\n".join(lines) + "\n"


def api_page() -> str:
    """The return interface, from its own OpenAPI description."""
    from portal.api.app import described

    said = described().openapi()
    lines = [NOTE, "", "# The return interface", "", *said["info"]["description"].splitlines(), ""]
    lines += [
        "The portal serves it. `/api/v1/openapi.json` describes it to programs, with the schema of",
        "a return. How to get a token is told [for providers](for-providers.md).",
    ]
    for path, operations in said["paths"].items():
        for method, operation in operations.items():
            lines += _operation(f"{method.upper()} /api/v1{path}", operation)
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _operation(address: str, operation: Any) -> list[str]:
    """One operation: what it does, takes and answers."""
    takes = [
        (f"`{one['name']}`", one["in"], one.get("description", ""))
        for one in operation.get("parameters", ())
    ]
    if "requestBody" in operation:
        takes.append(("the return", "body, JSON", "As the template, filled in."))
    answers = [
        (status, _shape(answer), answer["description"])
        for status, answer in sorted(operation["responses"].items())
    ]
    head = ["", f"## `{address}`", "", operation["summary"] + ".", ""]
    return [
        *head,
        *operation["description"].splitlines(),
        *(["", *_table(("takes", "where", "what it is"), takes)] if takes else []),
        *["", *_table(("answers", "with", "when"), answers)],
    ]


def _shape(answer: Any) -> str:
    """What an answer holds: the name of its shape."""
    schema = answer["content"]["application/json"]["schema"]["$ref"]
    return f"`{schema.rpartition('/')[2]}`"


def pages() -> dict[str, str]:
    """Each generated page's name and text."""
    # The width of help must not depend on who runs this.
    os.environ["COLUMNS"], os.environ["TERMINAL_WIDTH"] = "100", "100"
    return {
        "api.md": api_page(),
        "commands.md": commands_page(),
        "settings.md": settings_page(),
    }


def main() -> None:
    """Writes each page beside this file."""
    for name, text in pages().items():
        (HERE / name).write_text(text, encoding="utf-8")
        print(f"Wrote docs/{name}", file=sys.stderr)


if __name__ == "__main__":
    main()
