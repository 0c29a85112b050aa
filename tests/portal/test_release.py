"""A page on its way out: seen, compared, its held words cleared, approved, taken down, back."""

from collections.abc import Callable
from dataclasses import replace
from urllib.parse import quote

import pytest
from sqlmodel import Session

from charter.answers import ReturnDocument
from charter.ledger import digest
from charter.reading import HELD
from charter.returns import Life
from charter.steps import Rating
from flows.foreseen import foresee
from notifications.compared import sentences_of
from providers import checking, ledger, lives, publications, releasing, staff
from providers.cycles import NotAllowed
from providers.returns import Ref
from tests.support.cast import AVON, CLYDE
from tests.support.drawn import render
from tests.support.pages import Page, PageClient
from tests.support.releases import (
    CHECKED,
    FEW,
    LOOK,
    NAMED,
    OUT,
    approve_by_two,
    life_of,
    look,
    named_in,
    publish,
    release_of,
    site_page,
    with_statement,
)
from tests.support.rules import CALENDAR
from tests.support.stage import ANN, CORA, LENA, OTTO, QUARTER, RITA, Stage

Open = Callable[..., PageClient]


@pytest.fixture
def named(stage: Stage) -> Stage:
    """Avon's return signed with a possible name in what families will read, and confirmed."""
    return named_in(stage)


def clear(page: Page, reason: str = "Dr Shah has agreed to be named.") -> Page:
    return page.click(LOOK).submit({"reason": reason}, button="Clear these words")


def test_the_list_says_how_each_page_stands(named: Stage, open_pages: Open):
    here = named.ref()
    page = named.enters(open_pages, RITA).get(f"/console/regions/{quote(here.region)}/release")
    assert page.h1.startswith("Release: ")
    row = next(line for line in rows_of(page) if here.site_name in line[0])
    assert row[3:] == ["Open until 2 December 2026", "1", "0 of 2", "Not published"]
    assert page.click(here.site_name).path == f"{release_of(here)}/{here.id}"


def rows_of(page: Page) -> list[list[str]]:
    """The cells of the page's table, their small-screen headings left out."""
    return [
        ["".join(cell[1].itertext()).strip() for cell in row if cell.tag == "td"]
        for row in page.tree.iter("tr")
        if any(cell.tag == "td" for cell in row)
    ]


def test_held_words_are_cleared_by_somebody_who_did_not_write_them(named: Stage, open_pages: Open):
    here = named.ref()
    cora = named.enters(open_pages, CORA)
    page = look(cora, here)
    assert "The public statement on W1" in page.text
    assert "Shah" not in page.text
    assert HELD in cora.get(f"{release_of(here)}/{here.id}/preview").text
    hold = page.click(LOOK)
    assert NAMED in hold.text
    refused = hold.submit({"reason": " "}, button="Clear these words")
    assert (refused.status, "Say why these words may be published" in refused.text) == (422, True)
    done = clear(page)
    assert "Cleared." in done.text
    assert "Nothing. 1 text was cleared before." in done.text
    assert NAMED in cora.get(f"{release_of(here)}/{here.id}/preview").text
    assert life_of(named, here).cleared == {digest(NAMED)}


def test_the_author_of_held_words_may_not_clear_them(named: Stage, open_pages: Open):
    here, cora = named.ref(), named.person(CORA)
    with named.database.writing() as session:
        checking.change_rating(session, here, "W2", Rating.PARTLY, FEW, CHECKED, cora)
        for person in (cora, named.person(AVON.email), named.person(AVON.signer_email)):
            with pytest.raises(NotAllowed, match=r"wrote these words|only a commissioner"):
                releasing.clear_hold(session, here, FEW, "It is many.", CHECKED, person)
        releasing.clear_hold(session, here, FEW, "A large number.", CHECKED, named.person(ANN))


def test_whoever_signed_may_not_clear_what_is_in_the_return(named: Stage):
    here, region = named.ref(), named.ref().region
    with named.database.writing() as session:
        for email in (AVON.email, AVON.signer_email):
            person, role = named.person(email), "approver"
            staff.add(session, CHECKED, "operator", email=email, region_code=region, role=role)
            with pytest.raises(NotAllowed, match="somebody else must look"):
                releasing.clear_hold(session, here, NAMED, "We agree.", CHECKED, person)


def test_words_changed_later_are_held_again(named: Stage, open_pages: Open):
    here = named.ref()
    cora = named.enters(open_pages, CORA)
    clear(look(cora, here))
    with named.database.writing() as session:
        checking.challenge(session, here, "W1", "Who is that?", CHECKED, named.person(CORA))
    named.submit(AVON, with_statement(named, f"{NAMED} So does Dr Patel."), CHECKED)
    page = look(cora, here)
    assert "The public statement on W1" in page.text


def test_a_cleared_text_stays_cleared_in_the_next_quarter_of_that_service(named: Stage):
    here = named.ref()
    with named.database.writing() as session:
        releasing.clear_hold(session, here, NAMED, "Agreed.", CHECKED, named.person(CORA))
        pages, _ = foresee(session, CHECKED, CALENDAR, [here])[here.id]
        again = {here.id: life_with(lives.lives(session, [here.id])[here.id])}
        places = {here.id: releasing.Place(here.site, here.party, frozenset())}
        assert releasing.holds(session, here.region, again, places, 8, rated=True) == {here.id: 0}
    assert all(hold.text != digest(NAMED) for page in pages for hold in page.holds)


def life_with(life: Life) -> Life:
    """The same return as a later quarter's would stand, that has cleared nothing itself."""
    return replace(life, cleared=frozenset())


def test_an_approval_of_what_was_seen_before_a_clearance_does_not_count(
    named: Stage, open_pages: Open
):
    here = named.ref()
    cora, ann = named.enters(open_pages, CORA), named.enters(open_pages, ANN)
    old = look(ann, here)
    clear(look(cora, here))
    late = old.submit(button="Approve to publish")
    assert late.status == 409
    assert "Cora Check cleared held words on 1 December 2026" in late.text
    assert life_of(named, here).approved_by == ()


def test_clearing_what_another_has_cleared_says_who_and_when(named: Stage, open_pages: Open):
    here = named.ref()
    cora, ann = named.enters(open_pages, CORA), named.enters(open_pages, ANN)
    hold = look(ann, here).click(LOOK)
    clear(look(cora, here))
    late = hold.submit({"reason": "I agree."}, button="Clear these words")
    assert late.status == 409
    assert "cleared already" in late.text
    assert "Cora Check cleared held words on 1 December 2026" in late.text
    assert "I agree." in late.text


def test_two_different_people_approve_what_was_previewed_and_it_goes_out(
    named: Stage, open_pages: Open
):
    here = named.ref()
    clear(look(named.enters(open_pages, CORA), here))
    named.now = OUT
    approve_by_two(named, open_pages, here)
    reader = named.enters(open_pages, RITA)
    preview = reader.get(f"{release_of(here)}/{here.id}/preview")
    publish(named)
    assert main_of(preview.html) == main_of(site_page(named, here))
    assert NAMED in site_page(named, here)
    after = look(reader, here)
    assert "Revision 1, 8 December 2026" in after.text


def main_of(html: str) -> str:
    """What the main part of a page says, its tags and addresses left out."""
    return "\n".join(one.words for one in sentences_of(html))


def test_the_page_says_what_changes_against_the_last_publication(named: Stage, open_pages: Open):
    named.now = OUT
    here, reader = named.ref(), named.enters(open_pages, RITA)
    assert "all of it is new" in look(reader, here).text
    publish(named)
    page = look(reader, here)
    gone = [words for words in marked(page, "del")]
    new = [words for words in marked(page, "ins")]
    assert "This update is not published yet." in gone
    assert any("kept" in words for words in new)
    assert "Taken out: " in page.text
    approve_by_two(named, open_pages, here)
    publish(named)
    stands = look(reader, here)
    assert "Nothing: it reads as it did" in stands.text
    assert "Changed once" not in reader.get(f"{release_of(here)}/{here.id}/preview").text
    with named.database.writing() as session:
        checking.revise(session, here, "A figure was wrong.", OUT, named.person(CORA))
    page = look(reader, here)
    assert [w for w in marked(page, "ins") if w.startswith("Changed once, on")]
    assert "A figure was wrong." in " ".join(marked(page, "ins"))


def marked(page: Page, tag: str) -> list[str]:
    return ["".join(one.itertext()) for one in page.tree.iter(tag)]


def test_a_page_taken_down_keeps_its_address_and_comes_back_by_revision(
    named: Stage, open_pages: Open
):
    named.now = OUT
    here, cora = named.ref(), named.enters(open_pages, CORA)
    approve_by_two(named, open_pages, here)
    publish(named)
    page = look(cora, here).click("Take this page down")
    refused = page.submit({"reason": ""}, button="Take the page down")
    assert (refused.status, "families will read it" in refused.text) == (422, True)
    done = refused.submit({"reason": "A number was wrong."}, button="Take the page down")
    assert "Taken down on 8 December 2026" in done.text
    again = page.submit({"reason": "Twice."}, button="Take the page down")
    assert (again.status, "taken down on 8 December" in again.text) == (409, True)
    assert "Twice." in again.text
    publish(named)
    told = site_page(named, here)
    assert "This update was taken down on 8 December 2026." in told
    assert "A number was wrong." in told
    assert "kept 8" not in told
    assert "sent its update on 20 October 2026" in told
    open_again = look(cora, here).click("Revise this page")
    open_again.submit({"reason": "The number is right now."}, button="Open it for a revision")
    publish(named)
    assert "taken down" in site_page(named, here)
    approve_by_two(named, open_pages, here)
    publish(named)
    told = site_page(named, here)
    assert "taken down" not in told
    assert "Changed because: The number is right now." in main_of(told)
    with named.database.reading() as session:
        standing = publications.newest(session)
        assert standing is not None
        files = render(publications.pages_of(session, standing))
        page_bytes = files[f"prisons/{here.site}/{here.quarter}.html"]
        assert page_bytes.decode() == told
        assert ledger.verify(session) == ""


def test_only_a_commissioner_or_approver_acts_and_another_region_sees_nothing(
    named: Stage, open_pages: Open
):
    here = named.ref()
    path = f"{release_of(here)}/{here.id}"
    lena = named.enters(open_pages, LENA)
    assert "Look at the words" not in look(lena, here).text
    assert lena.get(f"{path}/holds/{digest(NAMED)}").status == 403
    assert lena.get(f"{path}/take-down").status == 403
    otto = named.enters(open_pages, OTTO)
    for below in ("", "/preview", "/revise", f"/holds/{digest(NAMED)}"):
        assert otto.get(path + below).status == 404
    assert lena.get(f"{release_of(here).replace(QUARTER, '2026-27-Q1')}/{here.id}").status == 404


def test_the_list_counts_the_words_that_the_page_holds(named: Stage, open_pages: Open):
    named.submit(CLYDE, all_held(named), CHECKED)
    reader = named.enters(open_pages, RITA)
    with named.database.reading() as session:
        for player in (AVON, CLYDE):
            here = named.ref(player)
            page = reader.get(release_of(here))
            row = next(line for line in rows_of(page) if here.site_name in line[0])
            assert row[4] == str(len(held_on_page(session, named, here))), player


def held_on_page(session: Session, stage: Stage, here: Ref) -> set[str]:
    [page, *_], _ = foresee(session, stage.now, CALENDAR, [here])[here.id]
    return {hold.text for hold in page.holds if hold.source.return_id == here.id}


def all_held(stage: Stage) -> ReturnDocument:
    """A document in which every word that families read must be looked at, each another."""
    filled = stage.filled(stage.ref(CLYDE))
    answers = tuple(
        one.model_copy(
            update={
                "public_statement": f"In {2000 + at_} a man died.",
                "reason": one.reason and f"{at_} and then two families told us.",
            }
        )
        for at_, one in enumerate(filled.answers)
    )
    return filled.model_copy(update={"answers": answers})


def test_a_page_made_from_data_of_an_older_release_is_drawn_to_the_same_bytes(named: Stage):
    named.now = OUT
    publish(named)
    with named.database.reading() as session:
        standing = publications.newest(session)
        assert standing is not None
        data = publications.pages_of(session, standing)
    for page in data.values():
        if page["kind"] == "prison":
            assert "quiet" not in page
            for one in page["accounts"]:
                assert not {"withdrawn_on", "withdrawn_because"} & one.keys()
            for row in page["commitments"]:
                assert all("disputed" not in answer for answer in row["answers"])
    assert render(data)
