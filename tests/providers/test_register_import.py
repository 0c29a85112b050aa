"""A register is taken in whole and twice is once; what it no longer lists is ended, never lost."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta

import pytest
from sqlalchemy import event, func
from sqlmodel import select

from charter.quarters import Quarter
from charter.steps import RecordedNotReturned, Released, Requested, Signed
from providers import cycles, ledger, lives
from providers.database import Database
from providers.partners import speaks_for_families
from providers.register import (
    ImportRefused,
    NeedsYes,
    address_refused,
    check,
    contact_roles,
    contacts_of,
    export,
    gaps,
    import_register,
    people,
    person_by_email,
    region,
    regions,
    services,
    services_serving,
    sites,
)
from providers.tables import Contact, Cycle, Return, Service
from tests.support.cast import at
from tests.support.registers import (
    BROOK_ROW,
    COMMISSIONER,
    GAP,
    NOBODY,
    NOON,
    SIGNER,
    csv_of,
    register_of,
    take_in,
)
from tests.support.rules import CALENDAR, CHARTER, CHARTER_TEXT, POLICY, POLICY_TEXT

LATER = at("2026-10-12T09:00")
TODAY = LATER.date()
FULL: tuple[dict[str, str], ...] = (
    {},
    SIGNER,
    BROOK_ROW,
    COMMISSIONER,
    GAP | {"site_code": "dee", "site_name": "HMP Deebridge"},
)


def emails(store: Database, on: date = TODAY) -> list[tuple[str, str]]:
    """Who is a contact on a date, with the role, of any service."""
    with store.reading() as session:
        ids = [s.id for s in services(session, ["fenland"])]
        found = contacts_of(session, ids, on)
    return sorted((c.email, c.role.value) for listed in found.values() for c in listed)


def spans(store: Database) -> list[tuple[str, str, date, date | None]]:
    """Every service on record, with its dates."""
    with store.reading() as session:
        return [
            (s.site_code, s.party_code, s.starts, s.ends) for s in services(session, ["fenland"])
        ]


def owe_a_return(store: Database, *steps: object, site: str = "avb") -> None:
    """Open a cycle in which the service at a site owes a return, and take these steps with it."""
    with store.writing() as session:
        cycles.keep_rulebook(session, "charter", CHARTER.version, CHARTER_TEXT)
        cycles.keep_rulebook(session, "policy", POLICY.version, POLICY_TEXT)
        cycle = Cycle(
            region_code="fenland",
            quarter="2026-27-Q2",
            charter_version=CHARTER.version,
            policy_version=POLICY.version,
            opened_at=NOON,
            expected=1,
            dates=POLICY.dates(Quarter.parse("2026-27-Q2"), CALENDAR).model_dump_json(),
        )
        session.add(cycle)
        session.flush()
        service = next(s for s in services(session, ["fenland"]) if s.site_code == site)
        owed = Return(cycle_id=cycle.id or 0, service_id=service.id)
        session.add(owed)
        session.flush()
        for step in (Requested(due=date(2026, 10, 28)), *steps):
            lives.record(session, owed.id or 0, step, NOON, "engine")  # type: ignore[arg-type]


@contextmanager
def counted(store: Database) -> Iterator[list[str]]:
    """Every statement that reaches the database meanwhile."""
    seen: list[str] = []

    def note(*args: object) -> None:
        seen.append(str(args[2]))

    event.listen(store.engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(store.engine, "before_cursor_execute", note)


def test_a_first_import_makes_regions_sites_parties_services_and_contacts(store: Database) -> None:
    with store.writing() as session:
        done = take_in(session, *FULL)
    assert done.first_import
    assert done.new_regions == done.regions == ("fenland",)
    assert (done.added, done.changed, done.ended) == (1 + 4 + 3 + 4 + 4 + 4, 0, 0)
    with store.reading() as session:
        home = region(session, "fenland")
        assert home
        assert (home.name, home.sample, home.paused, home.policy_version) == (
            "Fenland",
            False,
            False,
            "2026.4",
        )
        assert home.first_imported_at == NOON
        assert [site.name for site in sites(session, "fenland")] == [
            "Fenland Commissioning",
            "HMP Avonbridge",
            "HMP Brookbridge",
            "HMP Deebridge",
        ]
    assert emails(store) == [
        ("ada@avon.example", "signer"),
        ("lead@avon.example", "lead"),
        ("lead@brook.example", "lead"),
        ("lead@fenland.example", "lead"),
    ]


def test_the_same_register_again_changes_nothing_and_the_ledger_stays_silent(
    store: Database,
) -> None:
    with store.writing() as session:
        take_in(session, *FULL)
        before = ledger.head(session)
    with store.writing() as session:
        done = take_in(session, *FULL, now=LATER)
        assert not done.did_something
        assert not done.first_import
        assert done.unchanged == 20
        assert ledger.head(session) == before


def test_the_ledger_entry_holds_counts_and_names_nobody(store: Database) -> None:
    with store.writing() as session:
        take_in(session, *FULL)
        entry = next(ledger.entries(session))
    assert (entry.kind, entry.by) == ("register_imported", "operator")
    assert '"added":20' in entry.body
    assert "example" not in entry.body
    assert "Averill" not in entry.body


def test_a_register_with_a_problem_is_refused_and_nothing_is_stored(store: Database) -> None:
    bad = check(csv_of({}, {"contact_email": "nobody"}), "register.csv")
    with pytest.raises(ImportRefused, match="line 3, contact_email"), store.writing() as session:
        import_register(session, bad, NOON, "operator", policy_version="2026.4")
    with store.reading() as session:
        assert regions(session) == []


def test_a_register_with_no_rows_is_refused(store: Database) -> None:
    empty = check(csv_of(), "register.csv")
    with pytest.raises(ImportRefused), store.writing() as session:
        import_register(session, empty, NOON, "operator", policy_version="2026.4")


def test_a_region_starts_paused_when_asked_and_an_import_never_resumes_it(store: Database) -> None:
    for paused in (True, False):
        with store.writing() as session:
            take_in(session, {}, paused=paused)
            home = region(session, "fenland")
            assert home
            assert home.paused
            assert home.paused_reason


def test_a_region_is_sample_by_its_name(store: Database) -> None:
    with store.writing() as session:
        take_in(
            session,
            {"region": "Sample"},
            {"region": "Sample North", "site_code": "snb"},
            {"region": "Samphire", "site_code": "sab"},
        )
        assert {r.code: r.sample for r in regions(session)} == {
            "sample": True,
            "sample-north": True,
            "samphire": False,
        }


def test_a_service_no_longer_listed_ends_today_and_keeps_its_contacts(store: Database) -> None:
    with store.writing() as session:
        take_in(session, {}, BROOK_ROW)
    with store.writing() as session:
        done = take_in(session, {}, now=LATER)
    assert done.ended == 1
    assert ("brb", "brook", date(2025, 4, 1), TODAY) in spans(store)
    assert ("lead@brook.example", "lead") in emails(store, TODAY + timedelta(days=30))
    with store.writing() as session:
        assert not take_in(session, {}, now=LATER + timedelta(days=5)).did_something


def test_a_region_that_the_file_does_not_list_is_left_alone(store: Database) -> None:
    with store.writing() as session:
        take_in(session, {}, {"region": "Wold", "site_code": "wdb"})
    with store.writing() as session:
        assert not take_in(session, {}, now=LATER).did_something


def test_a_contact_with_a_new_address_is_ended_under_the_old(store: Database) -> None:
    with store.writing() as session:
        take_in(session, {}, SIGNER)
    with store.writing() as session:
        done = take_in(session, {"contact_email": "new@avon.example"}, SIGNER, now=LATER)
    assert done.ended == 1
    assert emails(store) == [("ada@avon.example", "signer"), ("new@avon.example", "lead")]
    assert ("lead@avon.example", "lead") in emails(store, TODAY - timedelta(days=1))


def test_a_contact_listed_again_is_back_and_their_address_is_tried_afresh(store: Database) -> None:
    with store.writing() as session:
        take_in(session, {}, SIGNER)
        lead = person_by_email(session, "Lead@AVON.example ")
        assert lead
        assert address_refused(session, lead.person_id, NOON) == 1
    with store.writing() as session:
        take_in(session, SIGNER, now=LATER)
    with store.writing() as session:
        take_in(session, {}, SIGNER, now=LATER)
    assert emails(store) == [("ada@avon.example", "signer"), ("lead@avon.example", "lead")]
    with store.reading() as session:
        assert session.exec(select(func.count()).select_from(Contact)).one() == 2
        ids = [s.id for s in services(session, ["fenland"])]
        assert not any(c.refused for c in contacts_of(session, ids, TODAY)[ids[0]])


def test_an_address_that_refused_stays_refused_over_an_unchanged_import(store: Database) -> None:
    with store.writing() as session:
        take_in(session, {})
        lead = person_by_email(session, "lead@avon.example")
        assert lead
        address_refused(session, lead.person_id, NOON)
    with store.writing() as session:
        assert not take_in(session, {}, now=LATER).did_something
        ids = [s.id for s in services(session, ["fenland"])]
        assert contacts_of(session, ids, TODAY)[ids[0]][0].refused


def test_one_person_in_several_services_is_one_person(store: Database) -> None:
    shared = BROOK_ROW | {
        "provider_code": "avon",
        "provider_name": "Avon Health",
        "contact_email": "LEAD@avon.example",
        "contact_name": "Avon Averill",
    }
    with store.writing() as session:
        take_in(session, {}, shared)
        lead = person_by_email(session, "lead@avon.example")
        assert lead
        assert len(contact_roles(session, lead.person_id, TODAY)) == 2
        assert people(session, [lead.person_id, 999]) == {lead.person_id: lead}


def test_a_changed_name_or_number_is_a_change_and_not_a_new_record(store: Database) -> None:
    with store.writing() as session:
        take_in(session, {"switchboard": "020 7946 0100"})
    with store.writing() as session:
        done = take_in(
            session, {"switchboard": "020 7946 0101", "site_name": "HMP Avon"}, now=LATER
        )
        assert (done.added, done.changed, done.ended) == (0, 1, 0)
        assert sites(session, "fenland")[0].switchboard == "020 7946 0101"


def test_a_column_the_file_has_not_got_leaves_what_is_on_record(store: Database) -> None:
    with store.writing() as session:
        take_in(session, {"switchboard": "020 7946 0100", "note": "checked"})
    with store.writing() as session:
        assert not take_in(session, {}, now=LATER).did_something
        assert take_in(session, {"note": ""}, now=LATER).changed == 1
        assert services(session, ["fenland"])[0].note == ""
        assert sites(session, "fenland")[0].switchboard == "020 7946 0100"


def test_the_organisation_that_listens_to_families_is_named_by_the_commissioners_row(
    store: Database,
) -> None:
    with store.writing() as session:
        take_in(session, {}, COMMISSIONER | {"partner": "Families Heard"})
        assert speaks_for_families(session, "fenland", TODAY) == "Families Heard"
        take_in(session, {}, COMMISSIONER | {"partner": ""}, now=LATER)
        assert speaks_for_families(session, "fenland", TODAY) == "", "and nobody of that role"


def test_a_corrected_first_day_dates_the_same_service_anew(store: Database) -> None:
    with store.writing() as session:
        take_in(session, {}, SIGNER)
    moved = {"service_from": "2024-10-01"}
    with store.writing() as session:
        done = take_in(session, moved, SIGNER | moved, now=LATER)
        assert (done.added, done.changed, done.ended) == (0, 1, 0)
    assert spans(store) == [("avb", "avon", date(2024, 10, 1), None)]


def test_a_provider_that_left_and_came_back_has_two_services(store: Database) -> None:
    spells = ({"service_to": "2025-12-31"}, {"service_from": "2026-06-01"})
    with store.writing() as session:
        take_in(session, {})
    for _ in range(2):
        with store.writing() as session:
            take_in(session, *spells, now=LATER)
    assert spans(store) == [
        ("avb", "avon", date(2025, 4, 1), date(2025, 12, 31)),
        ("avb", "avon", date(2026, 6, 1), None),
    ]


def test_dates_that_would_swallow_an_earlier_spell_on_record_are_refused(store: Database) -> None:
    with store.writing() as session:
        take_in(session, {"service_to": "2025-12-31"}, {"service_from": "2026-06-01"})
    with (
        pytest.raises(ImportRefused, match="also on record from 1 June 2026 with no end"),
        store.writing() as session,
    ):
        take_in(session, {}, now=LATER)


def test_a_service_called_off_before_it_began_never_ran(store: Database) -> None:
    with store.writing() as session:
        take_in(session, {}, BROOK_ROW | {"service_from": "2027-04-01"})
    with store.writing() as session:
        take_in(session, {}, now=LATER)
    with store.writing() as session:
        assert not take_in(session, {}, now=LATER).did_something
        year = date(2027, 1, 1), date(2027, 12, 31)
        assert [s.party_code for s in services_serving(session, "fenland", *year)] == ["avon"]
        assert "brook" not in export(session)


def test_a_gap_that_is_filled_ends_and_the_provider_begins(store: Database) -> None:
    with store.writing() as session:
        take_in(session, GAP)
        assert [gap.what for gap in gaps(session, "fenland", TODAY)] == [
            "nobody is named as provider at HMP Avonbridge from 1 April 2025"
        ]
    with store.writing() as session:
        take_in(session, {"service_from": "2026-10-13"}, now=LATER)
        assert gaps(session, "fenland", TODAY + timedelta(days=1)) == []
    assert len(spans(store)) == 2


def test_a_provider_with_nobody_to_ask_is_a_gap_on_record_too(store: Database) -> None:
    with store.writing() as session:
        take_in(session, NOBODY)
        assert [gap.what for gap in gaps(session, "fenland", TODAY)] == [
            "Avon Health at HMP Avonbridge has no contact"
        ]


def test_ending_a_service_with_an_open_return_is_refused_without_yes(store: Database) -> None:
    with store.writing() as session:
        take_in(session, {}, BROOK_ROW)
    owe_a_return(store)
    with (
        pytest.raises(NeedsYes, match=r"Avon Health at HMP Avonbridge \(2026-27-Q2\).*add --yes"),
        store.writing() as session,
    ):
        take_in(session, BROOK_ROW, now=LATER)
    assert ("avb", "avon", date(2025, 4, 1), None) in spans(store)
    with store.writing() as session:
        assert take_in(session, BROOK_ROW, now=LATER, yes=True).ended == 1


def test_giving_a_service_a_last_day_that_has_passed_asks_for_yes_too(store: Database) -> None:
    with store.writing() as session:
        take_in(session, {})
    owe_a_return(store)
    with pytest.raises(NeedsYes), store.writing() as session:
        take_in(session, {"service_to": "2026-08-14"}, now=LATER)
    with store.writing() as session:
        assert take_in(session, {"service_to": "2029-03-31"}, now=LATER).changed == 1


@pytest.mark.parametrize(
    "step",
    [Signed(document="0" * 64), Released(reason="closed"), RecordedNotReturned()],
    ids=lambda step: step.kind,
)
def test_a_return_that_is_settled_holds_no_service_open(store: Database, step: object) -> None:
    with store.writing() as session:
        take_in(session, {}, BROOK_ROW)
    owe_a_return(store, step)
    with store.writing() as session:
        assert take_in(session, BROOK_ROW, now=LATER).ended == 1


def test_a_party_cannot_turn_from_provider_into_commissioner(store: Database) -> None:
    with store.writing() as session:
        take_in(session, {})
    turned = COMMISSIONER | {"provider_code": "avon", "provider_name": "Avon Health"}
    with (
        pytest.raises(ImportRefused, match="avon is on record as a provider"),
        store.writing() as session,
    ):
        take_in(session, turned, now=LATER)


def test_what_is_exported_imports_without_a_change(store: Database) -> None:
    numbers = {
        "switchboard": "+44 20 7946 0100",
        "numbers_checked": "2026-06-30",
        "link_worker": "020 7946 0190",
    }
    more = {"note": "=SUM(A1)", "source": "'-", "source_date": "2026-05-01"}
    with store.writing() as session:
        take_in(session, numbers | more, SIGNER | {"contact_name": "Zoë, 'Ada'"}, *FULL[2:])
    with store.writing() as session:
        take_in(session, numbers | more, BROOK_ROW | {"service_line": "dental"}, now=LATER)
    with store.writing() as session:
        text = export(session, ["fenland"])
        again = check(text.encode(), "export.csv")
        assert again.problems == ()
        done = import_register(session, again, LATER, "operator", policy_version="2026.4")
        assert not done.did_something, done.lines
        assert export(session) == text
    assert "'=SUM(A1)" in text


def test_services_serving_are_those_that_ran_on_any_day_of_the_span(store: Database) -> None:
    with store.writing() as session:
        take_in(
            session,
            {"service_to": "2026-08-14"},
            BROOK_ROW | {"site_code": "avb", "site_name": "HMP Avonbridge"}
            | {"service_from": "2026-08-15"},
        )  # fmt: skip
        quarter = date(2026, 7, 1), date(2026, 9, 30)
        found = services_serving(session, "fenland", *quarter)
        assert [(s.party_name, s.days(*quarter)) for s in found] == [
            ("Avon Health", 45),
            ("Brook Care", 47),
        ]
        before = services_serving(session, "fenland", date(2026, 4, 1), date(2026, 8, 14))
        assert [s.party_name for s in before] == ["Avon Health"]


def test_questions_cost_the_same_however_many_services_there_are(store: Database) -> None:
    many = [BROOK_ROW | {"site_code": f"s{n}", "site_name": f"HMP {n:03}"} for n in range(60)]
    costs = []
    for rows in (many[:2], many):
        with store.writing() as session:
            take_in(session, *rows)
        with store.reading() as session, counted(store) as seen:
            found = services_serving(session, "fenland", NOON.date(), TODAY)
            assert len(found) == len(rows)
            contacts_of(session, [s.id for s in found], TODAY)
            gaps(session, "fenland", TODAY)
            costs.append(len(seen))
    assert costs[0] == costs[1]


def test_importing_a_thousand_services_asks_the_database_few_questions(store: Database) -> None:
    many = [BROOK_ROW | {"site_code": f"s{n}", "site_name": f"HMP {n:04}"} for n in range(1000)]
    found = register_of(*many)
    with store.writing() as session:
        import_register(session, found, NOON, "operator", policy_version="2026.4")
    with store.writing() as session, counted(store) as seen:
        done = import_register(session, found, LATER, "operator", policy_version="2026.4")
    assert not done.did_something
    assert len([statement for statement in seen if statement.startswith("SELECT")]) < 12


def test_a_service_with_no_contacts_still_has_its_place_in_the_answer(store: Database) -> None:
    with store.writing() as session:
        take_in(session, NOBODY)
        only = session.exec(select(Service.id)).one() or 0
        assert contacts_of(session, [only, 999], TODAY) == {only: [], 999: []}
