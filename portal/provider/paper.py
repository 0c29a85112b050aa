"""A whole return laid out once, as headings, names and words, for every copy a reader may keep."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from charter.actions import TAGS
from charter.answers import ActionLine, Answer, Evidence, ReturnDocument
from charter.commitments import Commitment
from charter.measures import figures
from charter.quarters import say
from charter.steps import HandedOver, Happened, Rating, Signed
from charter.words import ACTION_WORDS, RATING_WORDS
from portal.pages import fingerprint, moment
from portal.people import name_of
from portal.provider.rooms import Room
from portal.provider.showing import replies_shown
from providers import documents, lives, returns

NONE = "Not provided"
WHAT_A_FINGERPRINT_IS = (
    "It is worked out from every letter of what was signed (SHA-256): another text has another "
    "fingerprint, so anybody can compare this copy with the record."
)


@dataclass(frozen=True)
class Line:
    """A name and what stands beside it, as paragraphs."""

    name: str
    words: tuple[str, ...]


@dataclass(frozen=True)
class Block:
    """One commitment, promise or reply: its heading, words under it, and its lines."""

    heading: str
    words: tuple[str, ...]
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Part:
    """One part of a return; without blocks its words say why."""

    heading: str
    words: tuple[str, ...]
    blocks: tuple[Block, ...] = ()


@dataclass(frozen=True)
class Paper:
    """A return as it is kept: `draft` says why it is none yet, and is empty once it is signed."""

    title: str
    caption: str
    draft: str
    notices: tuple[str, ...]
    lines: tuple[Line, ...]
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Change:
    """One line that two versions of a return word differently; empty where one has none."""

    name: str
    now: tuple[str, ...]
    then: tuple[str, ...]


@dataclass(frozen=True)
class Difference:
    """One commitment, promise or reply that two versions word differently, line by line."""

    heading: str
    changes: tuple[Change, ...]


@dataclass(frozen=True)
class Kept:
    """What a copy is of: the words signed, else those handed over, else those saved last.

    `handed` and `signed` are the steps that made them so; `stands_at` is when they came to stand.
    """

    document: ReturnDocument
    handed: Happened | None
    signed: Happened | None
    stands_at: datetime


def kept(session: Session, room: Room, now: datetime) -> Kept:
    """The return as a reader may keep it at `now`."""
    life = room.life
    sha = life.document or life.handed_over
    if not sha:
        draft = returns.draft(session, room.ref)
        return Kept(draft.document, None, None, draft.saved_at or life.requested_at or now)
    text = documents.fetch(session, [sha])[sha]
    steps = lives.history(session, room.ref.id)
    handed = next(
        (h for h in reversed(steps) if isinstance(h.step, HandedOver) and h.step.document == sha),
        None,
    )
    signed = next(
        (h for h in reversed(steps) if isinstance(h.step, Signed) and h.step.document == sha), None
    )
    last = signed or handed or steps[-1]
    return Kept(ReturnDocument.model_validate_json(text), handed, signed, last.at)


def laid_out(session: Session, room: Room, found: Kept) -> Paper:
    """The whole of a return, ready to be read on a page or in a PDF."""
    ref, document = room.ref, found.document
    draft = ""
    if found.signed is None:
        draft = "This is not signed yet, and may still change."
    return Paper(
        title="Quarterly return" if found.signed else "Draft of a quarterly return",
        caption=f"{room.name}, {ref.quarter.in_words}",
        draft=draft,
        notices=tuple(_notices(room)),
        lines=tuple(_about(session, room, found)),
        parts=tuple(_parts(session, room, document)),
    )


def differences(
    session: Session, room: Room, now: ReturnDocument, then: ReturnDocument
) -> list[Difference]:
    """Everything in which two versions of one return differ, in the order it is read."""
    here, there = (_flat(_parts(session, room, document)) for document in (now, then))
    found = []
    for key in {**here, **there}:
        was, is_then = here.get(key, {}), there.get(key, {})
        changes = tuple(
            Change(name, was.get(name, ()), is_then.get(name, ()))
            for name in {**was, **is_then}
            if was.get(name) != is_then.get(name)
        )
        if changes:
            found.append(Difference(key[0], changes))
    return found


def _flat(parts: Iterable[Part]) -> dict[tuple[str, int], dict[str, tuple[str, ...]]]:
    """The lines under each heading; headings that come twice are told apart by a number."""
    found: dict[tuple[str, int], dict[str, tuple[str, ...]]] = {}
    seen: Counter[str] = Counter()
    for part in parts:
        if not part.blocks:
            found[part.heading, 0] = {part.heading: part.words}
        for block in part.blocks:
            seen[block.heading] += 1
            lines = {line.name: line.words for line in block.lines}
            found[block.heading, seen[block.heading]] = lines
    return found


def _notices(room: Room) -> Iterator[str]:
    if room.ref.sample:
        yield (
            f"Sample data. The region {room.ref.region_name} is invented: no real prison, provider "
            "or family is described here."
        )
    if room.charter.is_working:
        yield room.charter.notice


def _about(session: Session, room: Room, found: Kept) -> Iterator[Line]:
    """Whose it is, who stands for it and since when, and the fingerprint of what was signed."""
    ref = room.ref
    yield Line("Provider", (ref.party_name,))
    yield Line("Prison", (room.name,))
    yield Line("Region", (ref.region_name,))
    yield Line("Answers", (f"{room.charter.title}, version {room.charter.version}",))
    for name, act, step in (
        ("Prepared by", "handed over", found.handed),
        ("Signed by", "signed", found.signed),
    ):
        if step:
            yield Line(name, (f"{name_of(session, step.by)}, {act} on {moment(step.at)}",))
        else:
            yield Line(name, ("Nobody yet",))
    if found.signed:
        sha = found.document.fingerprint
        yield Line("Fingerprint", (fingerprint(sha), WHAT_A_FINGERPRINT_IS))


def _parts(session: Session, room: Room, document: ReturnDocument) -> Iterator[Part]:
    ran = not document.nil_return
    if document.nil_return:
        words = _paragraphs(document.nil_reason) or (NONE,)
        yield Part("The service did not run this quarter", words)
    answers = tuple(
        _answer(room, commitment, document)
        for commitment in room.charter.commitments
        if ran or _says_something(document, commitment)
    )
    if answers:
        yield Part("The commitments", (), answers)
    if document.spotlight and (ran or document.spotlight.words):
        words = _paragraphs(document.spotlight.words) or (NONE,)
        yield Part(f"Spotlight on inequalities: {document.spotlight.group}", words)
    actions = tuple(_action(room, line) for line in document.actions)
    if ran or actions:
        yield Part("Actions", () if actions else ("No actions.",), actions)
    replies = tuple(_replies(session, room, document))
    if replies:
        yield Part("Replies to families", (), replies)


def _says_something(document: ReturnDocument, commitment: Commitment) -> bool:
    answer = document.find(commitment.id)
    given = {one.measure: one for one in document.measures}
    counted = any(figures(m, given.get(m.id)) for m in commitment.measures)
    return counted or (answer is not None and answer.says_something)


def _answer(room: Room, commitment: Commitment, document: ReturnDocument) -> Block:
    answer = document.find(commitment.id) or Answer(commitment=commitment.id)
    given = {one.measure: one for one in document.measures}
    lines = [Line("Rating", (RATING_WORDS[answer.rating].console if answer.rating else NONE,))]
    if not answer.confirmed:
        here = f"Copied from {answer.copied_from}" if answer.copied_from else "Carried forward"
        lines.append(Line("To confirm", (f"{here}, and not confirmed yet",)))
    lines += _worded("Why", answer.reason)
    lines.append(Line("What families read", _paragraphs(answer.public_statement) or (NONE,)))
    lines += _worded("What you did", answer.narrative)
    if answer.evidence:
        lines.append(Line("Evidence", tuple(map(_evidence, answer.evidence))))
    for measure in commitment.measures:
        shown = tuple(f"{one.name}: {one.value}" for one in figures(measure, given.get(measure.id)))
        if shown or answer.rating is not Rating.NOT_APPLICABLE:
            lines.append(Line(measure.asks, shown or (NONE,)))
    return Block(commitment.short, _paragraphs(commitment.text), tuple(lines))


def _evidence(evidence: Evidence) -> str:
    said = f"{evidence.title}, dated {say(evidence.dated)}"
    if evidence.link:
        said += f": {evidence.link}"
    if evidence.file:
        said += f" (file {evidence.file})"
    return f"{said}, SHA-256 {evidence.sha}" if evidence.sha else said


def _action(room: Room, line: ActionLine) -> Block:
    known = {one.id: one.short for one in room.charter.commitments}
    lines = [
        Line("Status", (ACTION_WORDS[line.status].console,)),
        Line("By", (say(line.due),)),
        Line("Owner", (line.owner or NONE,)),
        Line("For", (known.get(line.commitment, line.commitment),)),
        *_worded("Why", line.reason),
    ]
    if line.changes_service or line.consulted:
        lines.append(Line("Changes a service: who was asked, and what that changed",
                          _paragraphs(line.consulted) or (NONE,)))  # fmt: skip
    if line.practice:
        lines.append(Line("Takes up the good practice", (line.practice,)))
    if line.tags:
        lines.append(Line("Part of", tuple(TAGS[tag] for tag in line.tags)))
    if line.request:
        lines.append(Line("Answers the families’ request", (line.request,)))
    if line.id:
        lines.append(Line("Reference", (line.id,)))
    return Block(line.title or NONE, (), tuple(lines))


def _replies(session: Session, room: Room, document: ReturnDocument) -> Iterator[Block]:
    for reply in replies_shown(session, room, document):
        lines = [Line("Reply", (reply.word.console,)), *_worded("In words", reply.words)]
        if reply.source:
            lines.append(Line("Asked at", (reply.source,)))
        yield Block(reply.asked, (), tuple(lines))


def _worded(name: str, text: str) -> list[Line]:
    return [Line(name, _paragraphs(text))] if text else []


def _paragraphs(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.splitlines() if line.strip())
