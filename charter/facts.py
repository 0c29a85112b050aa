"""Plain facts about one return, told with their dates and without blame."""

from charter.quarters import london_date, say
from charter.returns import State
from charter.views import ReturnView


def facts(view: ReturnView, extension_words: str = "") -> tuple[str, ...]:
    """How this return stands, in short sentences; `extension_words` are the commissioner's own."""
    said = [*_standing(view), *_moved(view, extension_words)]
    if view.life.unreachable:
        said += [
            f"Our letters did not reach {view.who}.",
            f"Our contact list failed. That was not the doing of {view.who}.",
        ]
    return tuple(said)


def _standing(view: ReturnView) -> list[str]:
    who, life = view.who, view.life
    if life.first_signed_at is not None:
        return _sent(view)
    due = f" It was due by {say(life.due)}." if life.due else ""
    match view.state:
        case State.EXTENDED:
            until = f" Its update is now due by {say(life.due)}." if life.due else ""
            return [f"{view.commissioner} gave {who} more time.{until}"]
        case State.NOT_RETURNED:
            said = [f"{who} has not sent its update.{due}"]
            if life.not_returned_at:
                recorded = say(london_date(life.not_returned_at))
                said.append(f"It was recorded as not returned on {recorded}.")
            return said
        case State.IN_PROGRESS:
            return [f"{who} has started its update, but has not sent it.{_by(view)}"]
        case _:
            return [f"{who} has not started its update.{_by(view)}"]


def _by(view: ReturnView) -> str:
    return f" The date for it is {say(view.life.due)}." if view.life.due else ""


def _sent(view: ReturnView) -> list[str]:
    who, life = view.who, view.life
    assert life.first_signed_at is not None
    day, due = say(london_date(life.first_signed_at)), life.first_signed_due
    if view.state is State.NIL:
        return [f"{who} says this service did not run in this quarter.", f"It said so on {day}."]
    said = [f"{who} sent its update on {day}."]
    late = life.days_late(life.first_signed_at)
    if due and late:
        days = "1 day" if late == 1 else f"{late} days"
        said.append(f"It was due by {say(due)}, so it came {days} late.")
    elif due:
        said.append(f"It was due by {say(due)}.")
    if life.not_returned_at:
        recorded = say(london_date(life.not_returned_at))
        said.append(f"Before that, it was recorded as not returned on {recorded}.")
    return said


def _moved(view: ReturnView, extension_words: str) -> list[str]:
    life = view.life
    if life.extended:
        said = []
        if view.state is not State.EXTENDED:
            given = f"It had been given more time, until {say(life.extended.due)}."
            said.append(given)
        if extension_words:
            said.append(f"Reason: {ended(extension_words)}")
        return said
    if life.first_due and life.due and life.due != life.first_due:
        said = [f"Its due date moved from {say(life.first_due)} to {say(life.due)}."]
        return [*said, f"Reason: {ended(life.due_why)}"] if life.due_why else said
    return []


def ended(words: str) -> str:
    """The words with a full stop, unless they end in one already."""
    words = words.strip()
    return words if words.endswith((".", "!", "?")) else f"{words}."


def checked(view: ReturnView) -> tuple[bool | None, str]:
    """Whether anyone has checked the answers, and how to say so; None where nobody could."""
    who, life = view.who, view.life
    if not life.is_received or life.nil:
        return None, ""
    if view.site.is_region:
        return None, f"This is the view {who} has of its own work."
    if life.confirmed_at is not None:
        day = say(london_date(life.confirmed_at))
        return True, f"{view.commissioner} checked these answers on {day}."
    return False, f"This is the provider’s own view, not yet checked by {view.commissioner}."


def runs(view: ReturnView) -> str:
    """Since when, or for which days, this organisation ran healthcare here."""
    if view.site.is_region:
        return f"{view.who} plans and pays for prison healthcare in {view.site.region.name}."
    since = say(view.served_from)
    if view.served_to is None:
        return f"{view.who} has run healthcare here since {since}."
    if view.served_to < view.quarter.ends:
        return f"{view.who} ran healthcare here from {since} to {say(view.served_to)}."
    return f"{view.who} runs healthcare here from {since} to {say(view.served_to)}."
