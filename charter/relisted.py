"""The lists that name a prison's updates, as they would read were its page published as it is."""

from collections.abc import Iterable, Mapping

from charter.pages import (
    CommitmentPage,
    HomePage,
    PlaceRow,
    PrisonPage,
    QuarterPage,
    RegionRows,
    RegionSummary,
    TimetableRow,
)
from charter.parts import Account, AnswerRow, Counts
from charter.places import a_to_z
from charter.returns import State

Listing = QuarterPage | CommitmentPage | HomePage


def relisted(page: PrisonPage, lists: Iterable[Listing]) -> dict[str, Listing]:
    """Each of these lists by its key, with what this page tells in the place of what it told.

    The page is one quarter's of a prison, or of a commissioner; `lists` are as they stand.
    """
    found: dict[str, Listing] = {}
    counts: Counts | None = None
    for one in lists:
        if isinstance(one, QuarterPage) and one.rows:
            found[one.key] = fresh = _timetable(page, one)
            counts = None if one.part else fresh.counts
        elif isinstance(one, CommitmentPage):
            found[one.key] = _commitment(page, one)
        else:
            found[one.key] = one
    return {
        key: _home(page, one, counts) if isinstance(one, HomePage) and counts else one
        for key, one in found.items()
    }


def _timetable(page: PrisonPage, old: QuarterPage) -> QuarterPage:
    told = {account.source.return_id: account for account in page.accounts}
    rows = tuple(
        _row(page, told[row.source.return_id], old, row) if row.source.return_id in told else row
        for row in old.rows
    )
    mine = {row.site_name for row in rows if row.source.return_id in told and not row.waits_for}
    names = {page.site_name, *mine}
    waits = [
        (who, tuple(place for place in places if place not in names))
        for who, places in old.waits_for
    ]
    return old.model_copy(
        update={
            "rows": rows,
            "counts": Counts.of((State(row.state) for row in rows), old.counts.expected),
            "waits_for": tuple((who, places) for who, places in waits if places),
        }
    )


def _row(page: PrisonPage, told: Account, old: QuarterPage, row: TimetableRow) -> TimetableRow:
    return row.model_copy(
        update={
            "source": told.source,
            "state": told.state,
            "tag": told.tag,
            "due": told.due,
            "late": _is_late(told, old, row),
            "unreachable": told.unreachable,
            "facts": told.facts,
            "published_on": told.published_on,
            "waits_for": told.waits_for,
            "withdrawn_on": told.withdrawn_on,
            "page": page.key,
        }
    )


def _is_late(told: Account, old: QuarterPage, row: TimetableRow) -> bool:
    """Whether it is late on the day of the list; a part says no day, but who was late on it."""
    if told.received_on or told.due is None:
        return False
    return told.due < old.as_at if old.as_at else row.late and told.due == row.due


def _commitment(page: PrisonPage, old: CommitmentPage) -> CommitmentPage:
    place, fresh = _place(page), _places(page, old.id)
    region = next((one for one in old.regions if one.name == page.region_name), None)
    if region is None:
        made = RegionRows(name=page.region_name, sample=page.notices.sample, rows=())
        regions, region = (*old.regions, made), made
    else:
        regions = old.regions
    here = [row for row in region.rows if row.site_name == place]
    newer = {row.party_name for row in here if row.page.rpartition("/")[2] > page.quarter}
    coming = [row for row in fresh if row.party_name not in newer]
    gone = {row.party_name for row in coming}
    rows = [r for r in region.rows if not (r.site_name == place and r.party_name in gone)]
    rows = sorted([*rows, *coming], key=lambda row: (a_to_z(row.site_name), row.party_name))
    told = region.model_copy(update={"rows": tuple(rows)})
    return old.model_copy(
        update={
            "regions": tuple(told if one is region else one for one in regions),
        }
    )


def _place(page: PrisonPage) -> str:
    return page.commissioner if page.kind == "commissioner" else page.site_name


def _places(page: PrisonPage, commitment: str) -> list[PlaceRow]:
    """The rows of those whose update is out on this page."""
    answers: Mapping[tuple[int, str], AnswerRow] = {
        (answer.source.return_id, answer.party_name): answer
        for row in page.commitments
        if row.id == commitment
        for answer in row.answers
    }
    return [
        PlaceRow(
            site_name=_place(page),
            page=page.key,
            quarter_words=page.quarter_words,
            withheld="" if answer else _why_nothing(page, account),
            answer=answer,
            source=account.source,
            party_name=account.party_name,
        )
        for account in page.accounts
        if account.published
        for answer in [answers.get((account.source.return_id, account.party_name))]
    ]


def _why_nothing(page: PrisonPage, account: Account) -> str:
    if not account.received_on:
        return account.facts[0]
    if account.state is State.NIL:
        return f"{account.party_name} says this service did not run in this quarter."
    return account.withheld or f"{account.party_name} gave no answer on this."


def _home(page: PrisonPage, old: HomePage, counts: Counts) -> HomePage:
    def fresh(one: RegionSummary) -> RegionSummary:
        here = (one.code, one.quarter) == (page.region_code, page.quarter)
        return one.model_copy(update={"counts": counts}) if here else one

    return old.model_copy(update={"regions": tuple(map(fresh, old.regions))})
