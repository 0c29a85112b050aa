"""The public pages as data, made from the record alone: the same record gives the same pages."""

from collections.abc import Iterable, Sequence

from charter.accounts import account, action_rows, answer_row, request_rows
from charter.around import around
from charter.commitments import CharterFile, Commitment
from charter.facts import facts, not_running
from charter.formats import FormatRow, format_rows
from charter.lists import part_key
from charter.news import first_of, news
from charter.pages import (
    CommitmentPage,
    PlaceRow,
    PrisonPage,
    RegionRows,
    commitment_key,
    prison_key,
)
from charter.parts import AnswerRow, CommitmentRow, Counts, Notices, SumsDisagree
from charter.places import in_order, notices, page_of, phones
from charter.quarters import Quarter
from charter.reading import QUIET, Reader
from charter.said import Said
from charter.timetable import home_page, quarter_page
from charter.views import NextUpdate, ReturnView, SiteView

__all__ = ["SumsDisagree", "commitment_page", "home_page", "prison_page", "quarter_page"]


def prison_page(
    site: SiteView, views: Iterable[ReturnView], next_update: NextUpdate | None = None
) -> PrisonPage:
    """A quarter in one prison, every organisation that ran healthcare there told apart.

    With site code REGION it is the commissioner's own page. ValueError if there is no return, or
    if one belongs to another prison or quarter.
    """
    told = in_order(views)
    quarter = _one_quarter(site, told)
    reader, region = Reader(told), site.region
    accounts = tuple(account(view, reader) for view in told)
    actions = [action_rows(view, reader) for view in told]
    requests = [request_rows(v, mine, reader) for v, mine in zip(told, actions, strict=True)]
    lines = [
        line
        for view, one, mine, asked in zip(told, accounts, actions, requests, strict=True)
        for line in news(view, one, mine, asked)
    ]
    beside = around(told, reader)
    return PrisonPage(
        kind="commissioner" if site.is_region else "prison",
        key=prison_key(region.code, site.code, quarter, is_region=site.is_region),
        region_code=region.code,
        region_name=region.name,
        commissioner=region.commissioner,
        partner=region.partner,
        site_code=site.code,
        site_name=region.commissioner if site.is_region else site.name,
        phones=phones(site),
        quarter=str(quarter),
        quarter_words=quarter.in_words,
        notices=notices(region, told[0].charter, any(view.first_update for view in told)),
        counts=Counts.of((view.state for view in told), len(told)),
        accounts=accounts,
        news=first_of(lines),
        asked=tuple(row for rows in requests for row in rows),
        actions=tuple(sorted((a for rows in actions for a in rows), key=lambda a: a.due)),
        commitments=_commitments(told, reader),
        next_quarter=next_update.quarter.in_words if next_update else "",
        next_due=next_update.due if next_update else None,
        next_publishes=next_update.publishes if next_update else None,
        holds=tuple(reader.holds),
        quiet=QUIET if any(view.quiet for view in told) else "",
        around=beside,
        formats=_formats(told, quarter),
    )


def _formats(views: Sequence[ReturnView], quarter: Quarter) -> tuple[FormatRow, ...]:
    """What people made of this page; nothing while any of it is taken down or not shown."""
    if any(view.quiet or view.withdrawal for view in views):
        return ()
    editions = [(view.return_id, view.edition.revision) for view in views if view.edition]
    return format_rows(views[0].beside.formats, editions, quarter)


def _one_quarter(site: SiteView, views: Sequence[ReturnView]) -> Quarter:
    if not views:
        raise ValueError(f"{site.name} has no return to make a page from")
    quarters = {view.quarter for view in views}
    if len(quarters) > 1 or any(view.site != site for view in views):
        raise ValueError(f"the page of {site.name} was given returns of another place or quarter")
    return quarters.pop()


def _commitments(views: Sequence[ReturnView], reader: Reader) -> tuple[CommitmentRow, ...]:
    """Each commitment once, in the Charter's order, with every answer that may be shown."""
    rows = []
    for commitment in views[0].charter.commitments:
        answers = [answer_row(view, commitment.id, reader) for view in views]
        shown = tuple(answer for answer in answers if answer is not None)
        if shown:
            rows.append(
                CommitmentRow(
                    id=commitment.id,
                    short=commitment.short,
                    text=commitment.text,
                    answers=shown,
                )
            )
    return tuple(rows)


def commitment_page(
    commitment: Commitment, charter: CharterFile, views: Iterable[ReturnView], part: int = 0
) -> CommitmentPage:
    """One commitment across the prisons of each region, A to Z; never a ranking or a total.

    With `part` it is one of several, and tells of one region only.
    """
    told = in_order(views)
    reader = Reader(told)
    regions = sorted({view.site.region for view in told}, key=lambda r: (r.sample, r.name))
    whole = commitment_key(commitment.id)
    return CommitmentPage(
        key=part_key(whole, part, regions[0].code) if part else whole,
        id=commitment.id,
        short=commitment.short,
        text=commitment.text,
        means=commitment.means,
        essential=commitment.essential,
        notices=Notices(
            sample=any(region.sample for region in regions),
            working_wording=charter.notice if charter.is_working else "",
            charter=charter.title,
            official_url=charter.official_url,
        ),
        regions=tuple(
            RegionRows(
                name=region.name,
                sample=region.sample,
                rows=tuple(
                    _place(view, answer_row(view, commitment.id, reader))
                    for view in told
                    if view.site.region == region
                ),
            )
            for region in regions
        ),
        holds=tuple(reader.holds),
        part=part,
    )


def _place(view: ReturnView, answer: AnswerRow | None) -> PlaceRow:
    site = view.site
    return PlaceRow(
        site_name=site.region.commissioner if site.is_region else site.name,
        page=page_of(view),
        quarter_words=view.quarter.in_words,
        withheld="" if answer else _why_nothing(view),
        answer=answer,
        source=view.source,
        party_name=view.who,
    )


def _why_nothing(view: ReturnView) -> str:
    if not view.life.is_received:
        return facts(view)[0]
    if view.life.nil:
        return not_running(view.who)
    if view.withdrawal:
        return Said("This update was taken down on {day}.", day=view.withdrawal.on)
    if view.quiet:
        return QUIET
    if not view.may_rate:
        return view.why_not
    if view.edition is None:
        return Said("This update is not published yet.")
    return Said("{who} gave no answer on this.", who=view.who)
