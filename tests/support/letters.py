"""One letter of every kind, to one prison and to three, and one that mixes kinds."""

from collections.abc import Iterator
from typing import Any

from notifications.letters import Composed, Letters
from notifications.wording import DIGESTS, SIGN_IN, Item
from tests.support.cast import AVON, BROOK, CLYDE

LETTERS = Letters()
NOTICE = "This is working wording. It stands in until the official text is put here."
DATES = {"due": "28 October 2026", "publishes": "8 December 2026"}
LATER = {
    "question": "25 November 2026",
    "reply_window": "2 December 2026",
    "dispute": "10 December 2026",
}
STANDINGS = ("not_started", "in_progress", "with_signer")
RECEIVED = ("received", "received_late", "nil")
READERS = {
    "notice": "signer",
    "warning": "signer",
    "not_returned": "commissioner",
    "unreachable": "commissioner",
    "refused": "commissioner",
    "name_contact": "commissioner",
    "dispute": "arbiter",
}
ABOUT = {"question": "training for staff", "dispute": "“Training”"}
PROMISES = ("promise_overdue", "promise_offered")
NO_DATES = (
    "receipt", "published", "unreachable", "refused", "name_contact", "confirm", "decided",
    *PROMISES
)  # fmt: skip
TURNED_AWAY = ((("lead",), "deputy"), (("lead", "deputy"), "signer"), (("signer",), ""))


def context(*items: Item, **more: Any) -> dict[str, Any]:
    """What a digest is rendered from."""
    return {
        "to_name": "Brook Bell",
        "region": "Sample",
        "quarter": "2026-27-Q2",
        "quarter_words": "July to September 2026",
        "items": list(items),
        "link": "https://portal.example/returns",
        **more,
    }


def dates(kind: str) -> dict[str, Any]:
    """The dates of a real cycle, as this kind of letter gives them."""
    return {**DATES, "due": LATER.get(kind, DATES["due"])}


def items(kind: str, count: int) -> list[Item]:
    """So many returns, each standing differently."""
    standings = RECEIVED if kind == "receipt" else STANDINGS
    return [
        Item(
            kind=kind,
            prison=player.site_name,
            provider=player.provider_name,
            role=READERS.get(kind, "lead"),
            standing=standing,
            recorded_on="11 November 2026" if kind == "warning" else "",
            about=ABOUT.get(kind, ""),
            changed_stands="“Training”" if kind == "decided" and number != 1 else "",
            own_stands="“Ringing back”" if kind == "decided" and number else "",
            answer=("yes", "no", "yes")[number] if kind == "answer" else "",
            refused=TURNED_AWAY[number][0] if kind == "refused" else (),
            instead=TURNED_AWAY[number][1] if kind == "refused" else "",
            quarters=number + 2 if kind == "name_contact" else 0,
            promises=number + 1 if kind in PROMISES else 0,
            since="3 November 2026" if kind in PROMISES else "",
            note="Why: one bank holiday was added." if kind == "moved" else "",
            **({} if kind in NO_DATES else dates(kind)),
        )
        for number, (player, standing) in enumerate(
            list(zip((AVON, BROOK, CLYDE), standings, strict=True))[:count]
        )
    ]


def mixed() -> dict[str, Any]:
    """Somebody who leads at one prison and signs at two others, and hears of four things."""
    return context(
        *items("overdue", 2),
        Item("overdue", "HMP Deebridge", "Brook Health", role="signer", standing="with_signer",
             due="28 October 2026"),
        Item("receipt", CLYDE.site_name, CLYDE.provider_name, role="signer", standing="received"),
        *(items("confirm", 2)),
        Item("published", CLYDE.site_name, CLYDE.provider_name, revision=2,
             note="A date in it was wrong.", quarter_words="April to June 2026"),
        sample=True,
        working_wording=NOTICE,
    )  # fmt: skip


def every_letter() -> Iterator[tuple[str, Composed]]:
    """A name for each, and the letter."""
    for kind in DIGESTS:
        marked = {"sample": kind != "request", "working_wording": NOTICE}
        for count, name in ((1, "one"), (3, "three")):
            yield f"{kind}-{name}", LETTERS.render(kind, context(*items(kind, count), **marked))
    yield "mixed", LETTERS.render("overdue", mixed())
    link = "https://portal.example/sign-in?link=AAAA"
    sign_in = {"to_name": "Avon Ames", "link": link, "code": "402 117", "sample": True}
    yield SIGN_IN, LETTERS.render(SIGN_IN, sign_in)
