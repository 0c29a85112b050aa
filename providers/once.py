"""What a page asks of the record is asked once, however many of its parts want to know it."""

from collections.abc import Callable, Hashable
from typing import Any, TypeVar

from sqlmodel import Session

from providers.database import READS

T = TypeVar("T")


def once(session: Session, key: Hashable, make: Callable[[], T]) -> T:
    """What was made of that key before in this reading session, which sees one state; else now.

    In a writing session it is made each time, as what is written in between may change it.
    """
    if not session.info.get(READS):
        return make()
    kept: dict[Hashable, Any] = session.info.setdefault("once", {})
    if key not in kept:
        kept[key] = make()
    found: T = kept[key]
    return found
