"""Plain facts about one return, told with their dates and without blame."""

from charter.quarters import london_date
from charter.returns import State
from charter.said import Said
from charter.views import ReturnView


def facts(view: ReturnView, extension_words: str = "") -> tuple[str, ...]:
    """How this return stands, in short sentences; `extension_words` are the commissioner's own."""
    said = [*_standing(view), *_moved(view, extension_words)]
    if view.life.unreachable:
        said += [
            Said("Our letters did not reach {who}.", who=view.who),
            Said("Our contact list failed. That was not the doing of {who}.", who=view.who),
        ]
    return tuple(said)


def _standing(view: ReturnView) -> list[str]:
    who, life = view.who, view.life
    if life.first_signed_at is not None:
        return _sent(view)
    due = Said("It was due by {due}.", due=life.due) if life.due else ""
    match view.state:
        case State.EXTENDED:
            until = Said("Its update is now due by {due}.", due=life.due) if life.due else ""
            given = Said(
                "{commissioner} gave {who} more time.", commissioner=view.commissioner, who=who
            )
            return [Said.together(given, until)]
        case State.NOT_RETURNED:
            said = [Said.together(Said("{who} has not sent its update.", who=who), due)]
            if life.not_returned_at:
                day = london_date(life.not_returned_at)
                said.append(Said("It was recorded as not returned on {day}.", day=day))
            return said
        case State.IN_PROGRESS:
            begun = Said("{who} has started its update, but has not sent it.", who=who)
            return [Said.together(begun, _by(view))]
        case _:
            idle = Said("{who} has not started its update.", who=who)
            return [Said.together(idle, _by(view))]


def _by(view: ReturnView) -> str:
    return Said("The date for it is {due}.", due=view.life.due) if view.life.due else ""


def _sent(view: ReturnView) -> list[str]:
    who, life = view.who, view.life
    assert life.first_signed_at is not None
    day, due = london_date(life.first_signed_at), life.first_signed_due
    if view.state is State.NIL:
        return [not_running(who), Said("It said so on {day}.", day=day)]
    said: list[str] = [Said("{who} sent its update on {day}.", who=who, day=day)]
    late = life.days_late(life.first_signed_at)
    if due and late:
        said.append(
            Said.counted(
                "It was due by {due}, so it came {n} day late.",
                "It was due by {due}, so it came {n} days late.",
                n=late,
                due=due,
            )
        )
    elif due:
        said.append(Said("It was due by {due}.", due=due))
    if life.not_returned_at:
        recorded = london_date(life.not_returned_at)
        said.append(Said("Before that, it was recorded as not returned on {day}.", day=recorded))
    return said


def not_running(who: str) -> str:
    """That a service did not run, as its provider says."""
    return Said("{who} says this service did not run in this quarter.", who=who)


def _moved(view: ReturnView, extension_words: str) -> list[str]:
    life = view.life
    if life.extended:
        said: list[str] = []
        if view.state is not State.EXTENDED:
            due = life.extended.due
            said.append(Said("It had been given more time, until {due}.", due=due))
        if extension_words:
            said.append(Said("Reason: {why}", why=ended(extension_words)))
        return said
    if life.first_due and life.due and life.due != life.first_due:
        moved = Said("Its due date moved from {was} to {now}.", was=life.first_due, now=life.due)
        return [moved, Said("Reason: {why}", why=ended(life.due_why))] if life.due_why else [moved]
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
        return None, Said("This is the view {who} has of its own work.", who=who)
    if life.confirmed_at is not None:
        day = london_date(life.confirmed_at)
        return True, Said(
            "{commissioner} checked these answers on {day}.",
            commissioner=view.commissioner,
            day=day,
        )
    return False, Said(
        "This is the provider’s own view, not yet checked by {commissioner}.",
        commissioner=view.commissioner,
    )


def runs(view: ReturnView) -> str:
    """Since when, or for which days, this organisation ran healthcare here."""
    if view.site.is_region:
        where = view.site.region.name
        return Said(
            "{who} plans and pays for prison healthcare in {where}.", who=view.who, where=where
        )
    who, since, until = view.who, view.served_from, view.served_to
    if until is None:
        return Said("{who} has run healthcare here since {since}.", who=who, since=since)
    if until < view.quarter.ends:
        return Said(
            "{who} ran healthcare here from {since} to {until}.", who=who, since=since, until=until
        )
    return Said(
        "{who} runs healthcare here from {since} to {until}.", who=who, since=since, until=until
    )
