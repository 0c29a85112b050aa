"""Forms of a page and translations that people made are kept, replaced, ended and vouched for."""

from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlmodel import Session

from charter.formats import EASY_READ, FormatView, editions_sha, format_rows
from charter.quarters import Quarter
from charter.steps import Published
from providers import formats, ledger, lives, owed_places, renditions
from providers.cycles import NotAllowed, Unknown
from providers.database import Database
from providers.file_kinds import NotTaken
from providers.renditions import Made
from tests.support import files
from tests.support.cast import at
from tests.support.drawn import build_pages
from tests.support.programme import Programme

Q2 = Quarter.parse("2026-27-Q2")
NOW = at("2026-12-10T09:00")
MADE = Made("Plain Pictures", "The Reading Group", date(2026, 12, 9))
OTHER = files.PDF.replace(b"1 0 obj", b"1 0 obj ")
ENGLISH = "We hold a clinic on Mondays."
WELSH = "Cynhelir clinig bob dydd Llun."


@pytest.fixture
def programme(sqlite_store: Database, tmp_path: Path) -> Programme:
    return published(sqlite_store, tmp_path)


def published(store: Database, folder: Path) -> Programme:
    """Avon's update of Avonbridge is published, and nobody else's."""
    here = Programme(store, folder / "home").begin()
    here.open("2026-10-01T09:00")
    here.submit("AVON", "AVB", "2026-10-20T09:00")
    revise(here, 1)
    return here


def revise(here: Programme, revision: int, when: str = "2026-12-08T09:00") -> None:
    step = Published(revision=revision, page="prisons/AVB/2026-27-Q2")
    with here.database.writing() as session:
        lives.record(session, here.ref("AVON", "AVB").id, step, at(when), "engine")


def give(
    here: Programme,
    data: bytes = files.PDF,
    made: Made = MADE,
    site: str = "AVB",
    now: datetime = NOW,
) -> int:
    with here.database.writing() as session:
        where = formats.site_of(session, site)
        return formats.add(session, where, Q2, EASY_READ, data, made, now, "operator")


def translate(here: Programme, words: str = WELSH, **changes: Any) -> int:
    made = replace(MADE, **{"language": "cy", **changes})
    with here.database.writing() as session:
        return renditions.add_translation(session, "sample", ENGLISH, words, made, NOW, "operator")


def of(here: Programme, *english: str, region: str = "sample") -> dict[str, dict[str, str]]:
    """What a region has of these texts, by language and text."""
    with here.database.reading() as session:
        found = renditions.translated(session, english, [region]).get(region, {})
    return {
        language: {text: one["words"] for text, one in texts.items()}
        for language, texts in found.items()
    }


def standing(here: Programme) -> list[FormatView]:
    ref = here.ref("AVON", "AVB")
    with here.database.reading() as session:
        return list(formats.standing(session, {ref.site_id}).get((ref.site_id, str(Q2)), ()))


def wrong(here: Programme) -> str:
    with here.database.reading() as session:
        return renditions.first_altered(session)


def test_a_form_is_kept_by_its_fingerprint_and_the_next_takes_its_place(
    store: Database, tmp_path: Path
):
    programme = published(store, tmp_path)
    first = give(programme)
    [form] = standing(programme)
    assert (form.maker, form.checker, form.made_on) == (MADE.maker, MADE.checker, MADE.on)
    with programme.database.reading() as session:
        assert formats.file(session, form.sha) == files.PDF
        before = ledger.head(session)
    assert give(programme) == first
    with programme.database.reading() as session:
        assert ledger.head(session) == before
    second = give(programme, OTHER)
    assert second != first
    with programme.database.reading() as session:
        found = formats.listed(session, "sample")
    assert [(one.id, one.ended_at is not None) for one in found] == [(second, False), (first, True)]
    assert [one.sha for one in standing(programme)] == [found[0].form.sha]
    assert wrong(programme) == ""


def test_a_form_that_ended_is_shown_no_more_and_stays_on_record(programme: Programme):
    number = give(programme)
    with programme.database.writing() as session:
        assert renditions.end(session, number, NOW, "operator")
        assert not renditions.end(session, number, NOW, "operator")
        with pytest.raises(Unknown, match="no format 99"):
            renditions.end(session, 99, NOW, "operator")
    assert standing(programme) == []
    assert wrong(programme) == ""


def test_a_form_of_an_older_edition_is_shown_with_a_notice(programme: Programme):
    give(programme)
    owed = programme.ref("AVON", "AVB").id
    [row] = format_rows(standing(programme), [(owed, 1)], Q2)
    assert (row.words, row.file, row.outdated) == ("Easy Read", f"{Q2}-easy-read.pdf", False)
    assert row.model_dump().get("outdated") is None
    revise(programme, 2, "2026-12-11T09:00")
    [row] = format_rows(standing(programme), [(owed, 2)], Q2)
    assert row.outdated
    give(programme, now=at("2026-12-12T09:00"))
    [row] = format_rows(standing(programme), [(owed, 2)], Q2)
    assert not row.outdated
    assert editions_sha([(1, 1), (2, 1)]) == editions_sha([(2, 1), (1, 1)])


REFUSED = (
    (b"<html>no</html>" * 9, MADE, "AVB", "no PDF"),
    (files.PDF + b"x" * formats.BIGGEST, MADE, "AVB", "larger than 5 MB"),
    (files.PDF.replace(b"<</Type", b"<</JavaScript 2 0 R/Type"), MADE, "AVB", "runs something"),
    (files.PDF, replace(MADE, checker=""), "AVB", "who tested it"),
    (files.PDF, replace(MADE, checker="plain pictures"), "AVB", "name another"),
    (files.PDF, replace(MADE, maker=" two\nlines"), "AVB", "one line"),
    (files.PDF, replace(MADE, maker="Set by A1234BC"), "AVB", "name an organisation"),
    (files.PDF, replace(MADE, on=date(2026, 12, 11)), "AVB", "still to come"),
    (files.PDF, replace(MADE, language="English"), "AVB", "no language"),
    (files.PDF, MADE, "AVC", "not published"),
    (files.PDF, MADE, "NIX", "no prison has the code"),
)


def test_what_cannot_be_shown_is_refused_in_a_sentence(programme: Programme):
    for data, made, site, why in REFUSED:
        with pytest.raises((NotAllowed, NotTaken, Unknown), match=why):
            give(programme, data, made, site)
    assert standing(programme) == []


def test_a_translation_holds_for_the_very_words_it_was_made_from(store: Database, tmp_path: Path):
    programme = published(store, tmp_path)
    translate(programme)
    assert of(programme, ENGLISH, "Other.") == {"cy": {ENGLISH: WELSH}}
    assert of(programme, ENGLISH + " Now.") == {}
    broken = ENGLISH.replace("clinic ", "clinic\n\n")
    assert of(programme, broken) == {"cy": {broken: WELSH}}
    translate(programme, "Clinig ar ddydd Llun.", checker="Second Reader")
    assert of(programme, ENGLISH) == {"cy": {ENGLISH: "Clinig ar ddydd Llun."}}
    assert standing(programme) == []
    assert wrong(programme) == ""


def test_a_page_finds_what_was_made_of_its_very_words_in_every_language(programme: Programme):
    with programme.database.reading() as session:
        before, _ = ledger.head(session)
        assert renditions.translated(session, [ENGLISH], ["sample"]) == {}
    translate(programme)
    translate(programme, "Klinika w poniedziałki.", language="pl")
    translate(programme, "Clínica.", language="es", checker="")
    with programme.database.reading() as session:
        found = renditions.translated(session, [ENGLISH, "Other."], ["sample"])["sample"]
        assert owed_places.touched(session, before).concerns(["sample"], [])
    assert {code: texts[ENGLISH]["words"] for code, texts in found.items()} == {
        "cy": WELSH,
        "pl": "Klinika w poniedziałki.",
    }
    assert found["pl"][ENGLISH]["checker"] == MADE.checker
    assert found["pl"][ENGLISH]["made_on"] == MADE.on.isoformat()


def test_a_translation_stands_on_the_pages_of_its_own_region_only(programme: Programme):
    translate(programme)
    assert of(programme, ENGLISH, region="other") == {}
    with programme.database.reading() as session:
        assert renditions.translated(session, [ENGLISH], ["other"]) == {}


def test_a_list_names_translations_and_catalogues_beside_the_forms(programme: Programme):
    give(programme)
    translate(programme)
    with programme.database.writing() as session:
        made = replace(MADE, language="pl")
        number = renditions.add_catalogue(session, "Polish", made, NOW, "operator")
        assert renditions.add_catalogue(session, "Polish", made, NOW, "operator") == number
        with pytest.raises(NotAllowed, match="who reviewed it"):
            renditions.add_catalogue(session, "x", replace(made, checker=""), NOW, "operator")
        assert list(renditions.catalogues(session)) == ["pl"]
        listed = formats.listed(session)
        here = formats.listed(session, "sample")
    told = [(one.form.kind, one.region, one.site, one.words) for one in listed]
    assert told == [
        ("catalogue", "", "", ""),
        ("translation", "sample", "", WELSH),
        ("easy-read", "sample", "AVB", ""),
    ]
    assert [one.form.kind for one in here] == ["translation", "easy-read"]
    assert wrong(programme) == ""


def test_the_page_of_a_prison_is_frozen_with_what_was_made_of_its_words(programme: Programme):
    def page() -> dict[str, Any]:
        with programme.database.reading() as session:
            made = build_pages(session, NOW, programme.post.calendar)
        return made[f"prisons/AVB/{Q2}"]

    assert "translations" not in page()
    statement = page()["commitments"][0]["answers"][0]["statement"]
    with programme.database.writing() as session:
        made = replace(MADE, language="pl")
        renditions.add_translation(session, "sample", statement, "Tak.", made, NOW, "operator")
    [found] = page()["translations"]["pl"].values()
    assert found["words"] == "Tak."


def test_a_translation_that_says_more_of_a_person_than_its_english_is_refused(
    programme: Programme,
):
    with pytest.raises(NotAllowed, match="that the English does not"):
        translate(programme, f"{WELSH} A1234BC")


def test_a_translation_that_nobody_checked_is_kept_and_not_shown(programme: Programme):
    translate(programme, checker="")
    assert of(programme, ENGLISH) == {}
    for words, language in (("", "cy"), (WELSH, "en")):
        with pytest.raises(NotAllowed, match="another language"):
            translate(programme, words, language=language)


ALTERED = (
    ("UPDATE rendition SET checker = 'Somebody Else'", "has been changed"),
    ("UPDATE rendition SET renders = 'x'", "has been changed"),
    ("UPDATE rendition SET ended_at = added_at", "has been changed"),
    ("UPDATE rendition_file SET body = CAST('x' AS BLOB)", "is missing, or has been changed"),
    ("DELETE FROM rendition_file", "is missing, or has been changed"),
    ("DELETE FROM rendition", "is missing"),
    ("DELETE FROM document WHERE body = 'Klinika.'", "the text of format 2 is missing"),
)


def test_whatever_is_altered_is_named(sqlite_store: Database, tmp_path: Path):
    here = published(sqlite_store, tmp_path)
    give(here)
    translate(here, "Klinika.", language="pl")
    assert wrong(here) == ""
    for sql, said in ALTERED:
        with sqlite_store.engine.connect() as connection:
            connection.execute(text(sql))
            assert said in renditions.first_altered(Session(connection)), sql
            connection.rollback()


def test_the_ledger_holds_no_name_of_whoever_made_or_checked_it(programme: Programme):
    give(programme)
    with programme.database.reading() as session:
        bodies = [
            str(row[0])
            for row in session.connection().execute(
                text("SELECT body FROM ledger WHERE kind LIKE 'rendition%'")
            )
        ]
    assert len(bodies) == 1
    assert "Plain" not in bodies[0]
    assert "Reading" not in bodies[0]
