"""What a preparer looks at again before handing over: what may name a patient, and what is thin."""

from collections.abc import Iterator
from dataclasses import dataclass

from charter.answers import Answer, ReturnDocument
from charter.commitments import Commitment
from charter.freshness import age
from charter.holding import Held, held
from charter.ledger import digest
from charter.steps import Rating
from portal.forms import Faults, Form
from portal.provider.rooms import Room

PARTS = {
    "reason": "why it was not fully met",
    "public_statement": "what families will read",
    "narrative": "what you did",
    "title": "what the evidence is",
    "link": "the link to the evidence",
    "file": "the name of the file",
}
"""An answer's fields in words."""
PLACES = {
    "nil_reason": ("Why the service did not run", "not-running"),
    "measures": ("Measures", "measures"),
    "spotlight": ("Spotlight on inequalities", "spotlight"),
    "actions": ("Actions", "actions"),
    "replies": ("Replies to families", "replies"),
}
"""The other parts of a return in words, and where each is changed."""


@dataclass(frozen=True)
class Hold:
    """Something that may name a patient; its own tick, by `name`, says that it does not."""

    name: str
    place: str
    path: str
    kind: str
    excerpt: str
    ticked: bool = False

    @property
    def label(self) -> str:
        """What the tick says."""
        return f"“{self.excerpt}” is not about a patient or a relative"

    @property
    def likeness(self) -> str:
        """What it looks like, with its article."""
        return f"an {self.kind}" if self.kind.startswith("NHS") else f"a {self.kind}"


@dataclass(frozen=True)
class Caution:
    """A sentence to think about before handing over, and where it can be mended."""

    place: str
    words: str
    path: str


def holds(room: Room, document: ReturnDocument, form: Form | None = None) -> list[Hold]:
    """All that a human has to look at; `form` says what has been ticked.

    A tick belongs to the very words it was put to: another number has to be looked at again.
    """
    return [_hold(room, one, form) for one in held(document)]


def unlooked_at(found: list[Hold], faults: Faults) -> None:
    """Add a fault for each thing that was neither mended nor ticked."""
    for one in found:
        if not one.ticked:
            faults.add(
                one.name,
                f"{one.place}: “{one.excerpt}” looks like {one.likeness}; take it out, "
                "or tick that it is not about a patient",
            )


def _hold(room: Room, one: Held, form: Form | None) -> Hold:
    name = f"hold-{digest('|'.join((one.where, one.kind, one.excerpt)))[:12]}"
    place, path = _place(room, one.where)
    ticked = form is not None and form.has(name)
    return Hold(name, place, path, one.kind, one.excerpt, ticked)


def _place(room: Room, where: str) -> tuple[str, str]:
    """A place in a document in words, and the page where it is changed; empty while it is shut."""
    part, _, rest = where.partition("[")
    if part == "answers":
        return _place_in_answer(room, *rest.split("].", 1))
    words, page = PLACES[part.partition(".")[0]]
    return words, f"{room.path}/{page}?then=check" if room.whole_is_open else ""


def _place_in_answer(room: Room, commitment: str, where: str) -> tuple[str, str]:
    page, field = f"{room.path}/commitments/{commitment}", where.rpartition(".")[2]
    if where.startswith("evidence["):
        page += f"/evidence/{where.removeprefix('evidence[').partition(']')[0]}"
    elif where == "narrative":
        page += "/account"
    known = commitment in room.charter.ids
    short = room.charter.find(commitment).short if known else commitment
    path = f"{page}?then=check#{field}" if known and room.is_open(commitment) else ""
    return f"{short}, {PARTS[field]}", path


def cautions(room: Room, document: ReturnDocument) -> list[Caution]:
    """What a commissioner would ask about; none of it stands in the way."""
    if document.nil_return:
        return []
    return [
        caution
        for commitment in room.charter.commitments
        if room.is_open(commitment.id)
        for caution in _of_answer(room, commitment, document.find(commitment.id))
    ]


def _of_answer(room: Room, commitment: Commitment, answer: Answer | None) -> Iterator[Caution]:
    if answer is None or answer.rating is None:
        return
    place, here = commitment.short, f"{room.path}/commitments/{commitment.id}"
    newest = max((piece.dated for piece in answer.evidence), default=None)
    if newest is None and answer.rating is Rating.FULLY:
        words = "You say it was fully met, and give no evidence. Your commissioner may ask for it."
        yield Caution(place, words, f"{here}/account?then=check#evidence")
    if newest is not None and answer.rating in (Rating.FULLY, Rating.PARTLY):
        _, note = age(newest, commitment.evidence_months, room.ref.quarter, room.today)
        if note:
            words = f"Its newest evidence is {note}."
            yield Caution(place, words, f"{here}/account?then=check#evidence")
