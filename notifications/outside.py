"""The few addresses outside the families' site that its pages may lead to; nothing fetches them."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True)
class Outside:
    """A page of somebody else's, and what a link to it says."""

    href: str
    words: str


OUTSIDE: Mapping[str, Outside] = MappingProxyType(
    {
        "guide": Outside(
            "https://prisonadvice.org.uk/get-help/your-guide-to-prison-healthcare",
            "Your Guide to Prison Healthcare",
        ),
        "equality": Outside(
            "https://www.equalityadvisoryservice.com/",
            "Equality Advisory and Support Service",
        ),
        "charter": Outside(
            "https://www.england.nhs.uk/london/wp-content/uploads/sites/8/2024/06/"
            "Family-and-Carers-Charter-for-Health-and-Justice.pdf",
            "Family and Carers’ Charter for Health and Justice (PDF)",
        ),
    }
)
"""Each by the name that templates call it by. Another needs a decision (as in 38 and 43)."""

ADDRESSES = frozenset(one.href for one in OUTSIDE.values())
