"""What a checker found wrong with data, said so that whoever wrote it can mend it."""

import json
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True)
class Problem:
    """Something to mend: `where` as in `answers[W3].reason`, `what` a sentence with the mend."""

    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}" if self.where else self.what


_MENDS = {
    "json_invalid": "this cannot be read as JSON ({error})",
    "missing": "this is missing; fill it in",
    "extra_forbidden": "nothing of this name belongs here; take it out",
    "string_type": "this is not text; put it in quotation marks",
    "string_too_short": "this is empty; fill it in",
    "int_type": "this is not a whole number",
    "int_parsing": "this is not a whole number",
    "bool_type": "this is neither true nor false; write one of them",
    "bool_parsing": "this is neither true nor false; write one of them",
    "tuple_type": "this is not a list; put it in square brackets",
    "list_type": "this is not a list; put it in square brackets",
    "model_type": "this is not a set of named fields; put it in curly brackets",
    "model_attributes_type": "this is not a set of named fields; put it in curly brackets",
    "dict_type": "this is not a set of named fields; put it in curly brackets",
    "string_pattern_mismatch": "this is not written the way it has to be: {pattern}",
    "string_too_long": "this is longer than {max_length} characters; shorten it",
    "too_long": "there are more than {max_length} of these; leave some out",
    "too_short": "there is none of these; give at least {min_length}",
    "greater_than_equal": "this is less than {ge}",
    "less_than_equal": "this is more than {le}",
}


def strictly(model: type[Model], data: object) -> Model:
    """The model of plain data, nothing guessed: `"6"` is no number and 20261028 is no date.

    Raises ValidationError, and ValueError for what is not plain data at all.
    """
    try:
        text = json.dumps(data, default=_iso, ensure_ascii=False).encode()
    except (TypeError, RecursionError) as error:
        raise ValueError("this holds something that is not text, numbers or lists") from error
    except UnicodeEncodeError as error:
        raise ValueError("this holds half a character; type the text again") from error
    return model.model_validate_json(text, strict=True)


def _iso(value: object) -> str:
    if type(value) is date:
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} is not plain data")


def faults(error: ValidationError) -> list[tuple[tuple[int | str, ...], str]]:
    """Each place that is wrong, as a path of names and list positions, with its mend in words."""
    return [(found["loc"], _mend(found)) for found in error.errors(include_url=False)]


def sentence(what: str, error: ValidationError) -> str:
    """One sentence for the first fault of a file: what is wrong, where, and the mend."""
    path, mend = faults(error)[0]
    where = ", ".join(f"number {step + 1}" if isinstance(step, int) else step for step in path)
    more = error.error_count() - 1
    others = f" ({more} more like it to mend)" if more else ""
    return f"{what}: {where + ': ' if where else ''}{mend}{others}"


def _mend(found: ErrorDetails) -> str:
    kind, context = found["type"], found.get("ctx", {})
    if kind == "value_error":
        return str(context["error"])
    if kind in ("enum", "literal_error"):
        return f"choose one of {context['expected']}".replace("'", "")
    if kind.startswith("date"):
        return "this is not a date; write it as 2026-10-28"
    return _MENDS.get(kind, found["msg"].lower()).format(**context)
