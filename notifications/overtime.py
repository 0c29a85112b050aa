"""What one place promised over all its quarters, put together from the pages that told of it."""

import posixpath
from collections.abc import Mapping, Sequence
from typing import Any

from charter.said import Said
from notifications.drawings import dates_kept, promises_over_quarters

Page = Mapping[str, Any]

GROUPS = (
    ("open", Said("Still to come"), frozenset({"planned", "in_progress"})),
    ("given-up", Said("Not done"), frozenset({"not_doing"})),
    ("done", Said("Done"), frozenset({"done"})),
)
"""How promises stand, those that families wait for first."""


def key_of(folder: str) -> str:
    """The key of the page of a place's promises, by the folder its quarters stand in."""
    return f"{folder}/actions"


def over_time(pages: Sequence[Page]) -> dict[str, Any] | None:
    """The data of that page from the place's own pages, oldest first; None where none promises.

    Each promise stands as the newest page that tells of it has it, with that page's key as `told`.
    """
    found: dict[str, dict[str, Any]] = {}
    for page in pages:
        for row in page["actions"]:
            told = {"told": page["key"], "told_in": page["quarter_words"]}
            found[row["source"]["action"]] = {**row, **told}
    if not found:
        return None
    rows = sorted(found.values(), key=lambda row: (str(row["due"]), row["source"]["action"]))
    newest = pages[-1]
    shown = ("kind", "site_name", "region_name", "phones", "notices", "partner")
    return {name: newest[name] for name in shown} | {
        "key": key_of(posixpath.dirname(newest["key"])),
        "promised": len(rows),
        "moved": sum(1 for row in rows if row["slips"]),
        "several": len({row["party_name"] for row in rows}) > 1,
        "groups": [
            {"id": name, "words": words, "rows": [row for row in rows if row["status"] in states]}
            for name, words, states in GROUPS
        ],
        "kept": promises_over_quarters(pages),
        "dates": dates_kept(pages),
        "said": _merged(pages, "said"),
        "translations": _merged(pages, "translations"),
    }


def _merged(pages: Sequence[Page], name: str) -> dict[str, Any]:
    """What these pages hold beside their sentences, of all of them."""
    return {text: one for page in pages for text, one in page.get(name, {}).items()}
