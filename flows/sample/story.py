"""The life of the invented region Sample, from its first register to its third publication."""

from flows.sample import past, present
from flows.sample.acts import Act, Story


def story() -> list[Act]:
    """Every act in order, each strictly later than the one before; all may be done twice."""
    told = Story()
    past.beginning(told)
    past.first_quarter(told)
    past.second_quarter(told)
    present.before(told)
    present.asking(told)
    present.falling_due(told)
    present.looking(told)
    present.publishing(told)
    return told.acts
