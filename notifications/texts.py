"""Every text in a page's data, at whatever depth."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any


def texts_of(value: Any) -> Iterator[str]:  # noqa: ANN401 - any JSON value
    """The texts in their order; names of fields are none."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from texts_of(one)
    elif isinstance(value, Collection):
        for one in value:
            yield from texts_of(one)
