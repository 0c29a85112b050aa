"""Puts together what stands on a page beside its updates, as it was when they came out."""

from collections.abc import Iterable
from datetime import date

from charter.beside import Beside
from charter.families import AlsoRow, Around, CallsRow, PassedRow, PracticeRow
from charter.few import few_rows
from charter.heard import families, record_of
from charter.listening import Calls
from charter.parts import Source
from charter.reading import Reader
from charter.views import ReturnView


def around(views: Iterable[ReturnView], reader: Reader) -> Around:
    """What stands beside these updates of one prison and quarter.

    It is as it was when the newest of them came out. Before any has, and in a sensitive period,
    only who runs healthcare here is told.
    """
    told = list(views)
    newest = max(told, key=lambda v: v.edition.published_on if v.edition else date.min)
    beside, silent = newest.beside, newest.edition is None or any(v.quiet for v in told)
    also = tuple(
        AlsoRow(
            source=Source(record=f"service:{one.service_id}"),
            party_name=one.who,
            since=one.since,
            until=one.until,
            why=one.why,
        )
        for one in beside.serves
    )
    if silent:
        return Around(also=also)
    return Around(
        families=families(newest, beside, reader),
        calls=_calls(newest, beside.calls),
        passed=_passed(newest, beside, reader),
        practices=_practices(newest, beside, reader),
        few=few_rows(newest, beside, reader),
        also=also,
    )


def _calls(view: ReturnView, calls: Calls) -> CallsRow | None:
    if not calls.made:
        return None
    return CallsRow(
        source=record_of(view, f"family_calls:{view.site.code}:{view.quarter}"),
        made=calls.made,
        answered=calls.answered,
        minutes=calls.minutes,
    )


def _passed(view: ReturnView, beside: Beside, reader: Reader) -> tuple[PassedRow, ...]:
    rows = []
    for one in sorted(beside.passed, key=lambda one: (one.passed_on, one.id)):
        source = record_of(view, f"passed_on:{one.id}")
        asked = reader.shown(one.text, f"what was passed on as {one.id}", source)
        to_whom = reader.shown(one.to_whom, f"to whom {one.id} was passed on", source)
        rows.append(
            PassedRow(
                source=source,
                asked=asked,
                heard_on=one.heard_on,
                to_whom=to_whom,
                passed_on=one.passed_on,
            )
        )
    return tuple(rows)


def _practices(view: ReturnView, beside: Beside, reader: Reader) -> tuple[PracticeRow, ...]:
    rows = []
    for one in beside.practices:
        source = record_of(view, f"practice:{one.id}")
        title = reader.shown(one.title, f"the title of practice {one.id}", source)
        happened = reader.shown(one.happened, f"what happened in practice {one.id}", source)
        rows.append(PracticeRow(source=source, title=title, happened=happened, party_name=one.who))
    return tuple(rows)
