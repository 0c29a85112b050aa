"""Words that would do harm if anything took them for more than words, and a return full of them."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from charter.answers import ActionLine, Evidence, ReturnDocument
from charter.steps import Rating

LINES = {
    "script": "<script>alert(1)</script>",
    "attribute": "\"'><img src=x onerror=alert(1)>",
    "template": "{{7*7}} {% raw %} ${7*7} #{7*7} <%= 7*7 %>",
    "formula": "=1+1",
    "plus": "+1+1",
    "minus": '-HYPERLINK("https://elsewhere.example")',
    "at": "@SUM(1)",
    "tab": "a\t=1+1",
    "path": "../../etc/passwd",
    "long": "w" * 250,
    "direction": "a\u202egnp.exe نص",
    "emoji": "👩‍⚕️🏳️‍🌈",
    "typst": "#eval(1) $x$ *b* @ref `r`",
}
"""Each canary of one line, by its kind."""
WORDS = {
    **LINES,
    "header": "ok\r\nBcc: everybody@elsewhere.example",
    "very long": "w" * 4900,
}
"""Those, and the ones that a field of several lines can hold."""
REFUSED = ("\x00", "before\x00after", "\x1b[31m", "\ud800", "\ufffe")
"""What can neither be stored nor shown."""


def document(blank: ReturnDocument) -> tuple[ReturnDocument, list[str]]:
    """A whole return with every canary in every kind of field, and each text that was put in.

    Each text ends with a number of its own, so that each can be looked for by itself.
    """
    put: list[str] = []

    def texts(kinds: dict[str, str], start: int) -> Iterator[str]:
        all_of = list(kinds.values())
        for turn in range(10_000):
            canary = all_of[(start + turn) % len(all_of)]
            put.append(f"{canary} q{len(put)}q")
            yield put[-1]

    reason, narrative, statement = (texts(WORDS, n) for n in (0, 5, 10))
    title, file, owner, action = (texts(LINES, n) for n in (0, 3, 6, 9))
    why, consulted, words = (texts(WORDS, n) for n in (2, 7, 12))
    counted, looked_at = (texts(WORDS, n) for n in (4, 9))
    answers = []
    for answer in blank.answers:
        many = len(WORDS) // len(blank.answers) + 1
        evidence = tuple(
            Evidence(title=next(title), dated=date(2026, 6, 1), file=next(file))
            for _ in range(many)
        )
        said: dict[str, Any] = {
            "rating": Rating.PARTLY,
            "reason": next(reason),
            "narrative": next(narrative),
            "public_statement": next(statement),
            "evidence": evidence,
            "confirmed": True,
        }
        answers.append(answer.model_copy(update=said))
    actions = tuple(
        ActionLine(
            commitment=blank.answers[number % len(blank.answers)].commitment,
            title=next(action),
            owner=next(owner),
            due=date(2027, 1, 31),
            status="in_progress",
            reason=next(why),
            changes_service=True,
            consulted=next(consulted),
        )
        for number in range(len(WORDS))
    )
    kept_up = {"status": "done"}
    earlier = tuple(line.model_copy(update=kept_up) for line in blank.actions)
    replies = tuple(
        reply.model_copy(update={"answer": "partly", "words": next(words)})
        for reply in blank.replies
    )
    measures = tuple(one.model_copy(update={"reason": next(counted)}) for one in blank.measures)
    spotlight = blank.spotlight and blank.spotlight.model_copy(update={"words": next(looked_at)})
    filled = {
        "answers": tuple(answers),
        "actions": (*earlier, *actions),
        "replies": replies,
        "measures": measures,
        "spotlight": spotlight,
    }
    return ReturnDocument.model_validate(blank.model_copy(update=filled).model_dump()), put
