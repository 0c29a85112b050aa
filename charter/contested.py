"""What was contested of an answer, in public words: a question, or a dispute with its decision."""

from charter.facts import ended
from charter.quarters import london_date
from charter.reading import Reader
from charter.said import Said
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
        said.append(
            Said(
                "{commissioner} had changed this to “{rating}”. Its reason: {why}",
                commissioner=view.commissioner,
                rating=Said(RATING_WORDS[dispute.over.rating].public),
                why=shown(dispute.over.reason, "the change"),
            )
        )
    why = shown(dispute.reason, "the dispute")
    said.append(Said("{who} disputed the change. Its reason: {why}", who=view.who, why=why))
    if dispute.decided_at is None:
        return Said.together(*said, Said("Nobody has decided on this yet."))
    stands = Said("the change stands")
    if not dispute.upheld:
        stands = Said("the provider’s own rating stands")
    said.append(
        Said(
            "Someone from outside the region decided on {day}: {stands}. The reason: {why}",
            day=london_date(dispute.decided_at),
            stands=stands,
            why=shown(dispute.why, "the decision"),
        )
    )
    return Said.together(*said)


def asked_again(view: ReturnView) -> str:
    """That the commissioner asked more about an answer, and nothing new has come."""
    return Said(
        "{commissioner} has asked more about this answer. No new answer has come yet.",
        commissioner=view.commissioner,
    )


def why_changed(view: ReturnView, commitment: str) -> str:
    """The commissioner's reason for the change of a rating; empty where it stands unchanged."""
    change = view.life.changes.get(commitment)
    return change.reason if change else ""
