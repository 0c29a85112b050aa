"""The rules a return must meet before it can be signed, alike for page, file and spreadsheet."""

import re
from collections.abc import Iterable, Iterator
from datetime import date

from charter import measures
from charter.actions import OPEN
from charter.commitments import CharterFile
from charter.document import ActionLine, Answer, BroughtForward, ReturnDocument
from charter.plainly import Problem
from charter.quarters import Quarter, say
from charter.steps import Rating

REASON_OWED = frozenset({Rating.PARTLY, Rating.NOT_MET, Rating.NOT_APPLICABLE})


def check(
    doc: ReturnDocument,
    charter: CharterFile,
    quarter: Quarter,
    owed: BroughtForward,
    *,
    complete: bool,
) -> list[Problem]:
    """All that stands against a return, in the order it is read; empty when nothing does.

    A draft (`complete` false) may have gaps, but must speak of the right things. Whether the
    provider and the people named are the right ones is for the register to say.
    """
    found = [*_heading(doc, charter, quarter), *_strangers(doc, charter, owed)]
    found += measures.strangers(doc, charter, quarter)
    if not complete:
        return found
    if doc.nil_return:
        return [*found, *_nil(doc), *measures.of_no_service(doc)]
    found += [*_answers(doc, charter), *measures.gaps(doc, charter, quarter, owed.measures)]
    return [*found, *_actions(doc, quarter, owed), *_replies(doc, owed)]


def _heading(doc: ReturnDocument, charter: CharterFile, quarter: Quarter) -> Iterator[Problem]:
    if doc.charter_version != charter.version:
        yield Problem(
            "charter_version",
            f"this answers Charter version '{doc.charter_version}', but '{charter.version}' is "
            "asked about; fill in this quarter's template",
        )
    if doc.quarter != str(quarter):
        yield Problem(
            "quarter", f"this is for '{doc.quarter}', but {quarter} is asked for; put that in"
        )


def _strangers(
    doc: ReturnDocument, charter: CharterFile, owed: BroughtForward
) -> Iterator[Problem]:
    """What is named twice, or is none of this return's business."""
    yield from _twice("answers", [answer.commitment for answer in doc.answers])
    yield from _twice("actions", [line.id for line in doc.actions if line.id])
    yield from _twice("replies", [reply.request for reply in doc.replies])
    yield from _twice("measures", [given.measure for given in doc.measures])
    for answer in doc.answers:
        if answer.commitment not in charter.ids:
            yield Problem(f"answers[{answer.commitment}]", _unknown(answer.commitment, charter))
    for place, line in _placed(doc.actions):
        if line.commitment not in charter.ids:
            yield Problem(f"{place}.commitment", _unknown(line.commitment, charter))
        yield from _stranger(place, line, doc, owed)
    for reply in doc.replies:
        if reply.request not in owed.requests:
            yield Problem(
                f"replies[{reply.request}]",
                "no such request waits for this return's reply; take it out",
            )


def _stranger(
    place: str, line: ActionLine, doc: ReturnDocument, owed: BroughtForward
) -> Iterator[Problem]:
    """An action is new, first promised in this very return, or brought forward unaltered."""
    if line.id is None or re.fullmatch(re.escape(doc.action_stem) + r"[1-9]\d{0,3}", line.id):
        return
    before = next((a for a in owed.actions if a.id == line.id), None)
    if before is None:
        yield Problem(
            f"{place}.id", "no open action here has this id; leave the id out for a new action"
        )
    elif (line.title, line.commitment) != (before.title, before.commitment):
        yield Problem(
            f"{place}.title",
            f"this was promised as '{before.title}' under {before.commitment}; put that back, "
            "and promise anything else as a new action",
        )


def _nil(doc: ReturnDocument) -> Iterator[Problem]:
    if not doc.nil_reason:
        yield Problem("nil_reason", "say why the service did not run this quarter")
    for answer in doc.answers:
        if answer.says_something:
            yield Problem(
                f"answers[{answer.commitment}]",
                "a service that did not run has no answers; take them out, or say that it ran",
            )


def _answers(doc: ReturnDocument, charter: CharterFile) -> Iterator[Problem]:
    for commitment in charter.commitments:
        answer = doc.find(commitment.id)
        if answer is None or answer.rating is None:
            yield Problem(f"answers[{commitment.id}].rating", "choose a rating for this commitment")
        else:
            yield from _answer(f"answers[{commitment.id}]", answer)


def _answer(place: str, answer: Answer) -> Iterator[Problem]:
    if not answer.confirmed:
        yield Problem(f"{place}.confirmed", _not_looked_at(answer))
    if answer.rating in REASON_OWED and not answer.reason:
        yield Problem(f"{place}.reason", _why(answer.rating))
    if not answer.public_statement:
        yield Problem(
            f"{place}.public_statement", "say in a sentence or two what families should know"
        )
    for number, evidence in enumerate(answer.evidence, 1):
        if not evidence.title:
            yield Problem(f"{place}.evidence[{number}].title", "say what this evidence is")


def _not_looked_at(answer: Answer) -> str:
    if source := answer.copied_from:
        return f"this was copied from {source}; confirm that it holds here, or change it"
    return "this was carried forward from last quarter; confirm that it still holds, or change it"


def _actions(doc: ReturnDocument, quarter: Quarter, owed: BroughtForward) -> Iterator[Problem]:
    spoken_of = {line.id: line for line in doc.actions}
    for before in owed.actions:
        if before.id not in spoken_of:
            yield Problem(
                f"actions[{before.id}]", f"say what became of '{before.title}', promised earlier"
            )
    promised = {line.id: line.due for line in owed.actions}
    for place, line in _placed(doc.actions):
        if not line.title:
            yield Problem(f"{place}.title", "say in one line what will be done")
        if not line.owner:
            yield Problem(
                f"{place}.owner", "say whose job it is: the owner, by job and not by name"
            )
        if line.status in OPEN:
            yield from _still_open(place, line, quarter, promised.get(line.id))
        elif line.status == "not_doing" and not line.reason:
            yield Problem(f"{place}.reason", "say why this is not being done")
        yield from _of_a_service(place, line)


def _still_open(
    place: str, line: ActionLine, quarter: Quarter, promised: date | None
) -> Iterator[Problem]:
    """An open action's date lies ahead of the quarter; one that slipped says why."""
    was, ends = promised or line.due, quarter.ends
    if line.due <= ends:
        yield Problem(
            f"{place}.due",
            f"{say(was)} has passed and this is still open; give a date after {say(ends)}",
        )
    if promised and not line.reason and (line.due > promised or line.due <= ends):
        yield Problem(
            f"{place}.reason", f"this was promised for {say(promised)}; say why it slipped"
        )


def _of_a_service(place: str, line: ActionLine) -> Iterator[Problem]:
    """A change to what families or patients use is made with them."""
    if line.changes_service and not line.consulted and line.status != "not_doing":
        yield Problem(
            f"{place}.consulted",
            "this changes a service: say who was consulted, and what changed because of it",
        )
    if line.consulted and not line.changes_service:
        yield Problem(
            f"{place}.changes_service",
            "say that this changes a service, or take out who was consulted",
        )


def _replies(doc: ReturnDocument, owed: BroughtForward) -> Iterator[Problem]:
    given = {reply.request: reply for reply in doc.replies}
    for request in owed.requests:
        reply = given.get(request)
        if reply is None or reply.answer is None:
            yield Problem(
                f"replies[{request}].answer", "answer this request: accepted, partly or declined"
            )
        elif reply.answer != "accepted" and not reply.words:
            yield Problem(f"replies[{request}].words", "give families the reason")


def _twice(field: str, names: list[str]) -> Iterator[Problem]:
    for name in dict.fromkeys(names):
        if names.count(name) > 1:
            yield Problem(f"{field}[{name}]", "this is here more than once; keep one")


def _placed(actions: Iterable[ActionLine]) -> Iterator[tuple[str, ActionLine]]:
    for number, line in enumerate(actions, 1):
        yield f"actions[{line.id or number}]", line


def _unknown(commitment: str, charter: CharterFile) -> str:
    known = ", ".join(charter.ids)
    return f"Charter {charter.version} has no commitment '{commitment}'; it has {known}"


def _why(rating: Rating | None) -> str:
    if rating is Rating.NOT_APPLICABLE:
        return "say why this commitment does not apply here"
    return "say why this was not fully met"
