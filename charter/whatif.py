"""The least that would bring a return into a better band, worked out from its own answers."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from charter.answers import ReturnDocument
from charter.commitments import CharterFile, Commitment
from charter.policy import Policy
from charter.quarters import Quarter
from charter.scoring import NOT_ASSESSED, Receipt, faults, whole_percent


@dataclass(frozen=True)
class Better:
    """What brings a return into the band `band`, at `percent` per cent.

    So many `more` commitments are to be fully met. Among them, or besides partly met, are those
    `not_met` that are essential; `stale` are essential ones that need newer evidence.
    """

    band: str
    more: int
    fully: int
    applicable: int
    percent: int
    not_met: tuple[Commitment, ...]
    stale: tuple[tuple[Commitment, date], ...]

    @property
    def changes(self) -> int:
        """How many commitments something has to be done about."""
        return max(self.more, len(self.not_met)) + len(self.stale)


def better_band(
    receipt: Receipt, doc: ReturnDocument, charter: CharterFile, policy: Policy, quarter: Quarter
) -> Better | None:
    """The way to a better band that asks for the fewest changes; None where there is none.

    Of two ways with as many changes the one with fewer to be fully met. There is none from the
    highest band, and none where no band is given.
    """
    names = [name for _, name in policy.bands]
    if receipt.band == NOT_ASSESSED or receipt.band not in names:
        return None
    now = names.index(receipt.band)
    at_fault = list(faults(doc, receipt.lines, charter, quarter))
    ways = [way for way in _ways(receipt, policy, at_fault) if names.index(way.band) < now]
    return min(ways, key=lambda way: (way.changes, way.more), default=None)


def _ways(
    receipt: Receipt, policy: Policy, at_fault: list[tuple[Commitment, date | None]]
) -> Iterator[Better]:
    """Where each number of commitments fully met leads, with what holds the band and without."""
    names = [name for _, name in policy.bands]
    not_met = tuple(one for one, newest in at_fault if newest is None)
    stale = tuple((one, newest) for one, newest in at_fault if newest is not None)
    for fully in range(receipt.fully, receipt.applicable + 1):
        more, percent = fully - receipt.fully, whole_percent(fully, receipt.applicable)
        band = next(name for floor, name in policy.bands if percent >= floor)
        met = (more, fully, receipt.applicable, percent)
        if names.index(band) >= names.index(policy.cap):
            yield Better(band, *met, (), ())
            continue
        yield Better(band, *met, not_met, stale)
        if stale or more < len(not_met):  # something is at fault still, and holds it at the cap
            yield Better(policy.cap, *met, (), ())
