"""The registers that come with the product: one real and cautious, one invented and plainly so."""

import re
from datetime import date
from pathlib import Path

import pytest

from charter.quarters import Quarter
from providers import cycles
from providers.database import Database
from providers.owing import owing
from providers.register import (
    Register,
    Row,
    check_file,
    gaps,
    import_register,
    import_signatories,
    read_signatories,
    region,
    services_serving,
    signatories,
)
from tests.support.registers import NOON
from tests.support.rules import POLICY

DATA = Path(__file__).parents[2] / "providers" / "data"
Q2 = Quarter.parse("2026-27-Q2")
DRAMA = re.compile(r"020 7946 0\d{3}|01632 960\d{3}|08081 570\d{3}")
"""The telephone numbers that Ofcom keeps free for drama."""


@pytest.fixture
def real() -> Register:
    """The real register."""
    return check_file(DATA / "register.csv")


@pytest.fixture
def sample() -> Register:
    """The invented register."""
    return check_file(DATA / "sample-register.csv")


def prisons(register: Register, region: str) -> set[str]:
    """The prisons of a region."""
    return {r.site_name for r in register.rows if r.region == region and r.party == "provider"}


def services(rows: list[Row]) -> set[tuple[object, ...]]:
    """The services that these rows are contacts of."""
    return {(*row.offer, row.service_from) for row in rows}


def take_in(store: Database, register: Register) -> None:
    """Import a shipped register with its signatories, paused as it ships."""
    signed = read_signatories((DATA / "signatories.csv").read_bytes(), "signatories.csv")
    assert signed.problems == ()
    with store.writing() as session:
        import_register(
            session, register, NOON, "operator", policy_version=POLICY.version, paused=True
        )
        if "Sample" not in register.regions:
            import_signatories(session, signed, NOON, "operator")


def test_the_real_register_has_eight_london_and_four_south_east_prisons(real: Register) -> None:
    assert real.problems == ()
    assert len(prisons(real, "London")) == 8
    assert len(prisons(real, "South East")) == 4


def test_nhs_london_is_a_party_that_owes_a_return(real: Register) -> None:
    assert {(r.region, r.provider_name) for r in real.rows if r.party == "commissioner"} == {
        ("London", "NHS London")
    }


def test_every_real_row_has_a_source_a_date_and_a_note(real: Register) -> None:
    for row in real.rows:
        assert row.source.startswith("http"), row
        assert row.source_date, row
        assert row.note, row


def test_where_no_source_names_a_provider_the_register_admits_the_gap(real: Register) -> None:
    assert {gap.site for gap in real.gaps} == {
        "HMP Brixton",
        "HMP Downview",
        "HMP Elmley",
        "HMP Huntercombe",
        "HMP Pentonville",
        "HMP Wandsworth",
        "HMP/YOI Feltham",
        "HMP/YOI Isis",
    }
    for row in real.rows:
        if not row.provider_code:
            assert "blank" in row.note


def test_the_change_of_hands_at_thameside_is_dated(real: Register) -> None:
    spells = {r.provider_name: (r.service_from, r.service_to) for r in real.rows
              if r.site_code == "thameside"}  # fmt: skip
    assert spells == {
        "Oxleas": (date(2023, 5, 1), date(2023, 5, 31)),
        "Practice Plus Group": (date(2024, 1, 1), None),
    }


def test_no_real_organisation_is_given_a_real_address_or_number(real: Register) -> None:
    for row in real.rows:
        assert row.contact_email == "" or row.contact_email.endswith(".example")
        assert row.contact_name == "" or row.contact_name.startswith("Placeholder: ")
        assert (row.switchboard, row.safer_custody, row.family_line) == ("", "", "")


def test_five_parties_have_signed_in_london_and_none_in_the_south_east(
    sqlite_store: Database, real: Register
) -> None:
    take_in(sqlite_store, real)
    with sqlite_store.reading() as session:
        assert [s.party_name for s in signatories(session, "london") or ()] == [
            "CNWL",
            "NHS London",
            "Oxleas",
            "Pact",
            "Practice Plus Group",
        ]
        assert signatories(session, "south-east") == []


def test_only_known_signed_parties_owe_a_return_on_the_real_register(
    sqlite_store: Database, real: Register
) -> None:
    take_in(sqlite_store, real)
    with sqlite_store.reading() as session:
        london = owing(session, cycles.region_of(session, "london"), Q2, POLICY)
        south = owing(session, cycles.region_of(session, "south-east"), Q2, POLICY)
        home = region(session, "london")
        assert home
        assert home.paused
        assert len(gaps(session, "london", NOON.date())) == 5
    assert [(o.site_name, o.party_name) for o in london if not o.left_out] == [
        ("HMP Belmarsh", "Oxleas"),
        ("HMP Thameside", "Practice Plus Group"),
        ("HMP Wormwood Scrubs", "Practice Plus Group"),
        ("NHS London", "NHS London"),
    ]
    assert [o for o in south if not o.left_out] == []
    assert [o.left_out for o in south if o.party_name == "CNWL"] == [
        "not signed up to the Charter in this region"
    ]


def test_the_sample_register_is_twelve_services_of_three_providers_and_a_commissioner(
    sample: Register,
) -> None:
    assert sample.problems == ()
    assert sample.gaps == ()
    prime = [row for row in sample.rows if row.party == "provider"]
    assert len(services(prime)) == 12
    assert {row.provider_name for row in prime} == {"Avon Health", "Brook Care", "Clyde Health"}
    assert {r.provider_name for r in sample.rows if r.party == "commissioner"} == {
        "Sample Commissioning Team"
    }


def test_one_sample_prison_changes_hands_and_both_providers_owe_for_their_days(
    sqlite_store: Database, sample: Register
) -> None:
    take_in(sqlite_store, sample)
    with sqlite_store.reading() as session:
        home = region(session, "sample")
        assert home
        assert home.sample
        found = services_serving(session, "sample", Q2.starts, Q2.ends)
        assert len(found) == 13
        days = {
            s.party_name: s.days(Q2.starts, Q2.ends) for s in found if s.site_code == "brindlebeck"
        }
        assert days == {"Clyde Health": 45, "Avon Health": 47}
        earlier = services_serving(session, "sample", Q2.previous().starts, Q2.previous().ends)
        assert len(earlier) == 12
        assert signatories(session, "sample") is None


def test_the_sample_cast_has_a_shared_lead_a_deputy_a_listening_partner_and_a_dead_mailbox(
    sample: Register,
) -> None:
    roles = {row.contact_role for row in sample.rows}
    assert {"lead", "deputy", "signer", "contract_manager", "listening_partner"} <= roles
    leads = [row for row in sample.rows if row.contact_role == "lead"]
    anna = [row for row in leads if row.contact_email == "anna.averill@avon.example"]
    assert len(services(anna)) == 3
    dead = [row for row in leads if row.contact_email.endswith("@refuses.example")]
    assert [row.site_code for row in dead] == ["willowfen"]


def test_nothing_in_the_sample_register_can_reach_anybody(sample: Register, real: Register) -> None:
    assert not prisons(sample, "Sample") & (prisons(real, "London") | prisons(real, "South East"))
    for row in sample.rows:
        assert row.contact_email.endswith(".example")
        for number in (row.switchboard, row.safer_custody, row.family_line):
            assert number == "" or DRAMA.fullmatch(number), number
        assert row.party == "commissioner" or row.numbers_checked
