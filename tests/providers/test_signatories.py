"""Who signed the Charter: a file of its own, and three ways a region can stand."""

import pytest

from providers import ledger
from providers.database import Database
from providers.register import (
    ImportRefused,
    SignatoriesImported,
    import_signatories,
    read_signatories,
    signatories,
)
from tests.support.registers import NOON, take_in

HEADER = "region,party_code,party_name,charter_version,signed_on\n"
AVON = "Fenland,avon,Avon Health,2024-06,\n"
BROOK = "Fenland,brook,Brook Care,2024-06,2025-02-03\n"


def said(*lines: str) -> str:
    """The problems of a file with these lines."""
    content = (HEADER + "".join(lines)).encode()
    return "\n".join(map(str, read_signatories(content, "signatories.csv").problems))


def sign(store: Database, *lines: str) -> SignatoriesImported:
    """Import a file with these lines."""
    file = read_signatories((HEADER + "".join(lines)).encode(), "signatories.csv")
    with store.writing() as session:
        return import_signatories(session, file, NOON, "operator")


def names(store: Database) -> list[str] | None:
    """Who stands on Fenland's list."""
    with store.reading() as session:
        found = signatories(session, "fenland")
        return None if found is None else [s.party_name for s in found]


@pytest.fixture(autouse=True)
def _fenland(store: Database) -> None:
    with store.writing() as session:
        take_in(session, {})


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        (",avon,Avon,2024-06,\n", "line 2, region: is blank"),
        ("Fenland,avon,,2024-06,\n", "line 2, party_name: is blank"),
        ("Fenland,avon,Avon,,\n", "line 2, charter_version: is blank"),
        ("Fenland,,,2024-06,\n", "line 2, party_code: is blank"),
        ("Fenland,avon,Avon,2024-06,June 2024\n", "line 2, signed_on: 'June 2024' is no date"),
        (AVON + AVON, "line 3, party_code: stands on line 2 already"),
        ("Fenland,,,,\nFenland,,,,\n", "line 3, party_code: stands on line 2 already"),
        ("", "has a header and no rows"),
    ],
)
def test_a_bad_line_is_named_with_its_mend(line: str, problem: str) -> None:
    assert problem in said(line)


def test_a_region_without_a_line_keeps_no_list(store: Database) -> None:
    assert names(store) is None


def test_a_line_without_a_party_is_a_list_on_which_nobody_stands(store: Database) -> None:
    assert sign(store, "Fenland,,,,\n").added == 1
    assert names(store) == []


def test_signatories_are_listed_by_name_and_a_second_import_changes_nothing(
    store: Database,
) -> None:
    assert sign(store, BROOK, AVON).added == 2
    assert names(store) == ["Avon Health", "Brook Care"]
    with store.reading() as session:
        before = ledger.head(session)
    again = sign(store, AVON, BROOK)
    assert not again.did_something
    assert again.unchanged == 2
    with store.reading() as session:
        assert ledger.head(session) == before


def test_what_the_file_says_replaces_what_was_on_record_and_the_ledger_keeps_who(
    store: Database,
) -> None:
    sign(store, "Fenland,,,,\n")
    done = sign(store, AVON)
    assert (done.added, done.removed) == (1, 1)
    done = sign(store, "Fenland,avon,Avon Health,2024-06,2024-06-30\n", BROOK)
    assert (done.added, done.changed, done.removed) == (1, 1, 0)
    assert done.in_words() == ["Signatories: 1 added, 1 changed, 0 removed, 0 as they were."]
    with store.reading() as session:
        bodies = [e.body for e in ledger.entries(session) if e.kind == "signatories_imported"]
    assert len(bodies) == 3
    assert '"removed":["fenland/-/-"]' in bodies[1]
    assert '"added":["fenland/brook/2024-06"]' in bodies[2]


def test_a_region_that_no_register_has_is_refused(store: Database) -> None:
    with pytest.raises(ImportRefused, match="line 2, region: 'Wold' is in no register yet"):
        sign(store, "Wold,avon,Avon Health,2024-06,\n")


def test_a_file_with_a_problem_is_refused(store: Database) -> None:
    with pytest.raises(ImportRefused, match="line 2, region"):
        sign(store, ",avon,Avon Health,2024-06,\n")
    assert names(store) is None
