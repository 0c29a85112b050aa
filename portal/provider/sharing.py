"""An answer given once for all prisons: put into the others' returns, and said on the next page."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit, urlunsplit

from sqlmodel import Session

from charter.answers import Answer
from portal.doors import Visit
from providers.organisation import spread
from providers.returns import Ref


@dataclass(frozen=True)
class Shared:
    """In how many other returns the answers now stand too, and how many were left as they were."""

    into: int = 0
    left: int = 0

    @classmethod
    def told(cls, query: Mapping[str, str]) -> "Shared":
        """What an address says was just shared: two plain counts, or nothing."""
        return cls(_count(query.get("shared", "")), _count(query.get("left", "")))


def _count(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 4 else 0


def share(session: Session, visit: Visit, here: Ref, answers: Iterable[Answer]) -> Shared:
    """Put those of the answers that are given once for all prisons into the other returns."""
    into, left = set(), set()
    for answer in answers:
        done = spread(session, here, answer, visit.now, visit.visitor.person)
        into |= {other.id for other in done.into}
        left |= {other.id for other, _ in done.left}
    return Shared(len(into), len(left - into))


def with_note(path: str, shared: Shared) -> str:
    """The path with the two counts in it, for the page it leads to."""
    if not shared.into and not shared.left:
        return path
    parts = urlsplit(path)
    counts = f"shared={shared.into}&left={shared.left}"
    return urlunsplit(parts._replace(query=f"{parts.query}&{counts}" if parts.query else counts))
