"""What stands against a return's figures, and against its words on the families of the quarter."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import NamedTuple

from charter.commitments import CharterFile, Commitment, Measure
from charter.document import MeasureAnswer, ReturnDocument
from charter.plainly import Problem
from charter.quarters import Quarter, say
from charter.steps import Rating

SMALL = 10
"""A whole below this says too little for a change of it to be asked about."""
_GIVE = "give a number; nought is an answer"


def strangers(doc: ReturnDocument, charter: CharterFile, quarter: Quarter) -> Iterator[Problem]:
    """What the Charter does not ask for, or asks for in another way; a draft may not hold it."""
    known = {measure.id: measure for _, measure in charter.measures}
    for given in doc.measures:
        place = f"measures[{given.measure}]"
        if given.measure in known:
            yield from _misplaced(place, known[given.measure], given)
        else:
            listed = f"; it has {', '.join(known)}" if known else ", nor any other; take it out"
            what = f"Charter {charter.version} has no measure '{given.measure}'{listed}"
            yield Problem(place, what)
    group = spotlight_of(charter, quarter)
    if doc.spotlight is not None and not group:
        yield Problem("spotlight", "this quarter looks at no one group of families; take it out")
    elif doc.spotlight is not None and doc.spotlight.group != group:
        yield Problem("spotlight.group", f"this quarter looks at '{group}'; put that in")


def _misplaced(place: str, measure: Measure, given: MeasureAnswer) -> Iterator[Problem]:
    """Fields that this kind of measure does not have."""
    wrong: dict[str, object]
    if measure.kind == "count":
        mend = "this measure is a count; take this out"
        wrong = {"progress": given.progress, "by": given.by}
        parts = [part.id for part in measure.parts]
    else:
        mend = "this measure asks how far you have come; take this out"
        wrong = {"whole": given.whole, "collected_from": given.collected_from}
        parts = []
    for field, value in wrong.items():
        if value is not None:
            yield Problem(f"{place}.{field}", mend)
    for part in given.parts:
        if part not in parts:
            listed = f"it has {', '.join(parts)}" if parts else "it has none"
            what = f"the measure '{measure.id}' has no part '{part}'; {listed}"
            yield Problem(f"{place}.parts.{part}", what)


def of_no_service(doc: ReturnDocument) -> Iterator[Problem]:
    """A service that did not run has nothing to count, and did nothing for anybody."""
    what = "a service that did not run has none of this; take it out, or say that it ran"
    for given in doc.measures:
        if says_something(given):
            yield Problem(f"measures[{given.measure}]", what)
    if doc.spotlight_words:
        yield Problem("spotlight.words", what)


def gaps(
    doc: ReturnDocument, charter: CharterFile, quarter: Quarter, before: Iterable[MeasureAnswer]
) -> Iterator[Problem]:
    """What is missing or does not add up; `before` is what the service's last return counted."""
    last = {one.measure: one for one in before}
    for commitment, measure in charter.measures:
        said = doc.measure(measure.id) or MeasureAnswer(measure=measure.id)
        answer = doc.find(commitment.id)
        elsewhere = answer is not None and answer.rating is Rating.NOT_APPLICABLE
        if elsewhere and not says_something(said):
            continue
        place = f"measures[{measure.id}]"
        if measure.kind == "progress":
            yield from _progress(place, said, quarter)
        elif said.collected_from is not None:
            yield from _not_yet(place, said, quarter, last.get(measure.id))
        else:
            yield from _count(place, measure, said, last.get(measure.id))
    group = spotlight_of(charter, quarter)
    if group and not doc.spotlight_words:
        yield Problem("spotlight.words", f"say what you did for {group}, or what stands in the way")


def _progress(place: str, said: MeasureAnswer, quarter: Quarter) -> Iterator[Problem]:
    if said.progress is None:
        yield Problem(f"{place}.progress", "answer yes, no, or by when")
    elif said.progress == "by" and said.by is None:
        yield Problem(f"{place}.by", "give the date by which it will be so")
    elif said.progress == "by" and said.by is not None and said.by <= quarter.ends:
        yield Problem(f"{place}.by", f"give a date after {say(quarter.ends)}; before that, it is")
    elif said.progress != "by" and said.by is not None:
        yield Problem(f"{place}.by", "a date goes with 'by when' only; take it out")


def _not_yet(
    place: str, said: MeasureAnswer, quarter: Quarter, last: MeasureAnswer | None
) -> Iterator[Problem]:
    """Not collected yet is an answer once, with the day from which it will be."""
    place, start = f"{place}.collected_from", said.collected_from or quarter.ends
    latest = quarter.ends.replace(year=quarter.ends.year + 1)
    if said.whole is not None or said.parts:
        yield Problem(place, "give numbers, or the date from which you will count, but not both")
    elif last is not None and last.collected_from is not None:
        told = say(last.collected_from)
        yield Problem(
            place, f"last time this was to be counted from {told}; this time give the numbers"
        )
    elif not quarter.ends < start <= latest:
        yield Problem(place, f"give a date after {say(quarter.ends)}, up to {say(latest)}")


def _count(
    place: str, measure: Measure, said: MeasureAnswer, last: MeasureAnswer | None
) -> Iterator[Problem]:
    blank = [part.id for part in measure.parts if part.id not in said.parts]
    if said.whole is None:
        yield Problem(f"{place}.whole", _GIVE)
    yield from (Problem(f"{place}.parts.{part}", _GIVE) for part in blank)
    if said.whole is None or blank:
        return
    added = sum(said.parts[part.id] for part in measure.parts)
    if added != said.whole:
        what = f"the parts add up to {added:,}, but this says {said.whole:,}; they must be the same"
        yield Problem(f"{place}.whole", what)
    elif last is not None and not said.reason and (change := swing(measure, said, last)):
        yield Problem(f"{place}.reason", f"{change}; is this right? If so, say why it changed")


def swing(measure: Measure, now: MeasureAnswer, last: MeasureAnswer) -> str:
    """How figures moved against the last ones, where that is a lot; empty where it is not.

    A lot is the measure's own number of percentage points in the first part's share, or a whole
    that more than doubled or fell below half; a whole under ten counts as ten, and has no share.
    """
    if now.whole is None or last.whole is None:
        return ""
    first = measure.parts[0]
    if now.whole >= SMALL <= last.whole and first.id in now.parts and first.id in last.parts:
        was, is_now = (100 * one.parts[first.id] / (one.whole or 1) for one in (last, now))
        if abs(is_now - was) >= measure.swing:
            return f"{first.words} went from {was:.0f} in 100 to {is_now:.0f} in 100"
    was, is_now = max(last.whole, SMALL), max(now.whole, SMALL)
    if is_now > 2 * was or 2 * is_now < was:
        return f"the whole went from {last.whole:,} to {now.whole:,}"
    return ""


def says_something(given: MeasureAnswer) -> bool:
    """Anything at all has been filled in; nought is something."""
    return given != MeasureAnswer(measure=given.measure)


def spotlight_of(charter: CharterFile, quarter: Quarter) -> str:
    """The families that a quarter looks at; empty where the Charter names none."""
    return charter.spotlight.group(quarter) if charter.spotlight else ""


def changed_elsewhere(
    doc: ReturnDocument, signed: ReturnDocument, charter: CharterFile, asked: Iterable[str]
) -> list[str]:
    """The places of figures that differ from what was signed, but for the commitments asked of."""
    home = {measure.id: commitment.id for commitment, measure in charter.measures}
    open_here = set(asked)
    now, then = ({one.measure: one for one in each.measures} for each in (doc, signed))
    return [
        f"measures[{name}]"
        for name in [*now, *(name for name in then if name not in now)]
        if home.get(name) not in open_here and now.get(name) != then.get(name)
    ]


class Figure(NamedTuple):
    """One value to be read: what it is, what it says, and what it said last time."""

    name: str
    value: str
    last: str = ""


class Told(NamedTuple):
    """A measure laid out for reading; no figures where nothing is answered to it."""

    commitment: Commitment
    measure: Measure
    figures: list[Figure]


def told(
    charter: CharterFile, doc: ReturnDocument, before: Iterable[MeasureAnswer] = ()
) -> list[Told]:
    """Every measure with what the return answers; those left blank where they do not apply go."""
    last = {one.measure: one for one in before}
    found = []
    for commitment, measure in charter.measures:
        shown = figures(measure, doc.measure(measure.id), last.get(measure.id))
        answer = doc.find(commitment.id)
        if shown or answer is None or answer.rating is not Rating.NOT_APPLICABLE:
            found.append(Told(commitment, measure, shown))
    return found


def figures(
    measure: Measure, given: MeasureAnswer | None, last: MeasureAnswer | None = None
) -> list[Figure]:
    """What is answered to a measure, each value with its last one; empty where nothing is."""
    if given is None or not says_something(given):
        return []
    was = {figure.name: figure.value for figure in figures(measure, last)}
    if measure.kind == "progress":
        shown = [("Answer", _progress_words(given.progress, given.by))]
    elif given.collected_from is not None:
        shown = [("Not collected yet", f"From {say(given.collected_from)}")]
    else:
        numbers = [
            (measure.whole, given.whole),
            *((part.words, given.parts.get(part.id)) for part in measure.parts),
        ]
        shown = [(name, "Not given" if n is None else f"{n:,}") for name, n in numbers]
    shown += [("Why it changed", given.reason)] if given.reason else []
    return [Figure(name, value, was.get(name, "")) for name, value in shown]


def _progress_words(progress: str | None, by: date | None) -> str:
    if progress == "by":
        return f"By {say(by)}" if by else "By a date not given"
    return {"yes": "Yes", "no": "No"}.get(progress or "", "Not given")
