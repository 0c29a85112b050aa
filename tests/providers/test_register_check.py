"""A register is read whole, and every row that cannot be taken says where, why and its mend."""

import io

import openpyxl
import pytest

from providers.register import check, check_file
from tests.support.registers import (
    BROOK_ROW,
    COMMISSIONER,
    GAP,
    NOBODY,
    ROW,
    SIGNER,
    csv_of,
    register_of,
)


def said(*changes: dict[str, str]) -> list[str]:
    """The problems of a register, as a person reads them."""
    return [str(problem) for problem in check(csv_of(*changes), "register.csv").problems]


def test_a_good_register_has_no_problem_and_no_gap() -> None:
    found = register_of({}, SIGNER, COMMISSIONER, COMMISSIONER | SIGNER)
    assert found.gaps == ()
    assert found.regions == ("Fenland",)
    assert len(found.rows) == 4


def test_an_excel_workbook_reads_like_the_csv() -> None:
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.append(list(ROW))
    book.active.append(list(ROW.values()))
    out = io.BytesIO()
    book.save(out)
    assert check(out.getvalue(), "register.xlsx").rows == register_of({}).rows


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"region": ""}, "line 2, region: is blank; fill it in"),
        ({"region": "…"}, "line 2, region: '…' has no letter to make a code of"),
        ({"site_code": "a/b"}, "line 2, site_code: 'a/b' is no code"),
        ({"site_name": " "}, "line 2, site_name: is blank"),
        ({"site_name": "HMP\nAvonbridge"}, "line 2, site_name: holds a line break"),
        ({"site_name": "x" * 201}, "line 2, site_name: has 201 characters and the most is 200"),
        ({"site_name": "#REF!"}, "what a broken formula shows"),
        ({"provider_name": ""}, "line 2, provider_name: is blank"),
        ({"provider_code": ""}, "line 2, provider_code: is blank"),
        ({"party": "charity"}, "line 2, party: 'charity' is not known here; write one of"),
        ({"service_role": "first"}, "line 2, service_role: 'first' is not known here"),
        ({"service_from": ""}, "line 2, service_from: is blank"),
        ({"service_from": "01/04/2025"}, "'01/04/2025' is no date; write it year first"),
        ({"service_from": "2025-02-30"}, "'2025-02-30' is no date"),
        ({"service_from": "20250401"}, "'20250401' is no date"),
        ({"service_from": "0205-04-01"}, "0205-04-01 lies too far away; check the year"),
        ({"service_to": "2025-03-31"}, "line 2, service_to: 2025-03-31 lies before service_from"),
        ({"contact_name": ""}, "line 2, contact_name: is blank"),
        ({"contact_email": ""}, "line 2, contact_email: is blank"),
        ({"contact_email": "lead"}, "line 2, contact_email: 'lead' is no e-mail address"),
        ({"contact_email": "a@b..example"}, "is no e-mail address"),
        ({"contact_email": "Ada <ada@avon.example>"}, "is no e-mail address"),
        ({"contact_email": "lead@avon.example\r\nBcc: x@y.example"}, "holds a line break"),
        ({"contact_email": "lead@avon.example\n"}, "holds a line break"),
        ({"contact_email": "lead\0@avon.example"}, "zero bytes"),
        ({"contact_role": "boss"}, "line 2, contact_role: 'boss' is not known here"),
        ({"source_date": "May 2023"}, "line 2, source_date: 'May 2023' is no date"),
        ({"numbers_checked": "yesterday"}, "line 2, numbers_checked: 'yesterday' is no date"),
        ({"switchboard": "ask"}, "line 2, switchboard: 'ask' is no telephone number"),
        ({"link_worker": "Ann"}, "line 2, link_worker: 'Ann' is no telephone number"),
        ({"partner": "Families Heard"}, "line 2, partner: the listening partner is a region's"),
        ({"family_line": "2079460100"}, "line 2, family_line: '2079460100' has lost its first 0"),
        ({"site_code": "REGION"}, "line 2, site_code: REGION is for the commissioner"),
        ({"party": "commissioner"}, "a commissioner's own row has REGION here"),
        (COMMISSIONER | {"service_role": "sub"}, "a commissioner answers for itself"),
        (COMMISSIONER | GAP, "a commissioner's row names the commissioner"),
    ],
)
def test_a_bad_cell_is_named_with_its_mend(change: dict[str, str], problem: str) -> None:
    found = said(change)
    assert len(found) == 1
    assert problem in found[0]


@pytest.mark.parametrize(
    ("first", "second", "problem"),
    [
        ({}, {}, "line 3, contact_email: lead@avon.example is lead of this service on line 2"),
        ({}, {"contact_email": "LEAD@Avon.example"}, "is lead of this service on line 2"),
        (GAP, GAP, "line 3: says the same as line 2"),
        (
            {"service_to": "2026-06-30"},
            SIGNER | {"service_from": "2026-06-30"},
            "line 3, service_from: Avon Health at HMP Avonbridge has dates that overlap those on "
            "line 2",
        ),
        ({}, SIGNER | {"service_to": "2027-03-31"}, "give both the same dates, or end one before"),
        (GAP, GAP | {"service_from": "2026-04-01"}, "a service with no provider at"),
        ({}, SIGNER | {"region": "FENLAND"}, "line 3, region: is 'FENLAND' here"),
        ({}, SIGNER | {"site_name": "HMP Avonbrige"}, "line 3, site_name: is 'HMP Avonbrige'"),
        ({}, SIGNER | {"site_code": "AVB"}, "line 3, site_code: is 'AVB' here"),
        ({}, SIGNER | {"provider_name": "Avon"}, "line 2 says 'Avon Health' of the provider"),
        ({}, BROOK_ROW | {"provider_code": "Avon"}, "line 3, provider_code: is 'Avon' here"),
        ({}, SIGNER | {"contact_email": "lead@avon.example"}, "contact_name: is 'Ada Winter'"),
        ({"note": "a"}, SIGNER | {"note": "b"}, "line 3, note: is 'b' here, and line 2 says 'a'"),
        (
            {"switchboard": "020 7946 0100"},
            SIGNER | {"switchboard": "020 7946 0101"},
            "line 3, switchboard: is '020 7946 0101' here",
        ),
        (
            {},
            COMMISSIONER | {"provider_code": "avon", "provider_name": "Avon Health"},
            "line 3, party: is 'commissioner' here, and line 2 says 'provider'",
        ),
    ],
)
def test_rows_that_contradict_or_repeat_each_other_are_named(
    first: dict[str, str], second: dict[str, str], problem: str
) -> None:
    found = said(first, second)
    assert any(problem in sentence for sentence in found), found


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({}, {"contact_role": "deputy"}),
        ({}, {"service_line": "dental"}),
        ({"service_to": "2026-06-30"}, {"service_from": "2026-07-01"}),
        ({}, {"service_role": "sub"}),
        ({}, {"region": "Wold"}),
        ({}, BROOK_ROW | {"site_code": "avb", "site_name": "HMP Avonbridge"}),
        ({"note": "a"}, SIGNER),
    ],
)
def test_rows_that_only_look_alike_are_taken(first: dict[str, str], second: dict[str, str]) -> None:
    assert said(first, second) == []


def test_every_problem_of_a_file_is_reported_at_once_in_line_order() -> None:
    found = said({"party": "x", "contact_email": "y"}, {}, {}, {"service_from": "z"})
    assert [problem.split(":")[0] for problem in found] == [
        "line 2, party",
        "line 2, contact_email",
        "line 4, contact_email",
        "line 5, service_from",
    ]


def test_no_overlap_hides_behind_a_shorter_one_between() -> None:
    spans = [("2020-01-01", ""), ("2021-01-01", "2021-06-30"), ("2023-01-01", "")]
    found = said(*({"service_from": a, "service_to": b} for a, b in spans))
    assert [problem.split(",")[0] for problem in found] == ["line 3", "line 4"]


@pytest.mark.parametrize(
    ("change", "gap"),
    [
        (GAP, "nobody is named as provider at HMP Avonbridge from 1 April 2025"),
        (GAP | {"service_to": "2027-03-31"}, "from 1 April 2025 to 31 March 2027"),
        (GAP | {"service_line": "dental"}, "at HMP Avonbridge (dental) from"),
        (NOBODY, "Avon Health at HMP Avonbridge has no contact, so nobody can be asked"),
        ({}, "Avon Health at HMP Avonbridge has no signer, so nobody can sign"),
        ({"contact_role": "contract_manager"}, "has no lead, deputy or signer"),
    ],
)
def test_what_the_register_does_not_know_is_a_gap_and_not_a_problem(
    change: dict[str, str], gap: str
) -> None:
    found = register_of(change)
    assert len(found.gaps) == 1
    assert gap in str(found.gaps[0])


@pytest.mark.parametrize(
    "change", [NOBODY | {"service_to": "2025-12-31"}, NOBODY | {"service_role": "sub"}]
)
def test_a_past_service_or_a_subcontractor_needs_no_contact(change: dict[str, str]) -> None:
    assert register_of(change).gaps == ()


def test_a_header_with_a_wrong_column_names_the_near_one_and_reads_no_row() -> None:
    found = check(csv_of({}).replace(b"contact_email", b"contact_mail"), "register.csv")
    assert found.rows == ()
    assert [str(problem) for problem in found.problems] == [
        "line 1, contact_mail: is no column of this file; did you mean 'contact_email'?",
        "line 1, contact_email: is missing from the header; add it, even if its cells are blank",
    ]


def test_a_register_of_fifty_megabytes_or_none_at_all_is_a_problem(tmp_path) -> None:
    path = tmp_path / "register.csv"
    assert "cannot be read" in str(check_file(path).problems[0])
    path.write_bytes(b"")
    with path.open("r+b") as file:
        file.truncate(50 * 1024 * 1024)
    assert "the most is 5 MB" in str(check_file(path).problems[0])
