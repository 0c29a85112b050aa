"""What is heard of a letter after it was taken: that it was delivered, or that it came back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Protocol, runtime_checkable

from notifications.channels.base import one_line


class Fault(Enum):
    """Why a letter came back."""

    ADDRESS = "there is nobody at that address"
    MAILBOX = "the mailbox would not take it just then, for days"
    OURS = "something about us, the letter, or the way between"


@dataclass(frozen=True)
class Receipt:
    """The last word on one letter: it was delivered, or came back through somebody's fault."""

    detail: str
    fault: Fault | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "detail", one_line(self.detail))

    @property
    def delivered(self) -> bool:
        """It did not come back."""
        return self.fault is None


@runtime_checkable
class TellsLater(Protocol):
    """A channel that can be asked, for some days, what became of the letters that it took."""

    def receipts(self, keys: Sequence[str]) -> Mapping[str, Receipt]:
        """What is known of these letters by key, those still under way left out.

        ChannelDown when it cannot be asked just now.
        """
