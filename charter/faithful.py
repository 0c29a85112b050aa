"""Which of a provider's replies a partner found faithful, or not; silence is neither."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from charter.document import RequestReply, ReturnDocument
from charter.ledger import canonical, digest
from charter.returns import Life
from charter.review import Judged

RIGHT_OF_REPLY = "right_of_reply"
"""What a mark is about when it is of the provider's right of reply; no request has this id."""


def fingerprint(reply: RequestReply) -> str:
    """What a mark of a reply stands for; another answer, or other words, need a mark of their own.

    A SHA-256 in hexadecimal.
    """
    return digest(canonical([reply.answer, reply.words]))


def mark_of(life: Life, reply: RequestReply) -> Judged | None:
    """How the reply of a return to a request is marked; None while that is not checked.

    A mark of a reply that was signed otherwise since is none. An older mark, of the whole return,
    holds for each reply that has had none of its own.
    """
    mark = life.marks.get(reply.request)
    if mark is None:
        return life.judged
    return mark if mark.reply == fingerprint(reply) else None


def mark_of_reply(life: Life) -> Judged | None:
    """How the right of reply is marked; None while that is not checked, or there is none."""
    mark = life.marks.get(RIGHT_OF_REPLY)
    return mark if mark and life.reply and mark.reply == digest(life.reply) else None


@dataclass(frozen=True)
class Marking:
    """One reply that can be marked, and how it is marked now.

    `about` is the request's id, or RIGHT_OF_REPLY, which has no `answer`. `was_marked` says that
    it was marked when it read otherwise.
    """

    about: str
    answer: str | None
    words: str
    seal: str
    mark: Judged | None
    was_marked: bool


def markings(life: Life, document: ReturnDocument | None) -> tuple[Marking, ...]:
    """Every reply of a return, in its own order, the right of reply last."""
    found = []
    for reply in _given(document):
        mark = mark_of(life, reply)
        stale = mark is None and reply.request in life.marks
        seal = fingerprint(reply)
        found.append(Marking(reply.request, reply.answer, reply.words, seal, mark, stale))
    if life.reply:
        mark = mark_of_reply(life)
        stale = mark is None and RIGHT_OF_REPLY in life.marks
        found.append(Marking(RIGHT_OF_REPLY, None, life.reply, digest(life.reply), mark, stale))
    return tuple(found)


def _given(document: ReturnDocument | None) -> tuple[RequestReply, ...]:
    return tuple(reply for reply in (document.replies if document else ()) if reply.answer)


def reasons(life: Life, document: str) -> Iterable[str]:
    """The partner's words that stand on a return's page; `document` is its signed text as JSON."""
    replies = _answered(document) if life.marks or life.judged else ()
    found = [mark_of_reply(life), *(mark_of(life, reply) for reply in replies)]
    return dict.fromkeys(mark.reason for mark in found if mark)


@lru_cache(maxsize=4096)  # a signed text never changes
def _answered(text: str) -> tuple[RequestReply, ...]:
    return _given(ReturnDocument.model_validate_json(text)) if text else ()
