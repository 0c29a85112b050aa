"""The steps of review: what is found faithful, contested, cleared by a person, or taken down."""

from typing import Annotated, Literal

from pydantic import Field

from charter.policy import Frozen

Unsaid = Annotated[str, Field(exclude_if=lambda words: not words)]
"""Words that leave no trace where there are none, so that older steps keep their bytes."""


class Judged(Frozen):
    """The listening partner found one reply of the provider's faithful to families, or not.

    `about` is the request that was replied to, or `faithful.RIGHT_OF_REPLY`, and `reply` the
    fingerprint of what was replied. Both are empty in an older mark, which is of all the replies
    that a return holds.
    """

    kind: Literal["judged"] = "judged"
    faithful: bool
    reason: str = ""
    about: Unsaid = ""
    reply: Unsaid = ""


class Disputed(Frozen):
    """The provider disputes a rating that the commissioner changed; once for each commitment."""

    kind: Literal["disputed"] = "disputed"
    commitment: str
    reason: str


class DisputeDecided(Frozen):
    """Somebody outside decided: the changed rating is `upheld`, or the provider's own stands.

    Families read both reasons.
    """

    kind: Literal["dispute_decided"] = "dispute_decided"
    commitment: str
    upheld: bool
    reason: str


class HoldCleared(Frozen):
    """A person looked at a held text, named by its SHA-256, and said why it may be published."""

    kind: Literal["hold_cleared"] = "hold_cleared"
    text: str
    reason: str


class Withdrawn(Frozen):
    """What was published was taken down, for a reason that families read in its place."""

    kind: Literal["withdrawn"] = "withdrawn"
    reason: str
