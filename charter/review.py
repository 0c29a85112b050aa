"""The steps of dispute and release: what is contested, cleared by a person, or taken down."""

from typing import Literal

from charter.policy import Frozen


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
