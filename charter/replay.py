"""What a signed return would come to under another policy, told from its count where it can be."""

from charter.policy import Policy
from charter.scoring import NOT_ASSESSED, whole_percent


def band_under(other: Policy, policy: Policy, fully: int, applicable: int, band: str) -> str | None:
    """The band under `other` of a return that `policy` put in `band`; None where it cannot be told.

    Whether an essential commitment holds a return at the cap is seen from its band only where its
    share would have given a better one; else it is to be scored from its document.
    """
    if band == NOT_ASSESSED or not applicable:
        return band
    percent = whole_percent(fully, applicable)
    then, by_share = _by_share(policy, percent), _by_share(other, percent)
    if not _is_above_cap(other, by_share):
        return by_share
    if _is_above_cap(policy, then):
        return other.cap if band == policy.cap else by_share
    return None


def _by_share(policy: Policy, percent: int) -> str:
    return next(name for floor, name in policy.bands if percent >= floor)


def _is_above_cap(policy: Policy, band: str) -> bool:
    names = [name for _, name in policy.bands]
    return names.index(band) < names.index(policy.cap)
