"""A region's register on the console: read by its team, mended by hand, imported with a look."""

import random
import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import event
from sqlmodel import select

from charter.policy import Role
from providers import cycles, ledger, naming, register
from providers.register_lists import PAGE
from providers.tables import Person, Site
from providers.tabular import read_table
from tests.support.cast import AVON, BROOK, CLYDE, at
from tests.support.crowd import crowd
from tests.support.pages import Page, PageClient
from tests.support.rules import CHARTER_TEXT
from tests.support.stage import ADAM, ANN, CORA, EVE, HEADER, LENA, RITA, Stage, register_text

Open = Callable[..., PageClient]
SAMPLE = "/console/regions/sample/register"
SIGNED = "region,party_code,party_name,charter_version,signed_on\n"


def own_rows(*also: str, without: str = "\n\n") -> str:
    """Sample's own rows of the register on the stage, those with these words left out."""
    listed = register_text().splitlines()
    rest = [row for row in listed if not row.startswith("Elsewhere") and without not in row]
    return "\n".join([*rest, *also, ""])


def upload(client: PageClient, text: str | bytes, name: str = "ours.csv", **where: str) -> Page:
    """Sends a file as somebody would who chose it."""
    page = client.get(where.get("to", f"{SAMPLE}/import"))
    content = text.encode() if isinstance(text, str) else text
    return page.submit(button="See what it would change", files={"file": (name, content)})


def entries(stage: Stage) -> list[str]:
    with stage.database.reading() as session:
        return [entry.kind for entry in ledger.entries(session)]


@pytest.fixture
def cora(stage: Stage, open_pages: Open) -> PageClient:
    return stage.enters(open_pages, CORA)


def test_every_prison_has_its_numbers_and_the_day_they_were_checked(stage: Stage, cora: PageClient):
    page = cora.get(SAMPLE)
    assert "4 prisons have numbers that were never checked" in page.text
    page = page.click("HMP Avonbridge")
    page = page.submit(
        {"switchboard": "020 7946 0001", "family_line": "020 7946 0002"}, button="Save as checked"
    )
    assert page.path == SAMPLE
    assert "020 7946 0002" in page.text
    assert "5 October 2026" in page.text
    assert "3 prisons have numbers" in page.text
    with stage.database.reading() as session:
        entry = list(ledger.entries(session))[-1]
    assert (entry.kind, entry.by) == ("numbers_checked", f"person:{stage.person(CORA)}")
    assert entry.subject.startswith("site:")
    assert "7946" not in entry.body
    said = page.click("History").text
    assert "HMP Avonbridge: the telephone numbers were checked on 5 October 2026" in said
    assert "changed: switchboard, families’ line" in said
    assert "by Cora Check" in said
    assert cora.get(f"{SAMPLE}?show=check").text.count("HMP") == 3


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"switchboard": "ring them"}, "‘ring them’ is no telephone number"),
        ({"safer_custody": "2079460001"}, "with the first 0"),
        ({"checked-day": "6"}, "The day they were checked cannot lie ahead"),
        ({"checked-day": "", "checked-month": "", "checked-year": ""}, "Enter the day they were"),
        ({"checked-month": "13"}, "must be a real date"),
    ],
)
def test_a_number_or_day_that_is_none_is_said_at_its_field(
    stage: Stage, cora: PageClient, typed: dict[str, str], said: str
):
    before = entries(stage)
    page = cora.get(f"{SAMPLE}/prisons/AVB").submit(
        {"family_line": "0800 1", **typed}, button="Save as checked"
    )
    assert page.status == 422
    assert said in " ".join(page.errors)
    kept = page.fields(page.form("Save as checked"))
    assert kept["family_line"] == ["0800 1"]
    assert all(kept[name] == [value] for name, value in typed.items())
    assert entries(stage) == before


def test_numbers_that_another_changed_meanwhile_are_shown_with_who_and_when(
    stage: Stage, cora: PageClient, open_pages: Open
):
    page = cora.get(f"{SAMPLE}/prisons/AVB")
    adam = stage.enters(open_pages, ADAM)
    adam.get(f"{SAMPLE}/prisons/AVB").submit({"switchboard": "0111"}, button="Save as checked")
    page = page.submit({"switchboard": "0222"}, button="Save as checked")
    assert page.status == 409
    assert "Somebody changed these numbers meanwhile" in page.text
    assert "Adam Admin, 5 October 2026 at 9:00am" in page.text
    assert "switchboard 0111" in page.text
    assert page.fields(page.form("Save as checked"))["switchboard"] == ["0222"]
    assert "0222" in page.submit(button="Save as checked").text
    same = cora.get(f"{SAMPLE}/prisons/AVB")
    before = entries(stage)
    assert same.submit(button="Save as checked").status == 200
    assert entries(stage) == before


def test_the_reader_looks_and_changes_nothing_and_the_partner_reads_no_addresses(
    stage: Stage, open_pages: Open
):
    rita, lena = stage.enters(open_pages, RITA), stage.enters(open_pages, LENA)
    assert AVON.email in rita.get(f"{SAMPLE}/contacts").text
    for page in ("", "/providers", "/services", "/signatories", "/charter", "/history"):
        text = lena.get(f"{SAMPLE}{page}").text
        assert "@" not in text, page
        assert "Adopt another version" not in text
    for path in ("/contacts", "/register.csv", "/register.xlsx"):
        assert lena.get(f"{SAMPLE}{path}").status == 403
    assert "Contacts" in rita.get(SAMPLE).links
    assert "Contacts" not in lena.get(SAMPLE).links
    assert "Import" not in rita.get(SAMPLE).links
    assert rita.get(f"{SAMPLE}/import").status == 403
    assert rita.get(f"{SAMPLE}/prisons/AVB").status == 403


def test_the_prison_of_another_region_is_not_there(stage: Stage, cora: PageClient):
    assert cora.get(f"{SAMPLE}/prisons/EVB").status == 404
    assert cora.get(f"{SAMPLE}/prisons/REGION").status == 404
    assert cora.get("/console/regions/elsewhere/register").status == 404
    assert "Eve Health" not in cora.get(f"{SAMPLE}/providers").text


def test_services_show_their_days_and_gaps(stage: Stage, cora: PageClient):
    gap = "Sample,NEW,HMP Newbridge,,,provider,prime,2026-09-01,,,,"
    text = "\n".join(
        row.replace(",prime,2024-04-01,,", ",prime,2024-04-01,2026-12-31,") if "CLB" in row else row
        for row in own_rows(gap).splitlines()
    )
    page = upload(cora, text).submit(button="Import this")
    assert page.h1.endswith("Register: history")
    page = cora.get(f"{SAMPLE}/services")
    assert "1 service that runs has no provider, or nobody to ask." in page.text
    assert "31 December 2026" in page.text
    gaps = cora.get(f"{SAMPLE}/services?show=gaps")
    assert "HMP Newbridge" in gaps.text
    assert "No provider" in gaps.text
    assert "HMP Avonbridge" not in gaps.text
    assert "1 service." in gaps.text
    assert "Nothing" not in cora.get(f"{SAMPLE}/services?find=avon").text
    assert "1 service for “avon”" in cora.get(f"{SAMPLE}/services?find=avon").text
    assert "0 services for “%”" in cora.get(f"{SAMPLE}/services?find=%25").text


def test_contacts_show_whose_letters_come_back_and_when_they_confirmed(
    stage: Stage, cora: PageClient
):
    with stage.database.writing() as session:
        register.address_refused(session, stage.person(CLYDE.email), stage.now)
        brook = session.get(Person, stage.person(BROOK.email))
        assert brook is not None
        brook.confirmed_on = date(2025, 9, 1)
        session.add(brook)
    stage.stand_in()
    page = cora.get(f"{SAMPLE}/contacts")
    assert "1 address turns our letters away" in page.text
    assert "Turned away since 5 October 2026" in page.text
    assert "dora@avon.example: deputy for Avon Health at HMP Avonbridge" in page.text
    assert EVE not in page.text
    turned = cora.get(f"{SAMPLE}/contacts?show=refused")
    assert CLYDE.email in turned.text
    assert AVON.email not in turned.text
    old = cora.get(f"{SAMPLE}/contacts?show=unconfirmed")
    assert "1 September 2025" in old.text
    assert AVON.email not in old.text
    assert page.click("HMP Clydebridge, Clyde Health").h1.endswith("Who is written to")


def test_the_charter_page_says_what_is_adopted_and_adopts_another(
    stage: Stage, cora: PageClient, open_pages: Open
):
    with stage.database.writing() as session:
        other = CHARTER_TEXT.replace(
            f'version = "{read_version(CHARTER_TEXT)}"', 'version = "second-1"'
        )
        cycles.keep_rulebook(session, "charter", "second-1", other)
    page = cora.get(f"{SAMPLE}/charter")
    assert "This region has adopted no version" in page.text
    assert next_version(stage) in page.text.split("Asked of the next quarter")[0].split()
    assert "never drawn as one trend" in page.text
    assert page.submit(button="Adopt this version").status == 422
    late = cora.get(f"{SAMPLE}/charter")
    page = page.submit({"version": "second-1"}, button="Adopt this version")
    assert "last adopted second-1, on 5 October 2026 at 9:00am, by Cora Check" in page.text
    overtaken = late.submit({"version": read_version(CHARTER_TEXT)}, button="Adopt this version")
    assert overtaken.status == 409
    assert "second-1 was adopted by Cora Check on 5 October 2026" in overtaken.text
    ann = stage.enters(open_pages, ANN)
    assert "Adopt another version" not in ann.get(f"{SAMPLE}/charter").text
    assert "Charter second-1 was adopted" in ann.get(f"{SAMPLE}/history").text
    with stage.database.reading() as session:
        home = cycles.region_of(session, "sample")
        assert cycles.rules_for(session, home).charter.version == "second-1"
        far = cycles.region_of(session, "elsewhere")
        assert cycles.rules_for(session, far).charter.version == read_version(CHARTER_TEXT)


def next_version(stage: Stage) -> str:
    with stage.database.reading() as session:
        return cycles.rules_for(session, cycles.region_of(session, "sample")).charter.version


def read_version(text: str) -> str:
    found = re.search(r'^version = "(.+)"', text, re.MULTILINE)
    assert found
    return found[1]


def test_an_import_is_shown_before_it_is_done_and_does_just_that(stage: Stage, cora: PageClient):
    newcomer = "Sample,NEW,HMP Newbridge,BROOK,Brook Health,provider,prime,2026-09-01,,"
    text = own_rows(f"{newcomer}Nell New,nell@brook.example,lead", without="Mona")
    text = text.replace("Dee Health", "Dee Healthcare")
    before = entries(stage)
    page = upload(cora, text)
    assert page.status == 200
    assert entries(stage) == before
    for said in (
        "New: HMP Newbridge",
        "Name: was Dee Health, becomes Dee Healthcare",
        "New: Brook Health at HMP Newbridge, from 1 September 2026",
        "New: Nell New <nell@brook.example>, lead for Brook Health at HMP Newbridge",
        "Ended: Mona Avonson <mona@avon.example>, contract manager for Avon Health",
    ):
        assert said in page.text, page.text
    done = page.submit(button="Import this")
    assert done.path == f"{SAMPLE}/history"
    assert "Imported. The newest line says what changed." in done.text
    assert "A register was imported: 4 added, 1 changed, 1 ended" in done.text
    assert entries(stage) == [*before, "register_imported"]
    with stage.database.reading() as session:
        entry = list(ledger.entries(session))[-1]
    assert entry.by == f"person:{stage.person(CORA)}"
    again = upload(cora, text)
    assert "Nothing: the record says all of it already." in again.text
    assert "Import this" not in again.html


def test_an_import_that_would_end_a_service_with_an_open_return_asks_and_names_it(
    stage: Stage, cora: PageClient
):
    page = upload(cora, own_rows(without=",CLB,"))
    assert "Returns are still open" in page.text
    assert "Clyde Health at HMP Clydebridge: the return for July to September 2026" in page.text
    before = entries(stage)
    asking = page.submit(button="Import this")
    assert asking.status == 200
    assert "These returns are still open" in asking.text
    assert "Clyde Health at HMP Clydebridge" in asking.text
    assert entries(stage) == before
    done = asking.submit(button="End them and import")
    assert done.path == f"{SAMPLE}/history"
    with stage.database.reading() as session:
        ended = [s for s in register.services(session, ["sample"]) if s.ends]
    assert [(s.site_code, s.ends) for s in ended] == [(CLYDE.site, date(2026, 10, 5))]


def test_an_import_of_what_is_no_longer_so_is_refused_with_who_and_when(
    stage: Stage, cora: PageClient
):
    page = upload(cora, own_rows(without="Mona"))
    with stage.database.writing() as session:
        naming.name(
            session,
            stage.ref(CLYDE),
            Role.LEAD,
            "Nell New",
            "nell@clyde.example",
            stage.now,
            stage.person(CORA),
        )
    page = page.submit(button="Import this")
    assert page.status == 409
    assert "Something changed after you looked" in page.text
    assert "Cora Check, 5 October 2026 at 9:00am: Nell New was put on the contact list" in page.text
    assert "Ended: Nell New <nell@clyde.example>" in page.text
    assert page.submit(button="Import this").path == f"{SAMPLE}/history"


def test_two_who_import_the_same_file_do_it_once(stage: Stage, cora: PageClient, open_pages: Open):
    adam = stage.enters(open_pages, ADAM)
    text = own_rows(without="Mona")
    mine, theirs = upload(cora, text), upload(adam, text)
    assert theirs.submit(button="Import this").path == f"{SAMPLE}/history"
    late = mine.submit(button="Import this")
    assert late.status == 409
    assert "Adam Admin" in late.text
    assert "Nothing: the record says all of it already." in late.text


def test_a_day_later_the_same_import_is_looked_at_again(stage: Stage, cora: PageClient):
    stage.now = at("2026-10-05T23:50")
    stage.sign_in(cora, CORA)
    page = upload(cora, own_rows(without=",CLB,"))
    stage.now += timedelta(minutes=15)
    page = page.submit(button="Import this")
    assert page.status == 409
    assert "or a new day began" in page.text


def test_an_address_that_another_region_knows_reads_as_one_that_nobody_does(
    stage: Stage, cora: PageClient
):
    lead = next(row for row in own_rows().splitlines() if f"Avon Avonson,{AVON.email}" in row)

    def with_another(address: str) -> Page:
        deputy = lead.replace(f"Avon Avonson,{AVON.email},lead", f"Nell New,{address},deputy")
        return upload(cora, own_rows(deputy))

    nobody = with_another("nobody@elsewhere.example").text
    assert "New: Nell New" in nobody
    assert with_another(EVE).text.replace(EVE, "nobody@elsewhere.example") == nobody
    assert with_another(EVE).submit(button="Import this").status == 200
    with stage.database.reading() as session:
        kept = register.person_by_email(session, EVE)
    assert kept is not None
    assert kept.name != "Nell New"
    assert "Your own list has another name for this one" in with_another(EVE).text


BAD_FILES = [
    (b"", "Choose the file to import"),
    (b"x" * 5_400_000, "The file must be smaller than 5 MB"),
    (b"x" * 6_000_000, "The file must be smaller than 5 MB"),
    (bytes(range(256)) * 100, "zero bytes"),
    (random.Random(1).randbytes(1_000_000), "too large to look at here"),
    (HEADER.encode() + b"\n", "no rows"),
    (b"a,b\n1,2\n", "is missing from the header"),
    ("region\nSüd".encode("latin-1"), "is not UTF-8"),
    (b"PK\x03\x04 no workbook", "cannot be opened as a workbook"),
    (own_rows().replace("avon@avon.example", "nobody").encode(), "no e-mail address"),
    (register_text().encode(), "'Elsewhere' is another region than this"),
    (own_rows().replace(",AVB,", ",EVB,").encode(), "EVB is a prison of elsewhere already"),
    (own_rows().replace(",AVON,", ",EVE,").encode(), "EVE has another name in other regions"),
    (
        own_rows().replace("Avon Avonson,avon@avon.example", f"Cora Check,{CORA}").encode(),
        "this person is of the region’s own team",
    ),
]


@pytest.mark.parametrize(("content", "said"), BAD_FILES, ids=[said for _, said in BAD_FILES])
def test_a_file_that_cannot_be_taken_says_where_and_changes_nothing(
    stage: Stage, cora: PageClient, content: bytes, said: str
):
    before = rows_of(stage)
    page = upload(cora, content)
    assert page.status == 422
    assert said.lower() in page.text.lower()
    assert page.errors
    assert rows_of(stage) == before


def rows_of(stage: Stage) -> Any:
    with stage.database.reading() as session:
        return (
            register.export(session),
            [(p.id, p.email, p.name) for p in session.exec(select(Person))],
            [(s.id, s.name) for s in session.exec(select(Site))],
            ledger.head(session),
        )


@pytest.mark.parametrize("packed", ["", "x", "AAAA", "é", "eNoDAAAAAAE="])
def test_a_file_that_was_lost_between_two_pages_is_asked_for_again(
    stage: Stage, cora: PageClient, packed: str
):
    page = upload(cora, own_rows(without="Mona"))
    page = page.submit({"basis-file": packed}, button="Import this")
    assert page.status == 422
    assert "lost on the way" in page.text


def test_bytes_other_than_those_looked_at_are_not_imported(stage: Stage, cora: PageClient):
    one, other = upload(cora, own_rows(without="Mona")), upload(cora, own_rows(without=",CLB,"))
    packed = other.fields(other.form("Import this"))["basis-file"]
    page = one.submit({"basis-file": packed}, button="Import this")
    assert page.status == 409
    assert "register_imported" not in entries(stage)[-1:]


def test_what_is_downloaded_can_be_imported_and_changes_nothing(stage: Stage, cora: PageClient):
    cora.get(f"{SAMPLE}/prisons/AVB").submit(
        {"switchboard": "020 7946 0001"}, button="Save as checked"
    )
    for kind in ("csv", "xlsx"):
        answer = cora.http.get(f"{SAMPLE}/register.{kind}")
        assert answer.headers["content-disposition"].endswith(f'"sample-register.{kind}"')
        assert "Elsewhere" not in answer.text
        page = upload(cora, answer.content, f"again.{kind}")
        assert "Nothing: the record says all of it already." in page.text


def test_signatories_are_shown_imported_and_handed_out(stage: Stage, cora: PageClient):
    to = f"{SAMPLE}/signatories/import"
    assert "keeps no list" in cora.get(f"{SAMPLE}/signatories").text
    far = upload(cora, f"{SIGNED}Elsewhere,EVE,Eve Health,2024-06,\n", to=to)
    assert (far.status, "is another region than this" in far.text) == (422, True)
    page = upload(cora, f"{SIGNED}Sample,AVON,Avon Health,2024-06,2024-06-01\n", to=to)
    assert "New: Avon Health, Charter 2024-06, signed on 1 June 2024" in page.text
    assert page.submit(button="Import this").path == f"{SAMPLE}/history"
    page = cora.get(f"{SAMPLE}/signatories")
    assert "Brook Health" in page.text
    assert "Not signed up" in cora.get(f"{SAMPLE}/providers").text
    sheet = cora.http.get(f"{SAMPLE}/signatories.xlsx").content
    table = read_table(sheet, "s.xlsx", SIGNED.strip().split(","))
    assert [cells["party_code"] for _, cells in table.rows] == ["AVON"]
    removed = upload(cora, f"{SIGNED}Sample,,,,\n", to=to)
    assert "Ended: Avon Health" in removed.text
    removed.submit(button="Import this")
    assert "nobody stands on it" in cora.get(f"{SAMPLE}/signatories").text
    said = cora.get(f"{SAMPLE}/history").text
    assert "A list of signatories was imported: 1 added, 0 changed, 1 removed." in said


def test_words_that_would_be_markup_or_a_formula_stay_words(stage: Stage, cora: PageClient):
    text = own_rows().replace("Dee Deeson", "<b>=cmd()</b>").replace("HMP Deebridge", "=1+1")
    page = upload(cora, text)
    assert "<b>=cmd()" not in page.html
    page.submit(button="Import this")
    assert "<b>" not in cora.get(f"{SAMPLE}/contacts").html.replace("<bdi>", "")
    assert "'=1+1" in cora.http.get(f"{SAMPLE}/register.csv").text


@pytest.mark.parametrize(
    "query", ["page=0", "page=-1", "page=x", "page=9999", "find=%25", "show=1"]
)
def test_odd_addresses_show_a_page_all_the_same(stage: Stage, cora: PageClient, query: str):
    for path in ("", "/providers", "/services", "/contacts", "/history"):
        assert cora.get(f"{SAMPLE}{path}?{query}").status == 200
    assert cora.get(f"{SAMPLE}/history?before=x").status == 404


LISTS = ("", "/providers", "/services", "/contacts", "/signatories", "/charter", "/history")


def test_a_page_of_a_large_register_asks_as_little_as_that_of_a_small_one(
    stage: Stage, cora: PageClient
):
    small = {path: queries(stage, cora, f"{SAMPLE}{path}") for path in LISTS}
    with stage.database.writing() as session:
        read = register.check((register_text() + tail(crowd(500))).encode(), "crowd.csv")
        register.import_register(session, read, stage.now, "o", policy_version="2026.4")
    for path in LISTS:
        many = queries(stage, cora, f"{SAMPLE}{path}")
        assert many <= 12, (path, many)
        assert many <= small[path] + 1, (path, many, small[path])
    page = cora.get(SAMPLE)
    assert page.html.count('class="nhsuk-table__row"') == PAGE + 1
    assert "Page 1 of 5" in page.text
    last = page.click("Next page").click("Next page").click("Next page").click("Next page")
    assert "Page 5 of 5" in last.text
    assert last.html.count('class="nhsuk-table__row"') == 504 - 4 * PAGE + 1


def tail(text: str) -> str:
    return text.split("\n", 1)[1]


def queries(stage: Stage, client: PageClient, path: str) -> int:
    """How often a page asks the database."""
    asked: list[str] = []

    def hear(_c: Any, _cu: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith(("BEGIN", "PRAGMA")):
            asked.append(statement)

    event.listen(stage.database.engine, "before_cursor_execute", hear)
    try:
        assert client.get(path).status == 200
    finally:
        event.remove(stage.database.engine, "before_cursor_execute", hear)
    return len(asked)
