"""What passed between provider and commissioner about one return, each turn in its order."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from textwrap import shorten

from sqlmodel import Session

from charter.answers import Answer, ReturnDocument
from charter.commitments import CharterFile
from charter.disputes import answer_by, decide_by
from charter.faithful import RIGHT_OF_REPLY
from charter.folding import after
from charter.policy import Dates, Policy
from charter.quarters import Calendar, london_date, say
from charter.returns import Life
from charter.review import Disputed, DisputeDecided, Judged
from charter.steps import (
    Challenged,
    Confirmed,
    Happened,
    RatingChanged,
    Replied,
    Signed,
)
from charter.words import RATING_WORDS
from providers import documents

Turning = Challenged | RatingChanged | Disputed | DisputeDecided | Confirmed | Replied | Judged
NameOf = Callable[[str], str]
"""How the reader of a page is told who acted: from `person:7` to a name or an organisation."""


@dataclass(frozen=True)
class Part:
    """One part of an answer that reads otherwise after a question than before."""

    what: str
    before: str
    after: str


@dataclass(frozen=True)
class Turn:
    """One turn: who did what, in which words, and the clock that still runs from it.

    `parts` are what an answer to a question changed, by the commitment's name.
    """

    at: datetime
    who: str
    what: str
    words: str = ""
    clock: str = ""
    late: bool = False
    parts: tuple[tuple[str, tuple[Part, ...]], ...] = ()


@dataclass(frozen=True)
class Reading:
    """What turns are told by: the rules, the days, the texts by SHA-256, and how people are named.

    `whole` is False for whoever sees what families will see, and no evidence. `asked` are the
    words of the requests that were replied to, by id.
    """

    charter: CharterFile
    policy: Policy
    dates: Dates
    calendar: Calendar
    today: date
    name: NameOf
    texts: Mapping[str, str]
    whole: bool = True
    asked: Mapping[str, str] = field(default_factory=dict)

    def replied(self, about: str) -> str:
        """The reply that a mark is about; all of them, where it names none."""
        if about == RIGHT_OF_REPLY:
            return "right of reply"
        words = shorten(self.asked.get(about, ""), 90, placeholder="…")
        return f"reply to “{words}”" if words else "reply to a request" if about else "replies"

    def short(self, commitment: str) -> str:
        """A commitment as pages quote it."""
        known = commitment in self.charter.ids
        return f"“{self.charter.find(commitment).short if known else commitment}”"


def texts_of(session: Session, history: Iterable[Happened]) -> dict[str, str]:
    """Every text of a return that was signed, if it was signed more than once; in one query."""
    signed = signings(history)
    return documents.fetch(session, signed) if len(signed) > 1 else {}


def signings(history: Iterable[Happened]) -> list[str]:
    """The SHA-256 of each text that was signed, oldest first."""
    return [one.step.document for one in history if isinstance(one.step, Signed)]


def turns(history: Sequence[Happened], reading: Reading) -> list[Turn]:
    """The exchange, oldest turn first; what was signed unasked is no turn of it."""
    return list(_turns(history, reading))


def _turns(history: Sequence[Happened], reading: Reading) -> Iterator[Turn]:
    now, life = _folded(history), Life()
    for number, happening in enumerate(history):
        before, life = life, after(life, happening)
        step = happening.step
        if isinstance(step, Signed) and before.questions:
            yield Turn(
                happening.at,
                reading.name(happening.by),
                f"Answered about {_listed(before.questions, reading)} and signed again",
                parts=_changed(before, step.document, reading),
            )
        elif isinstance(step, Turning):
            clock, late = _clock(step, happening, history[number + 1 :], now, reading)
            what, words = _said(step, reading, before)
            yield Turn(happening.at, reading.name(happening.by), what, words, clock, late)


def _listed(commitments: Iterable[str], reading: Reading) -> str:
    return ", ".join(map(reading.short, commitments))


def _folded(history: Iterable[Happened]) -> Life:
    life = Life()
    for happening in history:
        life = after(life, happening)
    return life


def _said(step: Turning, reading: Reading, before: Life) -> tuple[str, str]:
    """What was done, and in which words."""
    match step:
        case Challenged(commitment=commitment, question=question):
            return f"Asked about {reading.short(commitment)}", question
        case RatingChanged(commitment=commitment, rating=rating, reason=reason):
            to = RATING_WORDS[rating].console.lower()
            return f"Changed the rating of {reading.short(commitment)} to {to}", reason
        case Disputed(commitment=commitment, reason=reason):
            return f"Disputed the changed rating of {reading.short(commitment)}", reason
        case DisputeDecided(commitment=commitment, upheld=upheld, reason=reason):
            stands = "changed rating" if upheld else "provider’s own rating"
            about = reading.short(commitment)
            return f"Decided the dispute about {about}: the {stands} stands", reason
        case Confirmed():
            return "Confirmed the return", ""
        case Replied(words=words):
            return "Changed the reply" if before.reply else "Replied", words
        case Judged(faithful=faithful, reason=reason, about=about):
            found = "faithful" if faithful else "not faithful"
            return f"Found the {reading.replied(about)} {found} to what families said", reason


def _clock(
    step: Turning,
    happening: Happened,
    later: Sequence[Happened],
    now: Life,
    reading: Reading,
) -> tuple[str, bool]:
    """How long this has been waited for, and by when; nothing once it is answered."""
    on = london_date(happening.at)
    if isinstance(step, Challenged) and now.questions.get(step.commitment) == step.question:
        if any(isinstance(one.step, Signed) for one in later):
            return "", False
        by = answer_by(on, reading.dates, reading.policy, reading.calendar)
        counts = f"An answer by {say(by)} counts in this quarter’s check." if by else ""
        return f"Open for {_days(on, reading.today)}. {counts}".strip(), bool(
            by and reading.today > by
        )
    if isinstance(step, Disputed) and step.commitment in now.open_disputes:
        by = decide_by(on, reading.policy, reading.calendar)
        if by is None:
            return f"Open for {_days(on, reading.today)}.", False
        late = reading.today > by
        due = f"It was to be decided by {say(by)}." if late else f"To be decided by {say(by)}."
        return f"Open for {_days(on, reading.today)}. {due}", late
    return "", False


def _days(since: date, today: date) -> str:
    days = max(0, (today - since).days)
    return "less than a day" if not days else "1 day" if days == 1 else f"{days} days"


def _changed(
    before: Life, document: str, reading: Reading
) -> tuple[tuple[str, tuple[Part, ...]], ...]:
    """What each answer that was asked about said before, and says now."""
    texts = [reading.texts.get(sha, "") for sha in (before.document, document)]
    if not all(texts):
        return ()
    was, now = (ReturnDocument.model_validate_json(text) for text in texts)
    return tuple(
        (reading.short(commitment), tuple(_parts(was, now, commitment, reading.whole)))
        for commitment in before.questions
    )


def _parts(
    was: ReturnDocument, now: ReturnDocument, commitment: str, whole: bool
) -> Iterator[Part]:
    blank = Answer(commitment=commitment)
    told = (_told(doc.find(commitment) or blank, whole) for doc in (was, now))
    before, later = told
    for what in before:
        if before[what] != later[what]:
            yield Part(what, before[what] or "Nothing", later[what] or "Nothing")


def _told(answer: Answer, whole: bool) -> dict[str, str]:
    """The parts of an answer by what they are called."""
    found = {
        "Rating": RATING_WORDS[answer.rating].console if answer.rating else "",
        "What families will read": answer.public_statement,
    }
    if not whole:
        return found
    shown = [f"{piece.title} ({say(piece.dated)})" for piece in answer.evidence]
    more = {"Why": answer.reason, "What was done": answer.narrative, "Evidence": "\n".join(shown)}
    return found | more
