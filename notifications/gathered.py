"""What returns have in common in one letter: words said once, and a place for its subject."""

from collections.abc import Iterable, Sequence

from notifications.wording import Item


def alike(said: Iterable[tuple[str, str]]) -> list[tuple[tuple[str, ...], str]]:
    """The headings under which the same words would stand, and the words once."""
    together: dict[str, list[str]] = {}
    for heading, words in said:
        together.setdefault(words, []).append(heading)
    return [
        (tuple(headings), f"For each of these {len(headings)}: {words}")
        if len(headings) > 1
        else (tuple(headings), words)
        for words, headings in together.items()
    ]


def place(items: Sequence[Item], kind: str) -> str:
    """The prison, or how many, for a subject; honest about a letter that speaks of other things.

    The commissioner's own return, which has no provider, is about no prison.
    """
    prisons = list(dict.fromkeys(item.prison for item in items))
    own = list(dict.fromkeys(item.prison for item in items if item.kind == kind))
    thing = "prison" if all(item.provider for item in items) else "return"
    if len(prisons) == 1:
        return prisons[0]
    if len(own) == len(prisons):
        return f"{len(own)} {thing}s"
    if len(own) > 1:
        return f"{len(own)} of {len(prisons)} {thing}s"
    others = len(prisons) - 1
    return f"{own[0]} and {others} other {thing}{'s' if others > 1 else ''}"
