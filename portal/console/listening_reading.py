"""Each part of what was heard, read from its form: what a box may hold, and what may not be."""

from collections.abc import Callable, Mapping
from typing import Any

from charter.listening import (
    ACTIVITIES,
    ATTENDANCE,
    EVENTS,
    MOST,
    THEMES,
    Event,
    Report,
    Safeguarding,
    Spotlight,
    Survey,
    Voice,
)
from portal.console.listening import Desk
from portal.console.listening_words import chosen, heard, line, lines, needed, number
from portal.forms import Faults, Form

Reader = Callable[[Form, Faults, Desk], Any]
FULL = f"{MOST} are the most for one quarter; take one out first"


def _counts(words: Mapping[str, str]) -> Reader:
    def read(form: Form, faults: Faults, desk: Desk) -> dict[str, int]:
        found = {}
        for kind, what in words.items():
            many = number(form, f"count-{kind}", faults, what)
            if many is not None:
                found[kind] = many
        return found

    return read


def _survey(form: Form, faults: Faults, desk: Desk) -> list[Any]:
    """The questions told before, and the one typed."""
    about = "choose the commitment that it is about"
    commitment = chosen(form, "commitment", faults, desk.charter.ids, about)
    question = line(form, "question", faults, "write the question as it was put")
    site = chosen(form, "site", faults, ["", *desk.sites], "choose where it was asked")
    share = needed(form, "share", faults, "How many in a hundred", 100)
    base = needed(form, "base", faults, "How many people answered")
    if base == 0 and not faults.on("base"):
        faults.add("base", "a question that nobody answered says nothing: leave it out")
    method = line(form, "method", faults, "say how it was asked, such as tokens in a visits hall")
    asked_on = heard(form, "asked_on", faults, "the date it was asked", desk.today, desk.quarter)
    if len(desk.heard.surveys) >= MOST:
        faults.add("question", FULL)
    if faults or asked_on is None:
        return []
    made = Survey(
        commitment=commitment,
        question=question,
        share=share,
        base=base,
        method=method,
        asked_on=asked_on,
        site_code=site,
    )
    return [*desk.heard.surveys, made]


def _event(form: Form, faults: Faults, desk: Desk) -> list[Any]:
    """The meetings told before, and the one typed."""
    kind = chosen(form, "kind", faults, EVENTS, "choose what it was")
    site = chosen(form, "site", faults, ["", *desk.sites], "choose where it was")
    held_on = heard(form, "held_on", faults, "the date it was held", desk.today, desk.quarter)
    attendance = chosen(form, "attendance", faults, ATTENDANCE, "choose how many came")
    if len(desk.heard.events) >= MOST:
        faults.add("kind", FULL)
    if faults or held_on is None:
        return []
    given = {"kind": kind, "held_on": held_on, "attendance": attendance, "site_code": site}
    return [*desk.heard.events, Event.model_validate(given)]


def _voice(form: Form, faults: Faults, desk: Desk) -> Voice | None:
    valued, worried = (lines(form, name, faults, MOST) for name in ("valued", "worried"))
    positive = number(form, "positive", faults, "How many in a hundred were content", 100)
    negative = number(form, "negative", faults, "How many in a hundred were not at all", 100)
    base = number(form, "base", faults, "Of how many conversations")
    definition = form.words("definition", faults)
    shares = [share for share in (positive, negative) if share is not None]
    if sum(shares) > 100:
        faults.add("negative", "the two shares come to more than 100 in a hundred")
    if shares and not base and not faults.on("base"):
        faults.add("base", "give the number of conversations that the shares are of")
    if shares and not definition:
        faults.add("definition", "say what was counted as content, and what as not at all")
    if faults:
        return None
    return Voice(
        valued=valued,
        worried=worried,
        positive=positive,
        negative=negative,
        base=base,
        definition=definition,
    )


def _spotlight(form: Form, faults: Faults, desk: Desk) -> Spotlight | None:
    words = form.words("words", faults)
    group = desk.group or line(form, "group", faults, "name the families it is about", blank=True)
    if words and not group:
        faults.add("group", "name the families it is about")
    return None if faults else Spotlight(group=group if words else "", words=words)


def _report(form: Form, faults: Faults, desk: Desk) -> Report | None:
    reference = line(form, "reference", faults, "", blank=True)
    typed = form.any_of("dated-day", "dated-month", "dated-year")
    of = "the report's date", desk.today, desk.quarter
    dated = heard(form, "dated", faults, *of) if typed else None
    if typed and not reference:
        faults.add("reference", "name the report")
    return None if faults else Report(reference=reference, dated=dated)


def _safeguarding(form: Form, faults: Faults, desk: Desk) -> Safeguarding | None:
    escalated = number(form, "escalated", faults, "Worries passed on")
    in_time = number(form, "in_time", faults, "Answered in time")
    if (escalated is None) != (in_time is None):
        blank = "in_time" if in_time is None else "escalated"
        if not faults.on(blank):
            faults.add(blank, "give both numbers, or neither; nought is a number")
    if (in_time or 0) > (escalated or 0) and not faults:
        faults.add("in_time", "no more can be answered in time than were passed on")
    return None if faults else Safeguarding(escalated=escalated, in_time=in_time)


READERS: Mapping[str, Reader] = {
    "activities": _counts(ACTIVITIES),
    "themes": _counts(THEMES),
    "surveys": _survey,
    "voice": _voice,
    "spotlight": _spotlight,
    "events": _event,
    "report": _report,
    "safeguarding": _safeguarding,
}
"""How each part is read; what it gives is kept if there is no fault."""
FIRST: Mapping[str, str] = {
    "activities": "count-interview",
    "themes": "count-information",
    "surveys": "commitment",
    "voice": "valued",
    "spotlight": "words",
    "events": "kind",
    "report": "reference",
    "safeguarding": "escalated",
}
"""The first box of each part, for what is wrong with the whole of it."""
