"""A return to three commitments, with a promise brought forward and a request owed a reply."""

from datetime import date
from typing import Any

from charter.answers import ActionLine, BroughtForward, Problem, RequestReply, ReturnDocument, check
from tests.support.rules import Q2, answer, charter_of, document

THREE = charter_of(3)
PROMISED = ActionLine(
    id="avon-avb-2026-27-q1-1",
    commitment="C2",
    title="Fit a telephone",
    owner="Head of healthcare",
    due=date(2026, 9, 30),
    status="in_progress",
    reason="An old reason",
)
OWED = BroughtForward(actions=(PROMISED,), requests=("R7",))
KEPT = PROMISED.model_copy(update={"status": "done", "reason": ""})
REPLY = RequestReply(request="R7", answer="accepted")
NEW = ActionLine(commitment="C1", title="Print a leaflet", owner="Lead", due=date(2026, 12, 1))


def whole(**more: Any) -> ReturnDocument:
    """A return to three commitments with nothing against it."""
    return document(THREE, **{"actions": (KEPT,), "replies": (REPLY,), **more})


def problems(doc: ReturnDocument, *, complete: bool = True) -> list[Problem]:
    return check(doc, THREE, Q2, OWED, complete=complete)


def second(**more: Any) -> dict[str, Any]:
    """The answers of a whole return, the second one changed."""
    return {"answers": (answer("C1"), answer("C2", **more), answer("C3"))}


def action(**more: Any) -> dict[str, Any]:
    return {"actions": (PROMISED.model_copy(update={"reason": "", **more}),)}


def new(**more: Any) -> dict[str, Any]:
    return {"actions": (KEPT, NEW.model_copy(update=more))}
