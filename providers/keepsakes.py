"""What is worked out over a whole region and kept until something is put on record."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

from sqlmodel import Session

from providers import ledger

T = TypeVar("T")


class Keepsakes(Generic[T]):
    """The last `most` things made; every change has its ledger entry, so its head names them all.

    What rests on more than the record, such as the day, is named in the key.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: OrderedDict[tuple[int, str, Hashable], T] = OrderedDict()

    def get(self, session: Session, key: Hashable, make: Callable[[], T]) -> T:
        """What was made of that key as the record stands, made now if it was not; one query."""
        whole = (*ledger.head(session), key)
        found = self._kept.pop(whole, None)
        self._kept[whole] = found = make() if found is None else found
        while len(self._kept) > self._most:
            self._kept.popitem(last=False)
        return found
