"""What only a few families asked for, told for a whole region: it never says at which prison."""

import re
from collections.abc import Iterable

from charter.alarm import words_in
from charter.beside import Beside, FewReplyView
from charter.families import FewReply, FewRow
from charter.parts import Source, Tag
from charter.reading import Reader
from charter.said import Said
from charter.views import ReturnView
from charter.vocabulary import INSTITUTIONS, STARTERS
from charter.words import FAITHFUL_WORDS, REPLY_WORDS

FEWEST_PRISONS = 3
"""Prisons of a region whose updates are out, below which nothing of this is told: too few to hide
among."""
WOULD_TELL = Said("These words are not shown here, because they would tell which prison it is.")


def few_rows(view: ReturnView, beside: Beside, reader: Reader) -> tuple[FewRow, ...]:
    """What few families asked for, on the commissioner's page of a region; nothing elsewhere.

    Each stands under a key that names no prison, and in the order of these keys.
    """
    if not view.site.is_region:
        return ()
    rows = []
    for one in sorted(beside.by_region, key=lambda one: one.key):
        source = Source(return_id=view.return_id, record=f"few:{one.key}")

        def shown(text: str, what: str, source: Source = source) -> str:
            if tells_where(text, beside.places):
                return WOULD_TELL
            return reader.shown(text, what, source)

        rows.append(
            FewRow(
                source=source,
                commitment=one.commitment,
                asked=shown(one.text, "what few families asked for"),
                heard=one.heard.in_words,
                passed_on=one.passed_on,
                recommendation=one.recommendation,
                replies=tuple(
                    FewReply(
                        answer=reply.answer,
                        tag=Tag.of(REPLY_WORDS[reply.answer]),
                        words=shown(reply.words, "the reply to what few families asked for"),
                        faithful=Tag.of(FAITHFUL_WORDS[reply.faithful]),
                        faithful_words=shown(
                            reply.faithful_words, "what the listening partner says of that reply"
                        ),
                    )
                    for reply in sorted(one.replies, key=_by_words)
                ),
            )
        )
    return tuple(rows)


def _by_words(reply: FewReplyView) -> tuple[str, str]:
    return reply.words, reply.answer


def tells_where(text: str, places: Iterable[str]) -> bool:
    """Whether a text has the name of a prison or of a provider in it, whole or a word of it.

    A word of a name counts where it has its capital, and is none that any reply may write so.
    """
    said, here = " ".join(text.casefold().split()), words_in(re.sub(r"[^\w’'\-]", " ", text))
    for name in places:
        if _plain(name) in said or not here.isdisjoint(words_in(name) - INSTITUTIONS - STARTERS):
            return True
    return False


def _plain(name: str) -> str:
    """A prison's name as people say it, without what all of them begin with."""
    return " ".join(re.sub(r"^(?:HMP|HMYOI|YOI|IRC|/|\s)+", "", name).casefold().split())
