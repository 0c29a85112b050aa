"""Makes a page fit its budget: long words are cut at a sentence, and stand whole beside it."""

import posixpath
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

from notifications.sitecheck import BUDGET, wire_size

Page = Mapping[str, Any]

ROOM = BUDGET - 12_000
"""Bytes that a page may have over the wire, with room left for the style sheet."""
LIMITS = ((2000, 500), (1000, 500), (500, 500), (250, 500), (120, 100), (120, 40), (60, 20))
"""Characters that are shown of one text and rows of one list, tried from the most."""
LISTS = frozenset({"actions", "asked", "few", "news", "slips"})
"""Lists that are as long as others make them; the data files beside a page have all of them."""
WORDS = frozenset(
    {
        *("statement", "because", "words", "own_words", "reply", "asked", "faithful_words"),
        *("revised_because", "withdrawn_because", "handed_because", "changed", "disputed"),
        *("title", "reply_faithful_words", "text", "heard_from"),
    }
)
"""What others wrote on a page, by the names that its data have for it."""
_END = re.compile(r"[.!?…][\"'”’)]*(?=\s)")


def fitted(
    page: Page, path: str, draw: Callable[[Page], bytes], *, rows: Collection[str] = ()
) -> Iterator[tuple[str, bytes]]:
    """The page, and where it had to be cut a text file with all that others wrote on it.

    `rows` are more of its lists that may be cut.
    """
    content = draw(page)
    if wire_size(content) <= ROOM:
        yield path, content
        return
    whole = f"{posixpath.splitext(path)[0]}-in-full.txt"
    limit, lists = 0, LISTS.union(rows)
    for limit, most in LIMITS:
        content = draw(_cut(page, limit, most, posixpath.basename(whole), lists))
        if wire_size(content) <= ROOM:
            break
    name = posixpath.basename(whole)
    linked = _rest(f'<a href="{name}">{name}</a>')
    yield path, content.replace(_rest(name).encode(), linked.encode())
    yield whole, ("\n\n".join(_long(page, limit)) + "\n").encode()


def _cut(
    value: Any,  # noqa: ANN401 - any JSON value
    limit: int,
    most: int,
    whole: str,
    lists: Collection[str],
    name: str = "",
) -> Any:  # noqa: ANN401
    """The same data with every long text cut; each says in which file it stands whole."""
    if isinstance(value, Mapping):
        return {key: _cut(one, limit, most, whole, lists, key) for key, one in value.items()}
    if isinstance(value, list | tuple):
        shown = value[:most] if name in lists else value
        return [_cut(one, limit, most, whole, lists, name) for one in shown]
    if isinstance(value, str) and name in WORDS and len(value) > limit:
        return f"{shortened(value, limit)}\n{_rest(whole)}"
    return value


def _rest(whole: str) -> str:
    """What stands where words were cut; whoever writes just this is given the link as well."""
    return f"The rest is in the file {whole}, beside this page."


def shortened(text: str, limit: int) -> str:
    """The first whole sentences of a text within so many characters, or as many of its words."""
    start = text[:limit]
    ends = [found.end() for found in _END.finditer(start)]
    if ends:
        return start[: ends[-1]]
    return f"{start.rpartition(' ')[0] or start} …"


def _long(value: Any, limit: int, name: str = "") -> Iterator[str]:  # noqa: ANN401 - any JSON value
    """Every text that was cut, whole, in the order of the page."""
    if isinstance(value, Mapping):
        for key, one in value.items():
            yield from _long(one, limit, key)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _long(one, limit, name)
    elif isinstance(value, str) and name in WORDS and len(value) > limit:
        yield value
