"""What families said in a quarter, in public words: every count of people is made safe first."""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from charter.beside import Beside
from charter.families import Families, Meeting, Question, Safety, Shares, Way
from charter.listening import (
    ACTIVITIES,
    ATTENDANCE,
    EVENTS,
    THEMES,
    Heard,
    Safeguarding,
    Survey,
    Voice,
)
from charter.parts import Source
from charter.reading import Reader
from charter.suppression import Cell, Shown, publish_counts, with_totals
from charter.surveyed import Answers, answers, questions
from charter.views import REGION, ReturnView

ALL: Cell = (None,)
"""The total of a table with one axis."""


def record_of(view: ReturnView, record: str) -> Source:
    """What rests on a record of its own; words of it are held and cleared with the return's."""
    return Source(return_id=view.return_id, record=record)


def families(view: ReturnView, beside: Beside, reader: Reader) -> Families | None:
    """What the page of a published return tells of families; None where that is nothing."""
    if not beside.heard or beside.saved_on is None:
        return None
    heard, whole = beside.heard[-1], view.site.is_region
    source = record_of(view, f"listening:{heard.region}:{heard.quarter}")

    def lines(said: Iterable[str], what: str) -> tuple[str, ...]:
        return tuple(reader.shown(line, what, source) for line in said)

    ways = _ways(beside)
    found = Families(
        source=source,
        saved_on=beside.saved_on,
        valued=lines(heard.voice.valued, "what families valued"),
        worried=lines(heard.voice.worried, "what worried families"),
        heard=ways.words(ALL) if ways else "",
        ways=_named(ways, ACTIVITIES) if ways and whole else (),
        themes=_themes(beside) if whole else (),
        questions=_questions(heard, view, beside, reader, source),
        meetings=_meetings(heard, view.site.code),
        shares=_shares(heard, beside, reader, source),
        report=reader.shown(heard.report.reference, "the Listening Report", source),
        report_dated=heard.report.dated,
        group=heard.spotlight.group if whole else "",
        spotlight=reader.shown(heard.spotlight.words if whole else "", "the spotlight", source),
        safety=_safety(beside) if whole else None,
    )
    return found if _says_something(found) else None


def _says_something(one: Families) -> bool:
    said = (one.valued, one.worried, one.heard, one.questions, one.meetings, one.shares)
    return any((*said, one.report, one.spotlight, one.safety, one.themes))


def _ways(beside: Beside) -> Shown | None:
    """How often families were listened to in each way, with the total of all ways."""
    return _safe((with_totals(_table(heard.activities)) for heard in beside.heard), beside)


def _themes(beside: Beside) -> tuple[Way, ...]:
    """How many spoke of each theme, without a total: one conversation may speak of several."""
    shown = _safe((_table(heard.themes) for heard in beside.heard), beside)
    return _named(shown, THEMES) if shown else ()


def _table(counts: Mapping[Any, int]) -> dict[Cell, int]:
    return {(str(name),): people for name, people in counts.items() if people}


def _safe(versions: Iterable[Mapping[Cell, int]], beside: Beside) -> Shown | None:
    """The newest version of a table, safe beside every one that may have stood there before.

    None where the newest is empty.
    """
    return _shown(tuple(tuple(table.items()) for table in versions), beside.threshold)


@lru_cache(maxsize=512)  # every page of a region tells the same tables
def _shown(versions: tuple[tuple[tuple[Cell, int], ...], ...], threshold: int) -> Shown | None:
    before: list[Shown] = []
    table: dict[Cell, int] = {}
    for version in versions:
        then, table = table, dict(version)
        if table and table != then:
            earlier = [shown.counts for shown in before]
            before.append(publish_counts(table, threshold, earlier))
    return before[-1] if before and table else None


def _named(shown: Shown, names: Mapping[str, str]) -> tuple[Way, ...]:
    return tuple(
        Way(how=name, often=shown.words((one,)))
        for one, name in names.items()
        if (one,) in shown.counts
    )


def _questions(
    heard: Heard, view: ReturnView, beside: Beside, reader: Reader, source: Source
) -> tuple[Question, ...]:
    """The questions put at this prison; on the commissioner's page, those of the whole region."""
    least = max(beside.least_base, beside.threshold)
    found = []
    for question in questions(heard.surveys):
        told = answers(beside.heard, question, least, beside.threshold)
        if told is None:
            continue
        places: dict[str | None, Survey] = {}
        if view.site.is_region:
            places = {None: told.of_region} if told.of_region else {}
        else:
            here = view.site.code
            places = {at: one for at, one in told.at_prisons.items() if one.site_code == here}
        for place, one in places.items():
            if (told.people if told.summed and not place else one.base) >= least:
                found.append(_question(one, told, place, reader, source))
    return tuple(found)


def _question(
    one: Survey, told: Answers, place: str | None, reader: Reader, source: Source
) -> Question:
    whole = told.summed and place is None
    method = "" if whole else reader.shown(one.method, "how families were asked", source)
    return Question(
        commitment=one.commitment,
        question=reader.shown(one.question, "a question put to families", source),
        asked_on=one.asked_on,
        method=method,
        asked=told.asked(place),
        yes=told.yes(place),
    )


def _shares(heard: Heard, beside: Beside, reader: Reader, source: Source) -> Shares | None:
    """How many conversations were content or not, of at least so many in the region."""
    voice = heard.voice
    if voice.base is None or voice.base < max(beside.least_base, beside.threshold):
        return None
    shown = _safe((_contentment(one.voice) for one in beside.heard), beside)
    if shown is None:
        return None
    return Shares(
        asked=shown.words(ALL),
        good=shown.words(("good",)) if voice.positive is not None else "",
        bad=shown.words(("bad",)) if voice.negative is not None else "",
        means=reader.shown(voice.definition, "what counts as good or bad", source),
    )


def _contentment(voice: Voice) -> dict[Cell, int]:
    if voice.base is None:
        return {}
    good = round((voice.positive or 0) * voice.base / 100)
    bad = min(round((voice.negative or 0) * voice.base / 100), voice.base - good)
    mixed = voice.base - good - bad
    return with_totals({("good",): good, ("bad",): bad, ("mixed",): mixed})


def _meetings(heard: Heard, site: str) -> tuple[Meeting, ...]:
    """Meetings at this prison; on the commissioner's page, those at none."""
    at = "" if site == REGION else site
    return tuple(
        Meeting(what=EVENTS[one.kind], held_on=one.held_on, came=ATTENDANCE[one.attendance])
        for one in sorted(heard.events, key=lambda one: one.held_on)
        if one.site_code == at
    )


def _safety(beside: Beside) -> Safety | None:
    shown = _safe((_answered(heard.safeguarding) for heard in beside.heard), beside)
    if shown is None:
        return None
    return Safety(passed_on=shown.words(ALL), in_time=shown.words(("in time",)))


def _answered(said: Safeguarding) -> dict[Cell, int]:
    if said.escalated is None or said.in_time is None:
        return {}
    return with_totals({("in time",): said.in_time, ("late",): said.escalated - said.in_time})
