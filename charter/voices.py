"""What families say of a commitment beside what its provider says: shown together, never merged."""

from collections.abc import Iterable
from dataclasses import dataclass

from charter.listening import Survey
from charter.policy import Policy
from charter.quarters import say
from charter.steps import Rating

TOO_FEW = "Too few to say"
"""In the place of what families said, where too few of them were asked."""
_STEPS = {Rating.NOT_MET: 0, Rating.PARTLY: 1, Rating.FULLY: 2}
"""Where each rating stands; one that does not apply stands nowhere."""
PARTED = 2
"""So many steps between what is claimed and what is heard suggest that somebody asks why."""


@dataclass(frozen=True)
class Heard:
    """One survey question on one commitment, and how it reads on the scale of the ratings.

    `rating` is None where too few answered to say anything; `here` is False for a question that
    was put in the whole region, which says nothing of one prison.
    """

    survey: Survey
    rating: Rating | None
    here: bool

    @property
    def words(self) -> str:
        """`62 per cent of 48 said so`, or that too few answered."""
        if self.rating is None:
            return TOO_FEW
        return f"{self.survey.share} per cent of {self.survey.base} people said so"

    @property
    def source(self) -> str:
        """How and when it was asked, and where."""
        where = "" if self.here else ", in the whole region"
        return f"{self.survey.method}, {say(self.survey.asked_on)}{where}"


def heard(survey: Survey, policy: Policy, site: str) -> Heard:
    """A survey question as it reads under a policy, for the prison of that code."""
    rating = None if survey.base < policy.least_base else reads_as(survey.share, policy)
    return Heard(survey, rating, survey.site_code == site)


def reads_as(share: int, policy: Policy) -> Rating:
    """What a share of families, in whole per cent, says of a commitment."""
    if share >= policy.voice_kept:
        return Rating.FULLY
    return Rating.PARTLY if share >= policy.voice_partly else Rating.NOT_MET


def on(surveys: Iterable[Survey], commitment: str, policy: Policy, site: str) -> list[Heard]:
    """What families said of one commitment: at the prison, then in the whole region."""
    asked = [one for one in surveys if one.commitment == commitment]
    found = [heard(one, policy, site) for one in asked if one.site_code in ("", site)]
    return sorted(found, key=lambda one: not one.here)


def part_ways(own: Rating | None, said: Heard) -> bool:
    """Whether a provider's own rating and its families are two steps apart."""
    if own not in _STEPS or said.rating is None or not said.here:
        return False
    return abs(_STEPS[own] - _STEPS[said.rating]) >= PARTED


def suggestion(own: Rating | None, voices: Iterable[Heard]) -> str:
    """What to ask about, in a sentence, where some of these part ways with the rating; or empty."""
    for said in voices:
        if part_ways(own, said):
            claim = "met in full" if own is Rating.FULLY else "not met"
            return (
                f"The provider says that this is {claim}, and {said.survey.share} per cent of "
                f"{said.survey.base} people answered “{said.survey.question}” with yes. Consider "
                "asking how the two fit together."
            )
    return ""
