"""Only what the record touched is made and drawn again, and the outcome is as if all of it were."""

import gc
import json
import shutil
import tracemalloc
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from charter import lists
from charter.ledger import canonical, digest
from charter.steps import Approved, Extended, Revised, Step
from flows import grouping, publishing
from notifications import site
from notifications.rebuilding import rebuilt
from notifications.site import Draft, Overtaken, SiteRefused, check_site, differs
from notifications.vouching import vouched
from providers import cycles, lives, publications, quiet, returns, staff
from providers.database import Database, open_engine
from providers.lives import NewStep
from providers.tables import Service, Site
from tests.support import scale
from tests.support.cast import at
from tests.support.databases import migrate
from tests.support.drawn import build_pages
from tests.support.programme import APPROVER, COMMISSIONER, PARTNER, Programme

MORNING = f"{scale.NOW:%Y-%m-%dT}10:30"
LATER = f"{scale.NOW:%Y-%m-%dT}10:50"
BEFORE = str(scale.LAST.previous())
DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def in_parts() -> Iterator[None]:
    """A dozen prisons are many: four together, five on the start page, three to a letter."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(grouping, "TOGETHER", 4)
        patch.setattr(lists, "AT_ONCE", 5)
        patch.setattr(lists, "A_LETTER", 3)
        yield


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory, in_parts: None) -> Path:
    """A folder with twelve prisons over two quarters on record, published; only copied."""
    folder = tmp_path_factory.mktemp("country")
    programme = country(folder, 12)
    assert programme.publish(MORNING).changed
    programme.database.engine.dispose()
    return folder


@pytest.fixture
def many(told: Path, tmp_path: Path) -> Iterator[Programme]:
    """The same, to be changed."""
    shutil.copytree(told, tmp_path, symlinks=True, dirs_exist_ok=True)
    database = Database(open_engine(f"sqlite:///{tmp_path / 'country.db'}"))
    yield Programme(database, tmp_path / "home", began=f"{scale.NOW:%Y-%m-%dT%H:%M}")
    database.engine.dispose()


def country(folder: Path, prisons: int) -> Programme:
    """So many prisons over two quarters, the first published, on a database of their own."""
    url = f"sqlite:///{folder / 'country.db'}"
    migrate(url)
    database = Database(open_engine(url))
    return scale.region(database, folder / "home", prisons, 2)


def revise(programme: Programme, site: str) -> int:
    """Open a published return for a revision and approve it again, half an hour past ten."""
    with programme.database.writing() as session:
        here = returns.find(session, f"P{int(site[1:]) // 10}", site, BEFORE)
        steps: list[Step] = [Revised(reason="A date was wrong.")]
        steps += [Approved(person=3), Approved(person=4)]
        now = scale.NOW + timedelta(minutes=40)
        lives.record_many(session, [NewStep(here.id, one) for one in steps], now, "person:3")
    return here.id


def as_if_new(programme: Programme, when: str) -> dict[str, str]:
    """The fingerprint of every page, all of them made anew."""
    with programme.database.reading() as session:
        pages = build_pages(session, at(when), programme.post.calendar)
    return {key: digest(canonical(page)) for key, page in pages.items()}


def published(database: Database) -> dict[str, str]:
    """The fingerprint of every page of the newest bulletin."""
    with database.reading() as session:
        newest = publications.newest(session)
    assert newest is not None
    return dict(newest.pages)


def departs(programme: Programme) -> str:
    """How the site departs from what the newest bulletin gives; empty when it does not."""
    with programme.database.reading() as session:
        newest = publications.newest(session)
    assert newest is not None
    folder = programme.home / "site"
    files = rebuilt(publishing.drawing_of(programme.database, newest.pages), folder)
    return differs(folder, files.items(), newest.ledger_entries, newest.ledger_head)


def written(programme: Programme) -> dict[str, bytes]:
    """Every page of the site but copies of the newest of a folder."""
    folder = (programme.home / "site").resolve()
    return {
        str(page.relative_to(folder)): page.read_bytes()
        for page in folder.rglob("*.html")
        if page.name != "index.html" or page.parent == folder
    }


def test_long_lists_stand_in_parts_and_every_prison_is_found(many: Programme) -> None:
    folder = many.home / "site"
    assert check_site(folder) == []
    pages = published(many.database)
    assert "commitments/W1/sample/3" in pages
    assert f"quarters/sample/{BEFORE}/3" in pages
    assert "regions/sample/3" in pages
    assert {key for key in pages if key.startswith("find/")} == {
        *("find/p", "find/p-2", "find/p-3", "find/p-4"),
    }
    start = (folder / "index.html").read_text()
    assert 'href="find/p-4.html"' in start
    listed = "".join(page.read_text() for page in (folder / "find").glob("*.html"))
    assert all(f">HMP Place {n}</a>" in listed for n in range(12))
    whole = (folder / "quarters" / "sample" / f"{BEFORE}.html").read_text()
    assert 'data-expected="12"' in whole
    parts = [(folder / "quarters" / "sample" / BEFORE / f"{n}.html").read_text() for n in (1, 2, 3)]
    assert [part.count('data-expected="4"') for part in parts] == [1, 1, 1]


def test_a_bulletin_in_parts_verifies_and_an_outsider_can_check_it(many: Programme) -> None:
    assert departs(many) == ""
    assert vouched(many.home / "site").returns == 24


def test_one_changed_return_draws_only_the_pages_that_tell_of_it(many: Programme) -> None:
    before, was = published(many.database), written(many)
    revise(many, "S1")
    done = many.publish(LATER)
    after, now = published(many.database), written(many)
    changed = {key for key in after if before.get(key) != after[key]}
    assert {key for key in changed if key.startswith("prisons/")} == {f"prisons/S1/{BEFORE}"}
    assert {path for path in now if was[path] != now[path]} == {
        *(f"{key}.html" for key in changed),
        "prisons/S1/actions.html",
    }
    assert (done.published, done.drawn) == (1, len(changed) + 1)
    assert 0 < done.made < len(after) / 2
    assert after == as_if_new(many, LATER)
    assert departs(many) == ""


def test_on_either_database_one_changed_return_leaves_pages_as_if_all_were_made_anew(
    store: Database, tmp_path: Path, in_parts: None
) -> None:
    few = scale.region(store, tmp_path / "home", 6, 2)
    few.publish(MORNING)
    revise(few, "S1")
    done, after = few.publish(LATER), published(store)
    assert 0 < done.made < len(after)
    assert after == as_if_new(few, LATER)
    assert not few.publish(LATER).changed


def test_nothing_is_made_or_drawn_while_nothing_changes(many: Programme) -> None:
    again = many.publish(LATER)
    assert (again.changed, again.made, again.drawn) == (False, 0, 0)


def test_what_was_kept_is_only_a_help(many: Programme) -> None:
    kept = many.home / "sites" / publishing.MADE
    for spoilt in (b"", b"{", json.dumps({"rules": "x"}).encode()):
        kept.write_bytes(spoilt)
        done = many.publish(LATER)
        assert (done.changed, done.drawn) == (False, 0)
        assert done.made > 0
    kept.unlink()
    assert not many.publish(LATER).changed


def on(day: date) -> str:
    """Half past ten on a day."""
    return f"{day}T10:30"


def made_on(programme: Programme, day: date) -> int:
    """How many pages are made on a day, when all come out as if every one were made anew."""
    done = programme.publish(on(day))
    assert published(programme.database) == as_if_new(programme, on(day)), day
    return done.made


def test_on_another_day_only_what_the_record_touched_is_made_and_drawn(many: Programme) -> None:
    revise(many, "S1")
    before, next_day = published(many.database), scale.NOW.date() + timedelta(days=1)
    made = made_on(many, next_day)
    after = published(many.database)
    changed = {key for key in after if before.get(key) != after[key]}
    assert 0 < made < len(after) / 2
    assert {key for key in changed if key.startswith("prisons/")} == {f"prisons/S1/{BEFORE}"}
    assert made_on(many, next_day + timedelta(days=1)) == 0
    assert departs(many) == ""


def test_a_day_that_changes_pages_by_itself_makes_them_again(many: Programme) -> None:
    today = scale.NOW.date()
    extended, quiet_from, quiet_to, unheard, opened, closed = (
        today + timedelta(days=n) for n in (2, 4, 5, 7, 9, 10)
    )
    with many.database.writing() as session:
        late = returns.find(session, "P0", "S0", str(scale.LAST))
        more = Extended(due=extended, reason="They asked.", public="A week more.")
        lives.record(session, late.id, more, at(LATER), "person:3")
        calm = returns.find(session, "P0", "S5", BEFORE)
        approvers = [many.person(one) for one in (COMMISSIONER, APPROVER)]
        period = quiet.set_period(
            session, "sample", calm.site_id, quiet_from, quiet_to, at(LATER), approvers[0]
        )
        quiet.agree(session, "sample", period, at(LATER), approvers[1])
        staff.end(
            session, at(LATER), "operator", email=PARTNER, region_code="sample",
            role="listening_partner", on=unheard,
        )  # fmt: skip
        new = Site(region_code="sample", code="S99", name="HMP Place 99")
        session.add(new)
        session.flush()
        provider = session.exec(select(Service.party_code).where(Service.site_id == calm.site_id))
        here = Service(site_id=new.id or 0, role="prime", starts=opened, ends=closed)
        here.party_code = provider.one()
        session.add(here)
    dates = late.dates
    turns = {extended + DAY, quiet_from, quiet_to + DAY, unheard, opened, dates.publishes}
    turns |= {day + DAY for day in (dates.challenge_ends, dates.reply_ends, dates.publishes)}
    made_on(many, today + DAY)
    days = {near for day in {*turns, closed} for near in (day - DAY, day, day + DAY)}
    assert {day for day in sorted(days) if day > today + DAY and made_on(many, day)} == turns
    assert departs(many) == ""


def test_what_concerns_a_whole_region_makes_all_of_it_again(many: Programme) -> None:
    with many.database.writing() as session:
        cycles.adopt(session, "sample", "working-0.2", at(LATER), "operator")
    many.publish(LATER)
    assert published(many.database) == as_if_new(many, LATER)


def test_a_record_that_moves_on_meanwhile_is_told_as_it_then_stands(
    many: Programme, monkeypatch: pytest.MonkeyPatch
) -> None:
    revise(many, "S1")
    build, late = site.build, ["S9", "S5"]

    def slow(*given: Any) -> Draft:
        if late:
            revise(many, late.pop())
        return build(*given)

    monkeypatch.setattr(publishing, "build", slow)
    assert many.publish(LATER).published == 3
    assert published(many.database) == as_if_new(many, LATER)
    assert departs(many) == ""
    assert not list((many.home / "sites").glob("*.building"))


def test_a_record_that_never_stands_still_keeps_the_old_site(
    many: Programme, monkeypatch: pytest.MonkeyPatch
) -> None:
    revise(many, "S1")
    before, build = published(many.database), site.build
    monkeypatch.setattr(publishing, "TRIES", 2)

    def slow(*given: Any) -> Draft:
        revise(many, "S9")
        return build(*given)

    monkeypatch.setattr(publishing, "build", slow)
    with pytest.raises(Overtaken, match="the record changed each time"):
        many.publish(LATER)
    assert published(many.database) == before
    assert check_site(many.home / "site") == []
    assert not list((many.home / "sites").glob("*.building"))


def test_a_bulletin_that_fails_its_check_is_not_entered(
    many: Programme, monkeypatch: pytest.MonkeyPatch
) -> None:
    revise(many, "S1")
    before = published(many.database)
    with monkeypatch.context() as patch:
        patch.setattr("notifications.sitecheck.HELPLINE", "0808 808 0000")
        with pytest.raises(SiteRefused, match="does not give the helpline"):
            many.publish(LATER)
    assert published(many.database) == before
    assert check_site(many.home / "site") == []
    assert many.publish(LATER).changed
    assert departs(many) == ""


def test_no_writer_waits_while_pages_are_made_or_drawn(
    many: Programme, monkeypatch: pytest.MonkeyPatch
) -> None:
    revise(many, "S1")
    build = site.build

    def busy(*given: Any) -> Draft:
        with many.database.writing():  # another writer gets its turn at once
            pass
        return build(*given)

    monkeypatch.setattr(publishing, "build", busy)
    assert many.publish(LATER).changed


def test_four_times_the_prisons_take_no_more_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(grouping, "TOGETHER", 5)
    peaks: list[int] = []
    for prisons in (10, 10, 40):  # the first one warms what is kept for all
        folder = tmp_path / str(len(peaks))
        folder.mkdir()
        programme = country(folder, prisons)
        gc.freeze()  # beside all that a long run of tests holds, hardly anything is let go
        gc.collect()
        tracemalloc.start()
        programme.publish(MORNING)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        gc.unfreeze()
    assert peaks[2] < 1.5 * peaks[1], peaks
