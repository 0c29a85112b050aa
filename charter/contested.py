"""A changed rating that was disputed, in public words: both sides' reasons and the decision."""

from charter.facts import ended
from charter.quarters import london_date, say
from charter.reading import Reader
from charter.views import ReturnView
from charter.words import RATING_WORDS


def disputed(view: ReturnView, commitment: str, reader: Reader) -> str:
    """What is said beside the answer; empty where nobody disputed a change of its rating."""
    dispute = view.life.disputes.get(commitment)
    if dispute is None:
        return ""

    def shown(text: str, what: str) -> str:
        return reader.shown(ended(text), f"{what} about {commitment}", view.source)

    said = []
    if dispute.upheld is False and dispute.over:
        was = RATING_WORDS[dispute.over.rating].public
        why = shown(dispute.over.reason, "the change")
        said.append(f"{view.commissioner} had changed this to “{was}”. Its reason: {why}")
    said.append(
        f"{view.who} disputed the change. Its reason: {shown(dispute.reason, 'the dispute')}"
    )
    if dispute.decided_at is None:
        return " ".join([*said, "Nobody has decided on this yet."])
    stands = "the change stands" if dispute.upheld else "the provider’s own rating stands"
    day, why = say(london_date(dispute.decided_at)), shown(dispute.why, "the decision")
    said.append(f"Someone from outside the region decided on {day}: {stands}. The reason: {why}")
    return " ".join(said)
