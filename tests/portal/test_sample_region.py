"""Every page of the region that ships as a sample, as each of its people finds it."""

from pathlib import Path

import pytest
from sqlalchemy import Engine

import providers
from charter.quarters import london_date
from providers import cycles, opening, register, returns, staff
from providers.database import Database
from tests.support.cast import at
from tests.support.pages import PageClient
from tests.support.rules import CALENDAR, CHARTER_TEXT, POLICY_TEXT
from tests.support.stage import QUARTER, Stage

SHIPPED = Path(providers.__file__).parent / "data" / "sample-register.csv"
PARTS = ("", "/check", "/actions", "/actions/new", "/replies", "/not-running", "/commitments/W1")


@pytest.fixture
def sample(sqlite_database: Engine) -> Stage:
    """The shipped sample register with its quarter opened."""
    stage = Stage(Database(sqlite_database))
    stage.now = at("2026-09-01T09:00")
    with stage.database.writing() as session:
        cycles.keep_rulebook(session, "charter", "working-0.1", CHARTER_TEXT)
        cycles.keep_rulebook(session, "policy", "2026.4", POLICY_TEXT)
        read = register.check_file(SHIPPED)
        register.import_register(session, read, stage.now, "operator", policy_version="2026.4")
        (region,) = register.regions(session)
        staff.add(
            session,
            stage.now,
            "operator",
            region_code=region.code,
            email="reader@sample.example",
            name="Rita Reader",
            role="commissioner",
        )
        stage.now = at("2026-10-01T09:00")
        opening.open_due(session, stage.now, CALENDAR)
    return stage


def test_every_contact_reaches_every_page_of_their_returns(sample: Stage):
    with sample.database.reading() as session:
        refs = returns.refs(session, quarter=QUARTER)
        people = register.contacts_of(
            session, [r.service_id for r in refs], london_date(sample.now)
        )
    assert len(refs) > 10
    mine: dict[str, list[int]] = {}
    for ref in refs:
        for person in people[ref.service_id]:
            if person.role in ("lead", "deputy", "signer"):
                mine.setdefault(person.email, []).append(ref.id)
    for email, numbers in mine.items():
        with PageClient(sample.app) as client:
            page = sample.sign_in(client, email)
            assert page.h1.endswith("Your returns")
            for number in numbers:
                assert f"/returns/{number}" in page.links.values()
            for part in PARTS:
                assert client.get(f"/returns/{numbers[0]}{part}").status == 200


def test_the_commissioner_reaches_every_return(sample: Stage):
    with sample.database.reading() as session:
        refs = returns.refs(session, quarter=QUARTER)
    with PageClient(sample.app) as client:
        sample.sign_in(client, "reader@sample.example")
        page = client.get(f"/console/regions/{refs[0].region}/{QUARTER}")
        assert f"Expected, in all{len(refs)}" in page.text
        for ref in refs:
            assert client.get(f"/console/returns/{ref.id}").status == 200
