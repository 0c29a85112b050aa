"""A region's own policy or Charter version: uploaded, mended, looked at, and its own alone."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from portal.console.rule_files import chosen
from portal.forms import Form
from providers import cycles, ledger, rulebooks
from tests.support.pages import Page, PageClient
from tests.support.rules import CHARTER_TEXT, POLICY_TEXT
from tests.support.stage import ANN, CORA, OTTO, Stage

Open = Callable[..., PageClient]
HOME, FAR = "/console/regions/sample", "/console/regions/elsewhere"
POLICIES, CHARTERS = "/scores/policies", "/register/charter"
OWN = POLICY_TEXT.replace('version = "2026.4"', 'version = "sample.1"').replace(
    "\ndue = 20\n", "\ndue = 18\n"
)
OURS = CHARTER_TEXT.replace(
    'version = "working-0.1"', 'version = "sample.1"\nonly_where_adopted = true'
)


@pytest.fixture
def cora(stage: Stage, open_pages: Open) -> PageClient:
    return stage.enters(open_pages, CORA)


def look(client: PageClient, text: str | bytes, where: str = POLICIES, home: str = HOME) -> Page:
    """Sends a file as somebody would who chose it."""
    content = text.encode() if isinstance(text, str) else text
    page = client.get(f"{home}{where}/new")
    return page.submit(button="See what it says", files={"file": ("ours.toml", content)})


def on_record(stage: Stage, kind: str) -> list[str]:
    with stage.database.reading() as session:
        return cycles.versions(session, kind)


def test_a_policy_is_looked_at_kept_and_then_taken_up(stage: Stage, cora: PageClient):
    before = on_record(stage, "policy")
    page = cora.get(HOME + POLICIES).click("Put a policy on record")
    page = page.submit(button="See what it says", files={"file": ("ours.toml", OWN.encode())})
    assert "ours.toml holds sample.1: 24 letters. Sample follows 2026.4 now." in page.text
    assert "Returns are due on working day2026.4 20sample.1 18" in page.text
    assert on_record(stage, "policy") == before
    kept = page.submit(button="Put sample.1 on record")
    assert (kept.status, kept.path) == (200, HOME + POLICIES)
    assert "Beside it: sample.1" in kept.text
    done = kept.submit(button="Take up policy sample.1")
    assert "Sample follows policy sample.1 for its next quarter" in done.text
    with stage.database.reading() as session:
        entry = next(e for e in ledger.entries(session) if e.kind == "policy_kept")
    assert (entry.by, entry.subject) == (f"person:{stage.person(CORA)}", "region:sample")
    assert "The policy sample.1 was put on record" in cora.get(f"{HOME}/record").text


def test_a_charter_version_is_looked_at_kept_and_then_adopted(stage: Stage, cora: PageClient):
    text = OURS.replace('id = "W9"', 'id = "W9b"')
    page = look(cora, text, CHARTERS)
    assert "ours.toml holds sample.1: 9 commitments. Sample follows working-0.1 now." in page.text
    assert "Commitment W9bworking-0.1 None" in page.text
    kept = page.submit(button="Put sample.1 on record")
    assert "On record. It is asked of nobody until it is adopted here." in kept.text
    with stage.database.reading() as session:
        for home in ("sample", "elsewhere"):
            rules = cycles.rules_for(session, cycles.region_of(session, home))
            assert rules.charter.version == "working-0.1"
    done = kept.submit({"version": "sample.1"}, button="Adopt this version")
    assert "last adopted sample.1" in done.text
    assert "The Charter version sample.1 was put on record" in cora.get(f"{HOME}/record").text


def test_no_other_region_is_offered_a_regions_own_rules(
    stage: Stage, cora: PageClient, open_pages: Open
):
    look(cora, OWN).submit(button="Put sample.1 on record")
    look(cora, OURS, CHARTERS).submit(button="Put sample.1 on record")
    otto = stage.enters(open_pages, OTTO)
    for path in (POLICIES, CHARTERS):
        assert "sample.1" in cora.get(HOME + path).text
        assert "sample.1" not in otto.get(FAR + path).text
    assert otto.get(f"{FAR}{POLICIES}?with=sample.1").status == 404


@pytest.mark.parametrize(
    ("text", "where", "why"),
    [
        (b"", POLICIES, "Choose the file"),
        (b"\xff\xfe", POLICIES, "This is not UTF-8 text"),
        (b"#" * 300_000, POLICIES, "must be smaller than 200 kB"),
        (OWN.replace("\ndue = 18\n", "\ndue = soon\n"), POLICIES, "cannot be read as TOML"),
        (
            OWN.replace("\ndue = 18\n", "\ndue = 18.5\n"),
            POLICIES,
            "Line 9Field dueWhat to mend This is not a whole number",
        ),
        (OWN.replace('letter = "overdue"', 'letter = "shout"'), POLICIES, "no letter 'shout'"),
        (
            OWN.replace('"substantially"', '"golden"'),
            POLICIES,
            "No page has words for the band 'golden'",
        ),
        (POLICY_TEXT, POLICIES, "A region's own version begins with 'sample.'"),
        (OURS.replace("true", "false", 1), CHARTERS, "Write only_where_adopted = true"),
        (OURS.replace('version = "sample.1"', 'version = "elsewhere.1"'), CHARTERS, "begins with"),
        (OURS.replace('id = "W2"', 'id = "W1"'), CHARTERS, "two commitments have the id 'W1'"),
        (CHARTER_TEXT, POLICIES, "nothing of this name belongs here"),
    ],
)
def test_what_is_wrong_is_said_with_its_place_and_nothing_is_kept(
    stage: Stage, cora: PageClient, text: str | bytes, where: str, why: str
):
    before = on_record(stage, "policy"), on_record(stage, "charter")
    page = look(cora, text, where)
    assert page.status == 422
    assert why.casefold() in page.text.casefold()
    assert (on_record(stage, "policy"), on_record(stage, "charter")) == before


def test_a_policy_with_a_band_that_nobody_could_be_in_is_refused_with_the_arithmetic(
    stage: Stage, cora: PageClient
):
    page = look(cora, OWN.replace("[89, ", "[90, "))
    assert (page.status, "sample.1 cannot be put on record" in page.text) == (422, True)
    assert "the nearest shares are 89 (8 of 9) and 100 (9 of 9)" in page.text
    assert "Put sample.1 on record" not in page.html


def test_words_put_on_record_meanwhile_are_shown_with_who_and_when(
    stage: Stage, cora: PageClient, open_pages: Open
):
    page = look(cora, OWN)
    other = rulebooks.check("policy", OWN.replace("due = 18", "due = 19").encode(), "sample")
    with stage.database.writing() as session:
        rulebooks.keep(session, other, "sample", stage.now, "operator", own=True)
    stage.now += timedelta(minutes=1)
    late = page.submit(button="Put sample.1 on record")
    assert late.status == 409
    assert "Whoever runs this service put sample.1 on record on 5 October 2026" in late.text
    same = look(cora, other.body).submit(button="Put sample.1 on record")
    assert (same.status, same.path) == (200, HOME + POLICIES)


def test_what_is_followed_can_be_downloaded_to_begin_from(stage: Stage, cora: PageClient):
    for path, text, name in (
        (POLICIES, POLICY_TEXT, "policy-2026.4.toml"),
        (CHARTERS, CHARTER_TEXT, "charter-working-0.1.toml"),
    ):
        page = cora.get(f"{HOME}{path}/new")
        got = cora.http.get(page.links[f"Download {name}"])
        assert (got.status_code, got.text) == (200, text)
        assert f'filename="{name}"' in got.headers["content-disposition"]


def test_only_the_commissioner_puts_rules_on_record(stage: Stage, open_pages: Open):
    ann = stage.enters(open_pages, ANN)
    for path in (POLICIES, CHARTERS):
        assert "on record</a>" not in ann.get(HOME + path).html
        assert ann.get(f"{HOME}{path}/new").status == 403
        assert ann.get(f"{HOME}{path}/file").status == 403


def test_a_form_cut_off_on_the_way_says_how_large_a_file_may_be():
    assert "200 kB" in chosen(Form({}, cut_off=True)).fault
