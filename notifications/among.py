"""Whether a column holds one of many values, sent as one parameter however many there are."""

import json
from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, cast, literal, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement


class _Each(FunctionElement[str]):
    """One row, called `value`, for each element of a JSON list given as text."""

    inherit_cache = True
    name = "each"


@compiles(_Each, "sqlite")
def _on_sqlite(each: _Each, compiler: SQLCompiler, **kw: Any) -> str:  # noqa: ANN401
    return f"json_each({compiler.process(each.clauses, **kw)})"


@compiles(_Each, "postgresql")
def _on_postgresql(each: _Each, compiler: SQLCompiler, **kw: Any) -> str:  # noqa: ANN401
    return f"json_array_elements_text(CAST({compiler.process(each.clauses, **kw)} AS json))"


def among(column: Any, values: Iterable[int] | Iterable[str]) -> ColumnElement[bool]:  # noqa: ANN401 - any column
    """`column IN values` for a column of numbers or of text, with no limit to how many.

    A plain IN sends a parameter for each value: SQLite takes some thirty thousand, and asking in
    portions makes the number of questions grow with the answer.
    """
    listed = _Each(literal(json.dumps(list(values)))).table_valued("value")
    return column.in_(select(cast(listed.c.value, column.type)))  # type: ignore[no-any-return]
