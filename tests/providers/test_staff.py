"""A region's team: added and ended with a date, and gone from the day it ends."""

from datetime import date, timedelta

import pytest

from providers import ledger, staff
from providers.database import Database
from providers.register import person_by_email
from providers.staff import StaffRefused, StaffRole
from tests.support.registers import NOON, take_in

TODAY = NOON.date()
CORAL = {"email": "Coral@Fenland.example", "region_code": "fenland", "role": "commissioner"}


@pytest.fixture(autouse=True)
def _fenland(store: Database) -> None:
    with store.writing() as session:
        take_in(session, {}, {"region": "Wold", "site_code": "wdb"})


def add(store: Database, **change: object) -> bool:
    """Add Coral, or somebody a little different."""
    with store.writing() as session:
        return staff.add(
            session, NOON, "operator", **{"name": "Coral Marsh", **CORAL, **change}  # type: ignore[arg-type]
        )  # fmt: skip


def end(store: Database, **change: object) -> bool:
    """End Coral's role."""
    with store.writing() as session:
        return staff.end(session, NOON, "operator", **{**CORAL, **change})  # type: ignore[arg-type]


def team(store: Database, on: date = TODAY) -> list[tuple[str, str]]:
    """Fenland's team on a date."""
    with store.reading() as session:
        return [(m.email, m.role.value) for m in staff.staff_of(session, "fenland", on)]


def test_somebody_added_serves_from_their_first_day_in_their_region_alone(store: Database) -> None:
    assert add(store, starts=TODAY + timedelta(days=1))
    assert team(store) == []
    assert team(store, TODAY + timedelta(days=1)) == [("coral@fenland.example", "commissioner")]
    with store.reading() as session:
        assert staff.staff_of(session, "wold", TODAY + timedelta(days=1)) == []


def test_adding_somebody_twice_changes_nothing(store: Database) -> None:
    assert add(store)
    with store.reading() as session:
        before = ledger.head(session)
    assert not add(store, email="coral@fenland.example", role="Commissioner")
    with store.reading() as session:
        assert ledger.head(session) == before


def test_a_person_may_hold_several_roles_in_several_regions(store: Database) -> None:
    add(store)
    add(store, role="listening partner")
    add(store, region_code="wold", role="reader")
    with store.reading() as session:
        coral = person_by_email(session, "coral@fenland.example")
        assert coral
        assert staff.roles_of(session, coral.person_id, TODAY) == [
            ("fenland", StaffRole.COMMISSIONER),
            ("fenland", StaffRole.LISTENING_PARTNER),
            ("wold", StaffRole.READER),
        ]
        assert staff.roles_of(session, coral.person_id, TODAY - timedelta(days=1)) == []
        assert len(staff.listing(session)) == 3
        assert len(staff.listing(session, "wold")) == 1


def test_a_role_that_ends_today_is_not_held_today(store: Database) -> None:
    add(store, starts=TODAY - timedelta(days=9))
    assert end(store)
    assert team(store) == []
    assert team(store, TODAY - timedelta(days=1)) == [("coral@fenland.example", "commissioner")]
    assert not end(store)


def test_a_role_can_be_held_again_after_it_ended(store: Database) -> None:
    add(store)
    end(store)
    assert add(store)
    assert team(store) == [("coral@fenland.example", "commissioner")]


def test_a_role_nobody_held_is_not_ended(store: Database) -> None:
    assert not end(store)


def test_a_contact_of_a_service_keeps_their_name_when_they_join_the_team(store: Database) -> None:
    add(store, email="lead@avon.example", name="Somebody Else")
    with store.reading() as session:
        assert staff.staff_of(session, "fenland", TODAY)[0].name == "Avon Averill"


def test_the_ledger_says_who_by_number_and_never_by_name(store: Database) -> None:
    add(store)
    end(store)
    with store.reading() as session:
        entries = [e for e in ledger.entries(session) if e.kind.startswith("staff")]
    assert [(e.kind, e.subject) for e in entries] == [
        ("staff_added", "region:fenland"),
        ("staff_ended", "region:fenland"),
    ]
    assert not any("coral" in e.body.lower() for e in entries)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"role": "boss"}, "'boss' is no staff role; write one of: commissioner, approver"),
        ({"region_code": "marsh"}, "no region 'marsh'; the register has fenland, wold"),
        ({"email": "coral"}, "'coral' is no e-mail address"),
        ({"email": "coral@fenland.example\nBcc: x@y.example"}, "holds a line break"),
        ({"name": ""}, "nobody is known at coral@fenland.example yet; give a name"),
        ({"name": "Coral\nMarsh"}, "the name holds a line break"),
    ],
)
def test_what_cannot_be_added_says_why(store: Database, change: dict[str, str], words: str) -> None:
    with pytest.raises(ValueError, match=words.replace("?", r"\?")):
        add(store, **change)
    assert team(store) == []


def test_a_refusal_is_of_its_own_kind(store: Database) -> None:
    with pytest.raises(StaffRefused):
        add(store, role="boss")
