"""What a prison's page tells beside the updates: what families said, and what others did here."""

from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from charter.formats import FormatView
from charter.listening import Calls, Heard
from charter.quarters import Quarter


@dataclass(frozen=True)
class PassedView:
    """What families asked of the prison itself, passed on to an office and never scored."""

    id: str
    text: str
    heard_on: date
    to_whom: str
    passed_on: date


@dataclass(frozen=True)
class PracticeView:
    """Good practice from here that was held up to others."""

    id: str
    title: str
    happened: str
    who: str


@dataclass(frozen=True)
class FewReplyView:
    """A provider's reply to what few families asked for, and how it was marked; no name with it."""

    answer: Literal["accepted", "partly", "declined"]
    words: str = ""
    faithful: bool | None = None
    faithful_words: str = ""


@dataclass(frozen=True)
class FewView:
    """What fewer families than the threshold asked for somewhere in a region.

    `key` tells it from others and names no prison; `heard` is the quarter it was heard in, since a
    day may be that of a meeting at one prison. `commitment` is empty for what was `passed_on` to
    the prison itself.
    """

    key: str
    commitment: str
    text: str
    heard: Quarter
    replies: tuple[FewReplyView, ...] = ()
    passed_on: bool = False
    recommendation: bool = False


@dataclass(frozen=True)
class Serves:
    """An organisation that runs healthcare here and owes no update for the quarter, and why.

    It has not signed the Charter, served too short a time, or began only after the quarter.
    """

    service_id: int
    who: str
    since: date
    until: date | None
    why: Literal["unsigned", "short", "later"]


@dataclass(frozen=True)
class Beside:
    """All that stands beside the updates of one prison and quarter, as it was when they came out.

    `heard` is what the listening partner of the whole region saved, each version of it, the newest
    last; `saved_on` is the London date of the newest. Counts of people under `threshold` are never
    shown, nor the answers to a question that fewer than `least_base` people were asked. `formats`
    are what people made of the page, on record now. Requests of the ids `few` are told for the
    region alone: as `by_region`, on its commissioner's page, where no word may name one of the
    `places`.
    """

    heard: tuple[Heard, ...] = ()
    saved_on: date | None = None
    calls: Calls = field(default_factory=Calls)
    passed: tuple[PassedView, ...] = ()
    practices: tuple[PracticeView, ...] = ()
    serves: tuple[Serves, ...] = ()
    formats: tuple[FormatView, ...] = ()
    few: frozenset[str] = frozenset()
    by_region: tuple[FewView, ...] = ()
    places: frozenset[str] = frozenset()
    threshold: int = 8
    least_base: int = 10


NOTHING = Beside()
