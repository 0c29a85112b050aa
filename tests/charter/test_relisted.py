"""Lists foretold from a prison's page read as they do once that page is out."""

from dataclasses import replace
from datetime import date

import pytest

from charter.pages import CommitmentPage, QuarterPage
from charter.policy import Dates
from charter.relisted import relisted
from charter.summary import commitment_page, home_page, prison_page, quarter_page
from charter.views import Edition, ReturnView
from tests.support.published import alder, birch, everybody
from tests.support.returned import ALDER, NEXT, PUBLISHED, Q1, Q2

DAY = date(2026, 12, 8)
DATES = Dates(
    opens=date(2026, 10, 1),
    due=date(2026, 10, 28),
    challenge_ends=date(2026, 11, 25),
    reply_ends=date(2026, 12, 2),
    publishes=DAY,
    requests_close=date(2026, 9, 16),
    not_returned=date(2026, 11, 11),
)


def lists(*views: ReturnView):
    """The timetable, two commitments and the start page, of these returns."""
    region, charter = views[0].site.region, views[0].charter
    now = [view for view in views if view.quarter == Q2]
    timetable = quarter_page(region, Q2, now, DATES, charter, expected=len(now), as_at=DAY)
    out = [view for view in views if view.edition]
    newest = {(v.site.code, v.who): v for v in sorted(out, key=lambda v: v.quarter)}
    promises = [commitment_page(c, charter, newest.values()) for c in charter.commitments[:2]]
    sites = {view.site.code: view.site for view in views}
    prisons = [prison_page(s, [v for v in now if v.site == s], NEXT) for s in sites.values()]
    return [timetable, *promises, home_page(sites.values(), [timetable], prisons, charter)]


def waiting(view: ReturnView) -> ReturnView:
    return replace(view, edition=None, waits_for=("NHS Sample",))


@pytest.mark.parametrize("earlier", [False, True])
def test_a_page_that_goes_out_is_told_on_every_list(earlier: bool):
    (out,), others = alder(), birch()
    old = [replace(out, quarter=Q1, return_id=900)] if earlier else []
    before = lists(waiting(out), *others, *old)
    after = {one.key: one for one in lists(out, *others, *old)}
    found = relisted(prison_page(ALDER, [out], NEXT), before)
    assert {key: one.model_dump(exclude={"holds"}) for key, one in found.items()} == {
        key: one.model_dump(exclude={"holds"}) for key, one in after.items()
    }
    assert [one.key for one in before if found[one.key] != one] == [
        f"quarters/{out.site.region.code}/{Q2}", "commitments/C1", "commitments/C2",
    ]  # fmt: skip


def test_a_newer_update_is_not_put_back_by_an_older_one():
    (out,), others = alder(), birch()
    newer = replace(out, quarter=Q2.next(), return_id=901)
    promise = lists(newer, out, *others)[1]
    found = relisted(prison_page(ALDER, [out], NEXT), [promise])
    assert found[promise.key] == promise


def test_a_revision_is_told_with_its_own_words():
    (out,), others = alder(), birch()
    again = replace(out, edition=Edition(2, PUBLISHED, because="A date was wrong."), quiet=True)
    found = relisted(prison_page(ALDER, [again], NEXT), lists(out, *others))
    promise = found["commitments/C1"]
    assert isinstance(promise, CommitmentPage)
    told = [row for region in promise.regions for row in region.rows]
    (row,) = [row for row in told if row.site_name == ALDER.name]
    assert (row.answer, "not shown at the moment" in row.withheld) == (None, True)


@pytest.mark.parametrize("part", [0, 1])
def test_who_is_late_is_late_in_a_part_that_says_no_day(part: int):
    views = everybody()
    region, charter = views[0].site.region, views[0].charter
    table = quarter_page(
        region, Q2, views, DATES, charter, expected=len(views), as_at=DAY, part=part
    )  # fmt: skip
    assert (table.as_at is None) == bool(part)
    late = next(view for view in views if not view.life.is_received and view.life.due)
    found = relisted(prison_page(late.site, [late], NEXT), [table])[table.key]
    assert isinstance(found, QuarterPage)
    assert [row.late for row in found.rows] == [row.late for row in table.rows]
    (row,) = [row for row in found.rows if row.source.return_id == late.return_id]
    assert row.late
