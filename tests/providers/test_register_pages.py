"""The register's lists, its history and its previews, on both databases."""

from datetime import date, timedelta

import pytest
from sqlmodel import select

from providers import contact_lists, cycles, ledger, prisons, register, register_history, staff
from providers import register_lists as lists
from providers.database import Database
from providers.prisons import Numbers
from providers.register import ImportRefused, NeedsYes, PlanChanged
from providers.sheets import sheet
from providers.tables import LedgerRow, Site
from providers.tabular import read_table
from tests.providers.test_register_import import owe_a_return
from tests.support.registers import BROOK_ROW, COMMISSIONER, GAP, NOON, SIGNER, register_of, take_in

TODAY = NOON.date()
WOLD = {"region": "Wold", "site_code": "wdb", "site_name": "HMP Woldbridge"}
RING = Numbers("020 7946 0001", "", "020 7946 0002", TODAY)


@pytest.fixture(autouse=True)
def _fenland(store: Database) -> None:
    with store.writing() as session:
        take_in(session, {}, SIGNER, BROOK_ROW, COMMISSIONER, {**GAP, "site_code": "gap",
                "site_name": "HMP Gapton"}, WOLD)  # fmt: skip


def test_prisons_are_listed_with_who_serves_them_and_those_to_check_apart(store: Database) -> None:
    with store.writing() as session:
        assert prisons.check(session, "fenland", "avb", RING, NOON, "person:1")
        assert not prisons.check(session, "fenland", "avb", RING, NOON, "person:1")
    with store.reading() as session:
        every = lists.prisons(session, "fenland", TODAY)
        stale = lists.prisons(session, "fenland", TODAY, show="check")
        assert lists.many_to_check(session, "fenland", TODAY) == 2
        later = lists.prisons(session, "fenland", TODAY + timedelta(days=367), show="check")
        found = lists.prisons(session, "fenland", TODAY, find="AVON")
        number, one = lists.prison(session, "fenland", "avb", TODAY) or (0, None)
        assert lists.prison(session, "wold", "avb", TODAY) is None
        entry = session.exec(select(LedgerRow).order_by(LedgerRow.seq.desc())).first()  # type: ignore[attr-defined]
    assert [(p.code, p.providers) for p in every.rows] == [
        ("avb", ("Avon Health",)),
        ("brb", ("Brook Care",)),
        ("gap", ()),
    ]
    assert [p.code for p in stale.rows] == ["brb", "gap"]
    assert later.total == 3
    assert [p.code for p in found.rows] == ["avb"]
    assert one is not None
    assert one.family_line == RING.family_line
    assert entry is not None
    assert entry.subject == f"site:{number}"
    assert entry.body == f'{{"changed":["switchboard","family_line"],"checked":"{TODAY}"}}'


def test_services_and_providers_are_counted_by_their_days(store: Database) -> None:
    with store.reading() as session:
        before = date(2024, 1, 1)
        running = lists.services(session, "fenland", TODAY, show="running")
        gaps = lists.services(session, "fenland", TODAY, show="gaps")
        assert lists.many_gaps(session, "fenland", TODAY) == gaps.total == 1
        known = {gap.service_id for gap in register.gaps(session, "fenland", TODAY)}
        to_come = lists.services(session, "fenland", before, show="to_come")
        parties = lists.providers(session, "fenland", TODAY)
        early = lists.providers(session, "fenland", before)
        primes = lists.primes(session, "fenland", TODAY)
    assert [(s.site_code, s.lacks) for s in running.rows] == [
        ("REGION", "No signing director"),
        ("avb", ""),
        ("brb", "No signing director"),
        ("gap", "No provider"),
    ]
    assert {s.id for s in gaps.rows} == known
    assert to_come.total == running.total == 4
    assert [(p.code, p.running, p.prisons) for p in parties.rows if p.kind == "provider"] == [
        ("avon", 1, 1),
        ("brook", 1, 1),
    ]
    assert {p.to_come for p in early.rows} == {1}
    assert list(primes) == ["avon", "brook", "fenland-commissioning"]


def test_contacts_are_those_on_the_list_of_this_region_alone(store: Database) -> None:
    with store.writing() as session:
        lead = register.person_by_email(session, "lead@brook.example")
        assert lead is not None
        register.address_refused(session, lead.person_id, NOON)
    with store.reading() as session:
        every = contact_lists.contacts(session, "fenland", TODAY)
        refused = contact_lists.contacts(session, "fenland", TODAY, show="refused")
        stale = contact_lists.contacts(
            session, "fenland", TODAY + timedelta(days=367), show="unconfirmed"
        )
        assert contact_lists.many_refused(session, "fenland", TODAY) == 1
        assert contact_lists.many_refused(session, "wold", TODAY) == 0
        found = contact_lists.contacts(session, "fenland", TODAY, find="ADA@")
        assert contact_lists.standing_in(session, "fenland", TODAY) == []
    assert every.total == stale.total == 4
    assert [c.email for c in refused.rows] == ["lead@brook.example"]
    assert [c.name for c in found.rows] == ["Ada Winter"]


def test_what_an_import_would_do_is_told_and_none_of_it_done(store: Database) -> None:
    read = register_of(
        {"site_name": "HMP Avonbridge East"}, {**SIGNER, "site_name": "HMP Avonbridge East"}
    )
    with store.reading() as session:
        before = register.export(session), ledger.head(session)
    with store.writing() as session:
        plan = register.plan(session, read, NOON, within="fenland")
    with store.reading() as session:
        assert (register.export(session), ledger.head(session)) == before
    told = {(one.did, one.of, one.named) for one in plan.changes}
    assert ("changed", "prison", "HMP Avonbridge East") in told
    assert ("ended", "service", "Brook Care at HMP Brookbridge, on 1 July 2026") in told
    assert not [one for one in plan.changes if "Wold" in one.named]
    with store.writing() as session:
        again = register.plan(session, read, NOON, within="fenland")
        done = register.import_planned(
            session, read, NOON, "person:1", within="fenland", seen=plan.seen
        )
    assert again == plan
    assert done.added + done.changed + done.ended == len(plan.changes)
    with pytest.raises(PlanChanged), store.writing() as session:
        register.import_planned(session, read, NOON, "person:1", within="fenland", seen=plan.seen)


def test_a_plan_that_ends_an_open_return_names_it_and_needs_yes(store: Database) -> None:
    owe_a_return(store)
    read = register_of(BROOK_ROW)
    with store.writing() as session:
        plan = register.plan(session, read, NOON, within="fenland")
    assert [(one.service, one.quarter) for one in plan.still_open] == [
        ("Avon Health at HMP Avonbridge", "2026-27-Q2")
    ]
    with pytest.raises(NeedsYes) as asked, store.writing() as session:
        register.import_planned(session, read, NOON, "p", within="fenland", seen=plan.seen)
    assert asked.value.still_open == plan.still_open
    with store.writing() as session:
        register.import_planned(
            session, read, NOON, "p", within="fenland", seen=plan.seen, yes=True
        )


@pytest.mark.parametrize(
    ("row", "column", "why"),
    [
        (WOLD, "region", "another region"),
        ({"provider_name": "Avon Healthcare"}, "provider_name", "another name in other regions"),
        ({"contact_name": "Avon Avery"}, "contact_name", "your own list has another name"),
    ],
)
def test_one_regions_import_changes_nothing_of_another(
    store: Database, row: dict[str, str], column: str, why: str
) -> None:
    read = register_of(row)
    with pytest.raises(ImportRefused, match=why) as refused, store.writing() as session:
        register.plan(session, read, NOON, within="fenland")
    assert [(place.line, place.column) for place in refused.value.places] == [(2, column)]
    if row is not WOLD:
        with store.writing() as session:
            take_in(session, row)


def test_nobody_of_the_regions_team_becomes_a_providers_contact_by_import(store: Database) -> None:
    with store.writing() as session:
        staff.add(
            session, NOON, "operator", email="cora@fenland.example", region_code="fenland",
            role="commissioner", name="Cora",
        )  # fmt: skip
    read = register_of(
        {}, {**SIGNER, "contact_name": "Cora", "contact_email": "cora@fenland.example"}
    )
    with pytest.raises(ImportRefused, match="own team") as refused, store.writing() as session:
        register.plan(session, read, NOON, within="fenland")
    assert refused.value.places[0].line == 3
    own = register_of(
        {**COMMISSIONER, "contact_name": "Cora", "contact_email": "cora@fenland.example"}
    )
    with store.writing() as session:
        assert register.plan(session, own, NOON, within="fenland").changes


def test_the_history_of_a_register_is_its_own_and_comes_a_page_at_a_time(
    store: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with store.writing() as session:
        take_in(session, {**WOLD, "site_name": "HMP Woldbridge West"})
        cycles.keep_rulebook(session, "charter", "one", "")
        site = session.exec(select(Site).where(Site.code == "avb")).one()
        ledger.append(session, NOON, "person:1", "return_signed", "return:1", {})
        for day in range(5):
            numbers = Numbers("0111", "", "", TODAY - timedelta(days=day))
            prisons.check(session, "fenland", "avb", numbers, NOON, "person:1")
        staff.add(
            session, NOON, "o", email="x@f.example", region_code="fenland", role="reader", name="X"
        )
    monkeypatch.setattr(register_history, "PAGE", 4)
    with store.reading() as session:
        newest = register_history.history(session, "fenland")
        older = register_history.history(session, "fenland", before=newest[-1].seq)
        since = register_history.history(session, "fenland", after=newest[2].seq)
        wold = register_history.history(session, "wold")
        last = register_history.last_of(session, "fenland", f"site:{site.id}")
    assert [one.kind for one in newest] == ["numbers_checked"] * 4
    assert {one.where for one in newest} == {"HMP Avonbridge"}
    assert {one.by for one in newest} == {"Avon Averill"}
    assert [one.kind for one in older] == ["numbers_checked", "register_imported"]
    assert since == newest[:2]
    assert [one.kind for one in wold] == ["register_imported"] * 2
    assert last == newest[0]


def test_a_sheet_gives_back_the_cells_it_was_given() -> None:
    rows = [["020 7946", "=1+1", "'tis"], ["", "http://a.example", "2026-07-01"]]
    content = sheet("Cells", ["a", "b", "c"], rows)
    assert content == sheet("Cells", ["a", "b", "c"], rows)
    table = read_table(content, "cells.xlsx", ["a", "b", "c"])
    assert [list(cells.values()) for _, cells in table.rows] == rows
