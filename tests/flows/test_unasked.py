"""A prison that nothing was asked of has a page all the same, until its first update is owed."""

from datetime import date

import pytest

from charter.review import Withdrawn
from charter.steps import Published, Revised, Step
from flows.grouping import places
from providers import lives
from providers.database import Database
from providers.tables import Party, Region, Service, Signatory, Site
from tests.support.cast import AVON, at
from tests.support.drawn import Pages, build_pages, drawn, faults
from tests.support.pages import parse, words
from tests.support.rules import CALENDAR
from tests.support.stage import Stage

NOW = at("2026-12-08T09:00")


@pytest.fixture
def stage(store: Database) -> Stage:
    """Fern runs healthcare at one more prison and has not signed; of another nobody is known."""
    played = Stage(store).play()
    region = played.ref().region
    with played.database.writing() as session:
        session.add(Party(code="FERN", name="Fern Health", kind="provider"))
        session.flush()
        for code, name, party in (
            ("FIR", "HMP Fir Bank", "FERN"),
            ("GOR", "HMP Gorse", None),
            ("OLD", "HMP Old Quay", "FERN"),
        ):
            site = Site(region_code=region, code=code, name=name, switchboard="020 7946 0500")
            session.add(site)
            session.flush()
            over = date(2025, 3, 31) if code == "OLD" else None
            starts = date(2024, 4, 1)
            session.add(
                Service(
                    site_id=site.id or 0, party_code=party, role="prime", starts=starts, ends=over
                )
            )
        signs = Signatory(
            region_code=region, party_code=AVON.provider, charter_version="x", party_name="Avon"
        )
        session.add(signs)
    return played


def made(stage: Stage) -> Pages:
    with stage.database.reading() as session:
        return build_pages(session, NOW, CALENDAR)


def test_its_page_names_who_runs_healthcare_and_blames_nobody(stage: Stage) -> None:
    pages = made(stage)
    files, done = drawn(pages)
    assert done.faults == []
    fir = words(parse(files["prisons/FIR/index.html"].decode())[0])
    assert "Fern Health runs healthcare here from 1 April 2024." in fir
    assert "It has not signed up to the" in fir
    assert fir.count("020 7946 0500") == 2, "urgent help stands first and last"
    gorse = words(parse(files["prisons/GOR/index.html"].decode())[0])
    assert "We do not know who runs healthcare here." in gorse
    assert "prisons/OLD/index.html" not in files, "nobody runs anything there any more"


def test_it_stands_in_the_lists_with_why_there_is_no_update(stage: Stage) -> None:
    pages = made(stage)
    listed = {one["name"]: one.get("unasked", "") for one in pages["index"]["prisons"]}
    assert listed["HMP Fir Bank"] == "Not signed up"
    assert listed["HMP Gorse"] == "We do not know who runs healthcare there"
    assert listed[AVON.site_name] == ""
    (region,) = [page for key, page in pages.items() if key == f"regions/{stage.ref().region}"]
    assert "prisons/FIR" in {one["page"] for one in region["prisons"]}


def test_it_is_neither_counted_nor_rated(stage: Stage) -> None:
    pages = made(stage)
    quarters = [page for page in pages.values() if page["kind"] == "quarter"]
    counted = {row["site_code"] for quarter in quarters for row in quarter["rows"]}
    assert AVON.site in counted
    assert counted.isdisjoint({"FIR", "GOR"})


def test_a_region_that_has_not_begun_has_no_page_of_a_prison(stage: Stage) -> None:
    with stage.database.writing() as session:
        region = Region(code="far", name="Far", first_imported_at=NOW, policy_version="2026.4")
        session.add(region)
        session.flush()
        site = Site(region_code="far", code="NEW", name="HMP New Hill")
        session.add(site)
        session.flush()
        session.add(Service(site_id=site.id or 0, role="prime", starts=date(2024, 4, 1)))
    with stage.database.reading() as session:
        names = {place.code for place in places(session, NOW.date())}
        before = {place.code for place in places(session, date(2024, 3, 31))}
    assert {"FIR", "GOR"} < names
    assert names.isdisjoint({"NEW", "OLD", "REGION"})
    assert names - before == {"FIR", "GOR"}


def after(stage: Stage, *steps: tuple[str, Step]) -> Pages:
    with stage.database.writing() as session:
        for when, step in steps:
            lives.record(session, stage.ref().id, step, at(when), "engine")
    return made(stage)


PAGE = "prisons/AVB/2026-27-Q2"


def test_each_later_edition_and_each_taking_down_is_a_correction_with_its_entry(
    stage: Stage,
) -> None:
    stage.submit(AVON, stage.filled(stage.ref()), stage.now)
    first = after(stage, ("2026-12-08T09:00", Published(revision=1, page=PAGE)))
    assert first["corrections"]["rows"] == []
    pages = after(
        stage,
        ("2026-12-09T09:00", Revised(reason="A date was wrong.")),
        ("2026-12-10T09:00", Published(revision=2, page=PAGE)),
        ("2026-12-11T09:00", Withdrawn(reason="It named a ward.")),
    )
    rows = pages["corrections"]["rows"]
    told = [(one["kind"], one["revision"], one["on"], one["because"]) for one in rows]
    assert told == [
        ("taken_down", 2, "2026-12-11", "It named a ward."),
        ("changed", 2, "2026-12-10", "A date was wrong."),
    ]
    assert len({one["source"]["step"] for one in rows}) == 2
    assert faults(pages) == []


def test_a_reason_is_held_for_a_person_as_it_is_on_the_page(stage: Stage) -> None:
    stage.submit(AVON, stage.filled(stage.ref()), stage.now)
    pages = after(
        stage,
        ("2026-12-08T09:00", Published(revision=1, page=PAGE)),
        ("2026-12-09T09:00", Revised(reason="It was about A1234BC.")),
        ("2026-12-10T09:00", Published(revision=2, page=PAGE)),
    )
    (row,) = pages["corrections"]["rows"]
    assert "A1234BC" not in row["because"]
    assert [hold["kinds"] for hold in pages["corrections"]["holds"]] == [["prison number"]]
    assert faults(pages) == []
