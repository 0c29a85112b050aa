"""What in a return may name a patient, found before a human being hands it over."""

from collections.abc import Iterator
from dataclasses import dataclass

from charter.disclosure import Finding, screen
from charter.document import ActionLine, Answer, ReturnDocument
from charter.plainly import Problem


@dataclass(frozen=True)
class Held:
    """Something that may identify a person: `where` as in `answers[W3].narrative`, and the words.

    `kind` is an NHS number, a prison number or a date of birth.
    """

    where: str
    kind: str
    excerpt: str


def held(document: ReturnDocument) -> tuple[Held, ...]:
    """All that a human must look at in a return, in the order it is read, each thing once a place.

    Every text that a person can type is looked at, names of files and links among them.
    """
    return tuple(
        dict.fromkeys(
            Held(where, finding.kind, finding.excerpt)
            for where, text in _texts(document)
            for finding in (screen_name(text) if where.endswith("].file") else screen(text))
        )
    )


def warned(document: ReturnDocument) -> list[Problem]:
    """What a program that hands a return in is told of it: a warning each, and no refusal."""
    return [
        Problem(
            one.where,
            f"“{one.excerpt}” looks like {'an' if one.kind[:3] == 'NHS' else 'a'} {one.kind}; no "
            "family reads this until a person has looked at it",
        )
        for one in held(document)
    ]


def screen_name(name: str) -> list[Finding]:
    """What may identify a person in a file's name, in which underscores stand for spaces."""
    return screen(name.replace("_", "-"))


def _texts(document: ReturnDocument) -> Iterator[tuple[str, str]]:
    yield "nil_reason", document.nil_reason
    for answer in document.answers:
        yield from _answer(f"answers[{answer.commitment}]", answer)
    for measure in document.measures:
        yield f"measures[{measure.measure}].reason", measure.reason
    if document.spotlight:
        yield "spotlight.words", document.spotlight.words
    for number, line in enumerate(document.actions, 1):
        yield from _action(f"actions[{line.id or number}]", line)
    for reply in document.replies:
        yield f"replies[{reply.request}].words", reply.words


def _answer(place: str, answer: Answer) -> Iterator[tuple[str, str]]:
    yield f"{place}.reason", answer.reason
    yield f"{place}.public_statement", answer.public_statement
    yield f"{place}.narrative", answer.narrative
    for number, piece in enumerate(answer.evidence, 1):
        here = f"{place}.evidence[{number}]"
        yield f"{here}.title", piece.title
        yield f"{here}.link", piece.link
        yield f"{here}.file", piece.file


def _action(place: str, line: ActionLine) -> Iterator[tuple[str, str]]:
    yield f"{place}.title", line.title
    yield f"{place}.owner", line.owner
    yield f"{place}.reason", line.reason
    yield f"{place}.consulted", line.consulted
