"""Whether every band of a policy can be reached at all, worked out for a Charter's commitments.

A share is a whole per cent of the commitments that apply, and any number of them may. The cap
takes no band away: a commitment that is partly met lowers the share and holds no band.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from charter.policy import Policy
from charter.scoring import whole_percent


@dataclass(frozen=True)
class Share:
    """So many fully met of so many that apply, as a whole per cent."""

    percent: int
    fully: int
    applicable: int

    def __str__(self) -> str:
        return f"{self.percent} ({self.fully} of {self.applicable})"


@dataclass(frozen=True)
class Unreached:
    """A band that no return can be in, from `floor` to `top` per cent, with the nearest shares."""

    band: str
    floor: int
    top: int
    most: int
    below: Share | None
    above: Share | None

    def __str__(self) -> str:
        span = f"{self.floor} per cent" if self.floor == self.top else f"{self.floor} to {self.top}"
        nearest = " and ".join(str(share) for share in (self.below, self.above) if share)
        applies = f"1 to {self.most} commitments apply" if self.most > 1 else "1 commitment applies"
        return (
            f"no return can be in the band '{self.band}' ({span}): where {applies}, "
            f"the nearest shares are {nearest}"
        )


def unreached(policy: Policy, commitments: int) -> list[Unreached]:
    """The bands that no return to a Charter of so many commitments can be in, highest first."""
    return _missed(policy, commitments, list(_shares(1, commitments)))


def missed_when_all_apply(policy: Policy, commitments: int) -> list[Unreached]:
    """The bands that no return can be in to which every one of so many commitments applies."""
    return _missed(policy, commitments, list(_shares(commitments, commitments)))


def _missed(policy: Policy, commitments: int, shares: list[Share]) -> list[Unreached]:
    found, top = [], 100
    for floor, band in policy.bands:
        if not any(floor <= share.percent <= top for share in shares):
            below = max((s for s in shares if s.percent < floor), key=_by_share, default=None)
            above = min((s for s in shares if s.percent > top), key=_from_above, default=None)
            found.append(Unreached(band, floor, top, commitments, below, above))
        top = floor - 1
    return found


def _by_share(share: Share) -> tuple[int, int]:
    return share.percent, share.applicable


def _from_above(share: Share) -> tuple[int, int]:
    return share.percent, -share.applicable


def _shares(fewest: int, most: int) -> Iterator[Share]:
    """Every share there is with so many to so many applicable commitments."""
    for applicable in range(fewest, most + 1):
        for fully in range(applicable + 1):
            yield Share(whole_percent(fully, applicable), fully, applicable)
