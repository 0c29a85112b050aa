"""A return's words laid out for reading: on the check page, to the signer, and in the record."""

from dataclasses import dataclass

from sqlmodel import Session

from charter.answers import Answer, ReturnDocument
from charter.commitments import Commitment
from charter.words import RATING_WORDS, REPLY_WORDS, Word
from portal.provider.preview import advice_on
from portal.provider.rooms import Room
from providers import actions, returns


@dataclass(frozen=True)
class AnswerShown:
    """One commitment with what is answered to it; no `rating` where nothing is chosen.

    `advice` is on the words that are published: whoever fills it in may take it or leave it.
    """

    commitment: Commitment
    answer: Answer
    rating: Word | None
    changed_to: Word | None
    changed_because: str
    advice: tuple[str, ...]


@dataclass(frozen=True)
class ReplyShown:
    """What families asked, and what this return answers."""

    id: str
    asked: str
    source: str
    word: Word
    words: str


def answers_shown(room: Room, document: ReturnDocument) -> list[AnswerShown]:
    """The answers in the Charter's order, each with the commissioner's change if there is one."""
    shown = []
    for commitment in room.charter.commitments:
        answer = document.find(commitment.id) or Answer(commitment=commitment.id)
        change = room.life.changes.get(commitment.id)
        shown.append(
            AnswerShown(
                commitment=commitment,
                answer=answer,
                rating=RATING_WORDS[answer.rating] if answer.rating else None,
                changed_to=RATING_WORDS[change.rating] if change else None,
                changed_because=change.reason if change else "",
                advice=advice_on(room.ref, answer),
            )
        )
    return shown


def replies_shown(session: Session, room: Room, document: ReturnDocument) -> list[ReplyShown]:
    """The requests this return answers, in the order families made them."""
    given = {reply.request: reply for reply in document.replies}
    return [
        ReplyShown(
            id=asked.id,
            asked=asked.text,
            source=asked.source,
            word=REPLY_WORDS[given[asked.id].answer],
            words=given[asked.id].words,
        )
        for asked in returns.requests_for(session, room.ref)
        if asked.id in given
    ]


def cited_in(session: Session, document: ReturnDocument) -> dict[str, str]:
    """The good practices that a return's actions take up, by id, as `title, prison`."""
    cited = {line.practice for line in document.actions if line.practice}
    return actions.practices_named(session, cited) if cited else {}
