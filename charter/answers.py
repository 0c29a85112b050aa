"""A return from outside: read from plain data, begun from last quarter's, compared with another."""

from typing import Any

from pydantic import ValidationError

from charter.checking import check
from charter.commitments import CharterFile
from charter.document import (
    ActionLine,
    Answer,
    BroughtForward,
    Evidence,
    MeasureAnswer,
    PersonNamed,
    RequestReply,
    ReturnDocument,
    SpotlightAnswer,
)
from charter.measures import spotlight_of
from charter.plainly import Problem, faults, strictly
from charter.quarters import Quarter

__all__ = [
    "ActionLine",
    "Answer",
    "BroughtForward",
    "Evidence",
    "MeasureAnswer",
    "PersonNamed",
    "Problem",
    "RequestReply",
    "ReturnDocument",
    "SpotlightAnswer",
    "carried_forward",
    "changed",
    "check",
    "parse",
    "ready_to_fill",
]

_KEYS = {"answers": "commitment", "actions": "id", "replies": "request", "measures": "measure"}


def parse(data: object) -> tuple[ReturnDocument | None, list[Problem]]:
    """The document in plain data (as from JSON; dates may be dates), or what is wrong with it.

    Places are named as people know them: `answers[W3].rating`; where an item has no name of its
    own, by its number in the list, counted from 1.
    """
    try:
        return strictly(ReturnDocument, data), []
    except ValidationError as error:
        return None, [Problem(_where(path, data), what) for path, what in faults(error)]
    except ValueError as error:
        return None, [Problem("", str(error))]


def _where(path: tuple[int | str, ...], data: object) -> str:
    """A path of names and positions as one name, each list item called by what it is about."""
    said = ""
    for step in path:
        if isinstance(step, str):
            said = f"{said}.{step}" if said else step
            data = data.get(step) if isinstance(data, dict) else None
        else:
            data = data[step] if isinstance(data, list | tuple) else None
            name = data.get(_KEYS.get(said, "")) if isinstance(data, dict) else None
            said += f"[{name if isinstance(name, str) and name else step + 1}]"
    return said


def carried_forward(
    previous: ReturnDocument | None,
    charter: CharterFile,
    quarter: Quarter,
    provider: str,
    site: str,
    owed: BroughtForward,
    earlier: CharterFile | None = None,
) -> ReturnDocument:
    """The document ready to fill in: all that is asked, open actions, requests that wait.

    Last quarter's answers come along marked unconfirmed; from another version of the Charter,
    `earlier`, only those to a commitment of the very same text. Figures are counted anew each
    quarter, and an action's old reason stays behind: a new slip needs its own.
    """
    kept = _same_text(previous, charter, earlier)
    group = spotlight_of(charter, quarter)
    answers = []
    for commitment in charter.ids:
        before = previous.find(commitment) if previous and commitment in kept else None
        if before is not None and before.says_something:
            answers.append(before.model_copy(update={"confirmed": False, "copied_from": ""}))
        else:
            answers.append(Answer(commitment=commitment))
    return ReturnDocument(
        charter_version=charter.version,
        quarter=str(quarter),
        provider=provider,
        site=site,
        answers=tuple(answers),
        actions=tuple(line.model_copy(update={"reason": ""}) for line in owed.actions),
        replies=tuple(RequestReply(request=request) for request in owed.requests),
        measures=tuple(MeasureAnswer(measure=measure.id) for _, measure in charter.measures),
        spotlight=SpotlightAnswer(group=group) if group else None,
    )


def ready_to_fill(document: ReturnDocument, charter: CharterFile) -> dict[str, Any]:
    """A return as plain data for JSON, with null at each part of a count that is still to give."""
    data = document.model_dump(mode="json")
    parts = {measure.id: [part.id for part in measure.parts] for _, measure in charter.measures}
    for given in data.get("measures", []):
        blank = dict.fromkeys(parts.get(given["measure"], []))
        given["parts"] = blank | given["parts"]
    return data


def _same_text(
    previous: ReturnDocument | None, charter: CharterFile, earlier: CharterFile | None
) -> tuple[str, ...]:
    """The commitments that were put in the same words when the previous return answered them."""
    if previous is None or previous.charter_version == charter.version:
        return charter.ids
    if earlier is None or previous.charter_version != earlier.version:
        return ()
    texts = {one.id: one.text for one in earlier.commitments}
    return tuple(one.id for one in charter.commitments if texts.get(one.id) == one.text)


def changed(doc: ReturnDocument, previous: ReturnDocument | None) -> tuple[str, ...]:
    """The commitments whose answer says something else than before, confirmed or not."""
    before = {answer.commitment: answer for answer in previous.answers} if previous else {}
    return tuple(
        answer.commitment
        for answer in doc.answers
        if _said(answer) != _said(before.get(answer.commitment, Answer(commitment="")))
    )


def _said(answer: Answer) -> Answer:
    return answer.model_copy(update={"commitment": "", "confirmed": True})
