"""Which of a return's own words families will read, and which of them a person looks at first."""

from collections.abc import Collection, Iterable, Iterator
from functools import lru_cache

from charter.alarm import looked_for
from charter.answers import ReturnDocument
from charter.facts import ended
from charter.faithful import reasons
from charter.ledger import digest
from charter.returns import Life
from charter.steps import Rating


def held_texts(
    document: str,
    life: Life,
    also: Iterable[str],
    *,
    names: frozenset[str],
    few: int,
    cleared: Collection[str],
    rated: bool,
    particulars: bool = True,
) -> frozenset[str]:
    """The SHA-256 of each text that would be held on the return's page, were it published now.

    `document` is the signed text as JSON, or empty; `also` are texts of others on the same page,
    as what families asked. Answers are not read where ratings are not shown, as `rated` says;
    `few` and `particulars` are what the policy has held (`charter.alarm.looked_for`).
    Actions of earlier quarters are looked at on the page itself.
    """
    marks = reasons(life, document)
    texts = {*_of_life(life, rated), *(text.strip() for text in (*also, *marks))}
    texts |= set(_of_document(document, _in_force(life), rated)) if document else set()
    close = {"particulars": particulars}
    held = {text for text in texts if text and looked_for(text, names, few, **close)}
    return frozenset(sha for sha in map(digest, held) if sha not in cleared)


def _in_force(life: Life) -> tuple[tuple[str, Rating], ...]:
    return tuple(sorted((c, change.rating) for c, change in life.changes.items()))


@lru_cache(maxsize=4096)  # a signed text never changes, and every list of its region asks for it
def _of_document(
    text: str, changed: tuple[tuple[str, Rating], ...], rated: bool
) -> tuple[str, ...]:
    document, other = ReturnDocument.model_validate_json(text), dict(changed)
    found = [document.nil_reason]
    for answer in document.answers if rated else ():
        if answer.rating is None:
            continue
        found.append(answer.public_statement)
        if other.get(answer.commitment, answer.rating) is not Rating.FULLY:
            found.append(answer.reason)
    found += [reply.words for reply in document.replies if reply.answer]
    for line in document.actions:
        found += [line.title, line.reason]
    return tuple(words.strip() for words in found)


def _of_life(life: Life, rated: bool) -> Iterator[str]:
    said = [life.reply, "" if life.is_received else life.sentence, life.revising]
    said += [change.reason for change in life.changes.values()] if rated else []
    said += [life.extended.public] if life.extended else []
    for dispute in life.disputes.values() if rated else ():
        said += [ended(dispute.reason), ended(dispute.why)] if dispute.reason else []
    return (words.strip() for words in said if words.strip(" ."))
