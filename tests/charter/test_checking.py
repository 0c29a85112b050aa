"""Each rule of a return, both ways: what it refuses, with the mend, and what it takes."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pytest

from charter.answers import (
    BroughtForward,
    RequestReply,
    check,
)
from charter.steps import Rating
from tests.support.promises import (
    KEPT,
    PROMISED,
    REPLY,
    THREE,
    action,
    new,
    problems,
    second,
    whole,
)
from tests.support.rules import CHARTER, Q2, answer, charter_of, document, evidence


@dataclass
class Case:
    """A change to a whole return; `where` is empty for one that nothing stands against."""

    why: str
    change: dict[str, Any]
    where: str = ""
    what: str = ""
    of_drafts_too: bool = False
    named: str = field(init=False)

    def __post_init__(self) -> None:
        self.named = f"{self.why} {'refused' if self.where else 'taken'}"


CASES = [
    Case("a whole return", {}),
    Case("another quarter", {"quarter": "2026-27-Q1"}, "quarter", "but 2026-27-Q2 is", True),
    Case("another Charter", {"charter_version": "x"}, "charter_version", "template", True),
    Case(
        "an unknown commitment",
        {"answers": (*document(THREE).answers, answer("W9"))},
        "answers[W9]",
        "it has C1, C2, C3",
        True,
    ),
    Case(
        "a commitment twice",
        {"answers": (*document(THREE).answers, answer("C1"))},
        "answers[C1]",
        "more than once",
        True,
    ),
    Case(
        "a missing answer",
        {"answers": (answer("C1"), answer("C3"))},
        "answers[C2].rating",
        "choose",
    ),
    Case("no rating", second(rating=None), "answers[C2].rating", "choose a rating"),
    Case("fully met without a reason", second(rating=Rating.FULLY, reason="")),
    Case("partly met with a reason", second(rating=Rating.PARTLY)),
    Case(
        "partly met without one",
        second(rating=Rating.PARTLY, reason=" \n"),
        "answers[C2].reason",
        "why",
    ),
    Case("not met with a reason", second(rating=Rating.NOT_MET)),
    Case(
        "not met without one", second(rating=Rating.NOT_MET, reason=""), "answers[C2].reason", "why"
    ),
    Case("not applicable with a reason", second(rating=Rating.NOT_APPLICABLE)),
    Case(
        "not applicable without one",
        second(rating=Rating.NOT_APPLICABLE, reason=""),
        "answers[C2].reason",
        "does not apply",
    ),
    Case(
        "an answer not yet confirmed", second(confirmed=False), "answers[C2].confirmed", "confirm"
    ),
    Case(
        "nothing for families",
        second(public_statement=""),
        "answers[C2].public_statement",
        "families",
    ),
    Case("evidence", second(evidence=(evidence(date(2026, 9, 1)),))),
    Case(
        "evidence of nothing",
        second(evidence=({"title": "", "dated": "2026-09-01"},)),
        "answers[C2].evidence[1].title",
        "say what",
    ),
    Case("a promise passed over", {"actions": ()}, f"actions[{PROMISED.id}]", "what became of"),
    Case(
        "an action still open past its day",
        action(reason="No engineer."),
        f"actions[{PROMISED.id}].due",
        "30 September 2026 has passed and this is still open; give a date after 30 September",
    ),
    Case(
        "an action moved to a day that has passed",
        action(due=date(2026, 9, 1), reason="No engineer."),
        f"actions[{PROMISED.id}].due",
        "30 September 2026 has passed",
    ),
    Case(
        "a new action for a day that has passed",
        new(due=date(2026, 9, 30)),
        "actions[2].due",
        "30 September 2026 has passed",
    ),
    Case(
        "an action that changes a service unasked",
        new(changes_service=True),
        "actions[2].consulted",
        "who was consulted",
    ),
    Case(
        "an action that changes a service after asking",
        new(changes_service=True, consulted="The family forum; it opens on Sundays now."),
    ),
    Case(
        "a change to a service that is not made",
        new(changes_service=True, status="not_doing", reason="No money."),
    ),
    Case(
        "consulting about no change",
        new(consulted="The family forum."),
        "actions[2].changes_service",
        "changes a service, or take out",
    ),
    Case("a slip with a reason", action(due=date(2026, 12, 1), reason="No engineer.")),
    Case(
        "a slip without one",
        action(due=date(2026, 12, 1)),
        f"actions[{PROMISED.id}].reason",
        "promised for 30 September 2026; say why",
    ),
    Case("a promise given up with a reason", action(status="not_doing", reason="No line.")),
    Case(
        "a promise given up without one",
        action(status="not_doing"),
        f"actions[{PROMISED.id}].reason",
        "not being done",
    ),
    Case("a promise done after its day", action(status="done", due=date(2026, 12, 1))),
    Case(
        "a promise put in other words",
        action(title="Think of a telephone", status="done"),
        f"actions[{PROMISED.id}].title",
        "put that back",
        True,
    ),
    Case(
        "a promise moved to another commitment",
        action(commitment="C1", status="done"),
        f"actions[{PROMISED.id}].title",
        "under C2",
        True,
    ),
    Case("a promise with another owner", action(owner="Deputy head", status="done")),
    Case("a new promise", new()),
    Case("a new promise numbered by this return", new(id="avon-avb-2026-27-q2-1")),
    Case(
        "somebody else's promise",
        new(id="brook-brb-2026-27-q1-1"),
        "actions[brook-brb",
        "no open",
        True,
    ),
    Case(
        "a number like ours", new(id="avon-avb-2026-27-q2-1x"), "actions[avon-avb", "no open", True
    ),
    Case(
        "a promise twice",
        {"actions": (KEPT, KEPT)},
        f"actions[{PROMISED.id}]",
        "more than once",
        True,
    ),
    Case(
        "a promise to no commitment", new(commitment="C9"), "actions[2].commitment", "C1, C2", True
    ),
    Case("a promise with no title", new(title=""), "actions[2].title", "what will be done"),
    Case("a promise with no owner", new(owner=""), "actions[2].owner", "whose job it is"),
    Case(
        "a new promise given up at once", new(status="not_doing"), "actions[2].reason", "not being"
    ),
    Case("a request passed over", {"replies": ()}, "replies[R7].answer", "accepted, partly or"),
    Case(
        "a request left open",
        {"replies": (RequestReply(request="R7"),)},
        "replies[R7].answer",
        "answer",
    ),
    Case(
        "a request taken in part",
        {"replies": ({**REPLY.model_dump(), "answer": "partly", "words": "W"},)},
    ),
    Case(
        "a request declined without a word",
        {"replies": (RequestReply(request="R7", answer="declined"),)},
        "replies[R7].words",
        "reason",
    ),
    Case(
        "somebody else's request",
        {"replies": (REPLY, RequestReply(request="R8", answer="accepted"))},
        "replies[R8]",
        "take it out",
        True,
    ),
    Case("a request twice", {"replies": (REPLY, REPLY)}, "replies[R7]", "more than once", True),
    Case("nil with a reason", {"answers": (), "nil_return": True, "nil_reason": "Closed."}),
    Case(
        "nil with blanks",
        {"answers": ({"commitment": "C1"},), "nil_return": True, "nil_reason": "C."},
    ),
    Case("nil without a reason", {"answers": (), "nil_return": True}, "nil_reason", "did not run"),
    Case(
        "nil with an answer",
        {"answers": (answer("C1"),), "nil_return": True, "nil_reason": "Closed."},
        "answers[C1]",
        "has no answers",
    ),
    Case(
        "nil that passes over promises and requests",
        {"answers": (), "actions": (), "replies": (), "nil_return": True, "nil_reason": "Closed."},
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.named)
def test_the_rules_of_a_return(case):
    doc = whole(**case.change)
    found = problems(doc)
    if not case.where:
        assert found == []
        return
    (problem,) = found
    assert problem.where.startswith(case.where)
    assert case.what in problem.what
    assert str(problem) == f"{problem.where}: {problem.what}"
    assert problems(doc, complete=False) == (found if case.of_drafts_too else [])


def test_every_problem_is_told_at_once():
    doc = document(THREE, quarter="2026-27-Q1", answers=(answer("C1"),))
    assert [p.where for p in problems(doc)] == [
        "quarter",
        "answers[C2].rating",
        "answers[C3].rating",
        f"actions[{PROMISED.id}]",
        "replies[R7].answer",
    ]


def test_the_number_of_commitments_is_the_charter_s():
    for charter in (THREE, charter_of(11), CHARTER):
        assert check(document(charter), charter, Q2, BroughtForward(), complete=True) == []
        short = document(charter).model_copy(update={"answers": document(charter).answers[1:]})
        (missing,) = check(short, charter, Q2, BroughtForward(), complete=True)
        assert missing.where == f"answers[{charter.ids[0]}].rating"
