"""The exchange about one return as its region's team reads it, everybody by name."""

from collections.abc import Callable, Collection, Mapping, Sequence

from sqlmodel import Session

from charter.answers import ReturnDocument
from charter.scoring import Receipt, score
from charter.steps import Happened
from portal.console.rooms import Case
from portal.console.scores import Score
from portal.doors import Visit
from portal.exchange import Reading, Turn, Turning, turns
from portal.pages import moment
from portal.people import names_of
from providers import calendars, lives
from providers.returns import Ref


def names_in(session: Session, case: Case) -> dict[str, str]:
    """Everybody who acted on a return, by `person:7`; in one query."""
    approved = [f"person:{person}" for person in case.life.approved_by]
    return names_of(session, [*(one.by for one in case.history), *approved])


def told(
    session: Session,
    visit: Visit,
    case: Case,
    names: Mapping[str, str],
    texts: Mapping[str, str],
    asked: Mapping[str, str] | None = None,
) -> list[Turn]:
    """The turns of the exchange so far; the calendar is asked for only where a dispute is open.

    `asked` are the words of each request that was replied to, by its id.
    """
    calendar = visit.desk.calendar
    if case.life.open_disputes:
        calendar = calendars.in_force(session, calendar)
    reading = Reading(
        charter=case.charter,
        policy=case.policy,
        dates=case.ref.dates,
        calendar=calendar,
        today=case.today,
        name=lambda by: names.get(by, "This service, by itself"),
        texts=texts,
        whole=case.sees_evidence,
        asked=asked or {},
    )
    return turns(case.history, reading)


def latest(session: Session, case: Case, of: Callable[[Happened], bool] = lambda one: True) -> str:
    """Who did what last, and when, in a sentence; of some steps only where they are named."""
    acted = [one for one in case.history if one.by.startswith("person:") and of(one)]
    if not acted:
        return ""
    last = acted[-1]
    who = names_of(session, [last.by])[last.by]
    return f"{who} {did(last)} on {moment(last.at)}."


def came_first(session: Session, left_out: Sequence[tuple[Ref, str]]) -> list[str]:
    """Each return that was left out with the reason, and who acted on it last and when."""
    told = lives.histories(session, [here.id for here, _ in left_out])
    acted = {i: [one for one in steps if one.by.startswith("person:")] for i, steps in told.items()}
    names = names_of(session, [steps[-1].by for steps in acted.values() if steps])
    found = []
    for here, why in left_out:
        last = acted[here.id][-1] if acted.get(here.id) else None
        who = f" {names[last.by]} {did(last)} on {moment(last.at)}." if last else ""
        found.append(f"{here.site_name}, {here.party_name}: {why}.{who}")
    return found


def did(happening: Happened) -> str:
    """What a step did, as the end of a sentence that begins with a name."""
    return DONE.get(happening.step.kind, "changed this return")


DONE = {
    "signed": "signed the return",
    "challenged": "asked a question",
    "rating_changed": "changed a rating",
    "disputed": "disputed a rating",
    "dispute_decided": "decided a dispute",
    "confirmed": "confirmed the return",
    "replied": "replied",
    "judged": "marked a reply to families",
    "approved": "approved the page",
    "handed_over": "handed the return over for signing",
    "revised": "opened the page for a revision",
    "hold_cleared": "cleared held words",
    "withdrawn": "took the page down",
    "extended": "gave more time",
    "extension_asked": "asked for more time",
    "extension_declined": "gave no more time",
    "not_running_asked": "said that the service did not run",
    "not_running_agreed": "agreed that the service did not run",
    "not_running_declined": "held that the service ran",
}
TIME = ("extended", "extension_asked", "extension_declined")
RAN = ("not_running_asked", "not_running_agreed", "not_running_declined")
"""Steps about one thing, any of which overtakes a form that asks about it."""


def score_in(case: Case, document: ReturnDocument | None, texts: Mapping[str, str]) -> Score | None:
    """The score on record, else what the rules give today; None for what is not signed."""
    life = case.life
    if life.receipt in texts:
        return Score(Receipt.model_validate_json(texts[life.receipt]), recorded=True)
    if document is None:
        return None
    made = score(
        document,
        life.document,
        case.charter,
        case.policy,
        case.ref.quarter,
        life.changes,
        baseline=case.ref.baseline,
    )
    return Score(made, recorded=False)


def concerns(commitment: str) -> Callable[[Happened], bool]:
    """Whether a step bears on one commitment: a turn about it, or a signature."""

    def bears(happening: Happened) -> bool:
        step = happening.step
        about = getattr(step, "commitment", None)
        return step.kind == "signed" or (isinstance(step, Turning) and about == commitment)

    return bears


def seen(case: Case, kinds: Collection[str]) -> str:
    """What a page showed of one thing, to tell whether somebody decided on it meanwhile."""
    return str(sum(one.step.kind in kinds for one in case.history))


def overtaken(session: Session, case: Case, kinds: Collection[str], was: str) -> str:
    """Who decided on it after a page `was` drawn, and when; empty where nobody did."""
    if was == seen(case, kinds):
        return ""
    told = latest(session, case, lambda one: one.step.kind in kinds)
    return told or "This return changed after you opened it."


def basis(case: Case, commitment: str) -> str:
    """What a page showed of one commitment, to tell whether somebody decided meanwhile."""
    told: Sequence[Happened] = [one for one in case.history if concerns(commitment)(one)]
    return str(len(told))
