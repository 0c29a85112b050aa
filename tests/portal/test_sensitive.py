"""A sensitive period: two people, its days, one neutral sentence, and its end by itself."""

import json
from collections.abc import Callable
from datetime import date, timedelta
from urllib.parse import quote

import pytest

from charter.quarters import at as moment_on
from charter.quarters import london_date
from charter.reading import QUIET
from notifications.compared import sentences_of
from providers import deputies, ledger, lives, quiet, replied
from providers.cycles import NotAllowed, Unknown
from tests.support.cast import AVON
from tests.support.drawn import build_pages, render
from tests.support.pages import PageClient
from tests.support.releases import OUT, approve_by_two, named_in, publish, site_page
from tests.support.rules import CALENDAR
from tests.support.stage import ANN, CORA, LENA, OTTO, RITA, Stage

Open = Callable[..., PageClient]
FIRST, LAST_DAY = date(2026, 12, 7), date(2026, 12, 20)


@pytest.fixture
def named(stage: Stage) -> Stage:
    """Avon's return, confirmed and on its way out."""
    return named_in(stage)


def here_of(stage: Stage) -> tuple[str, int]:
    ref = stage.ref()
    return ref.region, ref.site_id


def set_by(stage: Stage, email: str, first: date = FIRST, last: date = LAST_DAY) -> int:
    region, site = here_of(stage)
    with stage.database.writing() as session:
        return quiet.set_period(session, region, site, first, last, stage.now, stage.person(email))


def agreed(stage: Stage, **days: date) -> int:
    period = set_by(stage, CORA, **days)
    with stage.database.writing() as session:
        quiet.agree(session, here_of(stage)[0], period, stage.now, stage.person(ANN))
    return period


def counts(stage: Stage, on: date) -> bool:
    with stage.database.reading() as session:
        return here_of(stage)[1] in quiet.in_force(session, on)


def test_a_deputy_of_whoever_set_it_does_not_agree_to_it(named: Stage, open_pages: Open):
    region, today = here_of(named)[0], london_date(named.now)
    with named.database.writing() as session:
        cora, rita = named.person(CORA), named.person(RITA)
        deputies.name(session, region, deputy=rita, stands_for=cora, first=today,
                      last=today + timedelta(days=9), now=named.now, person=cora)  # fmt: skip
    period = set_by(named, CORA)
    with (
        named.database.writing() as session,
        pytest.raises(NotAllowed, match="count as one"),
    ):
        quiet.agree(session, region, period, named.now, rita)
    page = f"/console/regions/{region}/sensitive"
    asked = ["/sensitive/agree" in named.enters(open_pages, who).get(page).html
             for who in (RITA, ANN)]  # fmt: skip
    assert asked == [False, True]
    theirs = set_by(named, RITA, LAST_DAY + timedelta(days=1), LAST_DAY + timedelta(days=2))
    with (
        named.database.writing() as session,
        pytest.raises(NotAllowed, match="count as one"),
    ):
        quiet.agree(session, region, theirs, named.now, cora)


def test_it_counts_from_its_first_to_its_last_day_once_a_second_person_agreed(named: Stage):
    period = set_by(named, CORA)
    assert not counts(named, FIRST)
    region = here_of(named)[0]
    with named.database.writing() as session:
        with pytest.raises(NotAllowed, match="somebody else must agree"):
            quiet.agree(session, region, period, named.now, named.person(CORA))
        quiet.agree(session, region, period, named.now, named.person(ANN))
        with pytest.raises(NotAllowed, match="agreed to it already"):
            quiet.agree(session, region, period, named.now, named.person(ANN))
    one = timedelta(days=1)
    days = (FIRST - one, FIRST, LAST_DAY, LAST_DAY + one)
    assert [counts(named, on) for on in days] == [False, True, True, False]
    with named.database.writing() as session:
        quiet.end(session, region, period, named.now, named.person(ANN))
    assert not counts(named, FIRST)


@pytest.mark.parametrize(
    ("first", "last", "why"),
    [
        (LAST_DAY, FIRST, "no earlier than the first"),
        (date(2026, 11, 1), date(2026, 11, 30), "over already"),
        (FIRST, FIRST + timedelta(days=60), "60 days at most"),
        (date(2028, 1, 1), date(2028, 1, 2), "more than a year ahead"),
    ],
)
def test_days_that_cannot_be_are_refused(named: Stage, first: date, last: date, why: str):
    with pytest.raises(NotAllowed, match=why):
        set_by(named, CORA, first, last)


def test_sixty_days_are_allowed_and_two_periods_of_a_prison_do_not_overlap(named: Stage):
    set_by(named, CORA, FIRST, FIRST + timedelta(days=59))
    with pytest.raises(NotAllowed, match="has a sensitive period"):
        set_by(named, ANN, FIRST + timedelta(days=59), FIRST + timedelta(days=70))
    set_by(named, ANN, FIRST + timedelta(days=60), FIRST + timedelta(days=70))


def test_another_regions_prison_or_period_is_unknown_and_a_reader_sets_none(named: Stage):
    region, period = here_of(named)[0], set_by(named, CORA)
    other = named.ref_of_eve()
    with named.database.writing() as session:
        otto, rita = named.person(OTTO), named.person(RITA)
        with pytest.raises(Unknown):
            quiet.agree(session, other.region, period, named.now, otto)
        with pytest.raises(Unknown):
            quiet.set_period(
                session, other.region, here_of(named)[1], FIRST, LAST_DAY, named.now, otto
            )
        for person in (otto, rita):
            with pytest.raises(NotAllowed, match="only a commissioner or approver"):
                quiet.agree(session, region, period, named.now, person)


def test_ratings_and_narratives_stand_behind_one_sentence_and_the_state_does_not(
    named: Stage, open_pages: Open
):
    here = named.ref()
    named.now = OUT
    with named.database.writing() as session:
        who = named.person(LENA)
        for one in replied.replies_in(session, lives.lives(session, [here.id])[here.id]):
            replied.mark(session, here, one.about, True, "We heard so.", OUT, who)
    approve_by_two(named, open_pages, here)
    agreed(named)
    publish(named)
    told = site_page(named, here)
    said = [one.words for one in sentences_of(told)]
    assert QUIET.split(". ")[1] in " ".join(said)
    assert told.count(QUIET) == 1
    assert "Avon Health sent its update on 20 October 2026." in " ".join(said)
    for hidden in ("Ring us back", "On weekdays, yes", "Cards ran out", "kept 8", "We heard so"):
        assert hidden not in told
    assert "No action is open" not in told
    assert "Nothing was given up" not in told
    last = named.site_folder / f"prisons/{here.site}/2026-27-Q1.html" if named.site_folder else None
    assert last is not None
    assert QUIET in last.read_text("utf-8")
    csv = (named.site_folder / "data/actions.csv").read_text("utf-8") if named.site_folder else ""
    assert "Cards ran out" not in csv


def test_it_ends_by_itself_at_the_next_publication_and_what_stood_still_verifies(
    named: Stage, open_pages: Open
):
    here = named.ref()
    named.now = OUT
    approve_by_two(named, open_pages, here)
    agreed(named, last=date(2026, 12, 9))
    publish(named)
    assert QUIET in site_page(named, here)
    with named.database.reading() as session:
        pages = {
            day: render(build_pages(session, moment_on(date(2026, 12, day), 10), CALENDAR))
            for day in (9, 10)
        }
    key = f"prisons/{here.site}/{here.quarter}.html"
    assert pages[9][key].decode() == site_page(named, here)
    named.now = moment_on(date(2026, 12, 10), 10)
    publish(named)
    assert QUIET not in site_page(named, here)
    assert "Ring us back" in site_page(named, here)
    with named.database.reading() as session:
        assert ledger.verify(session) == ""


def test_the_ledger_says_when_and_never_why(named: Stage):
    agreed(named)
    with named.database.reading() as session:
        entries = [e for e in ledger.entries(session) if e.kind.startswith("sensitive_")]
    assert [e.kind for e in entries] == ["sensitive_set", "sensitive_agreed"]
    days = {"first": "2026-12-07", "last": "2026-12-20"}
    assert json.loads(entries[0].body) == {**days, "period": 1, "site": here_of(named)[1]}


def test_two_people_set_and_agree_on_the_page(named: Stage, open_pages: Open):
    region, site = here_of(named)
    path = f"/console/regions/{quote(region)}/sensitive"
    cora, ann = named.enters(open_pages, CORA), named.enters(open_pages, ANN)
    empty = cora.get(path).submit({"prison": ""}, button="Set this period")
    assert (empty.status, "Choose the prison" in empty.text) == (422, True)
    long = {"prison": str(site), "last-day": "1", "last-month": "6", "last-year": "2027"}
    refused = cora.get(path).submit(long, button="Set this period")
    assert (refused.status, "60 days at most" in refused.text) == (422, True)
    assert refused.fields(refused.form("Set this period"))["last-month"] == ["6"]
    done = cora.get(path).submit({"prison": str(site)}, button="Set this period")
    assert "Set. It counts once somebody else has agreed to it." in done.text
    assert "Waits for a second person" in done.text
    ours = ann.get(path)
    agreed_to = ours.submit(button=f"Agree: {AVON.site_name}")
    assert "Agreed to by Ann Approve" in agreed_to.text
    late = ours.submit(button=f"Agree: {AVON.site_name}")
    assert (late.status, "agreed to it already" in late.text) == (409, True)
    assert "Ann Approve" in late.text
    assert named.enters(open_pages, RITA).get(path).status == 403
    assert named.enters(open_pages, OTTO).get(path).status == 404
