"""The listening partner's desk: what families said, told part by part, and by nobody else."""

from collections.abc import Callable
from datetime import date

import pytest

from charter.listening import PARTS, Calls
from charter.quarters import Quarter
from charter.steps import Signed
from providers import (
    answering,
    documents,
    family_calls,
    ledger,
    listening,
    lives,
    replied,
    staff,
)
from tests.support.cast import AVON, BROOK
from tests.support.pages import Page, PageClient
from tests.support.stage import CORA, LENA, OTTO, QUARTER, REQUEST, RITA, Stage

Open = Callable[..., PageClient]
SURVEY = {
    "commitment": "W3",
    "question": "Did you feel involved enough?",
    "share": "50",
    "base": "159",
    "method": "Tokens in the visits hall",
    "asked_on-day": "3",
    "asked_on-month": "9",
    "asked_on-year": "2026",
}


def path(stage: Stage, part: str = "") -> str:
    home = f"/console/regions/{stage.ref().region}/listening/{QUARTER}"
    return f"{home}/{part}" if part else home


def record(stage: Stage) -> listening.Record:
    with stage.database.reading() as session:
        return listening.record(session, stage.ref().region, Quarter.parse(QUARTER))


def entries(stage: Stage) -> int:
    with stage.database.reading() as session:
        return ledger.head(session)[0]


def region_page(stage: Stage, client: PageClient, below: str) -> Page:
    return client.get(f"/console/regions/{stage.ref().region}{below}")


@pytest.mark.parametrize(
    ("part", "typed", "shown"),
    [
        ("activities", {"count-interview": "41", "count-call": "0"}, "Interviews 41"),
        ("themes", {"count-waiting": "17"}, "Waiting for an appointment 17"),
        (
            "voice",
            {
                "valued": "Kind nurses\nA ring back within a day",
                "worried": "Nine weeks for a dentist",
                "positive": "33",
                "negative": "48",
                "base": "120",
                "definition": "Content: nothing to be mended was named.",
            },
            "33 in 100 were content. 48 in 100 were not content at all. Of 120 conversations.",
        ),
        ("spotlight", {"group": "Muslim families", "words": "Halal food."}, "Halal food."),
        (
            "report",
            {"reference": "Report 7", "dated-day": "1", "dated-month": "9", "dated-year": "2026"},
            "Report 7, 1 September 2026",
        ),
        (
            "safeguarding",
            {"escalated": "12", "in_time": "9"},
            "12 worries were passed on in the whole region; 9 answered in the time promised.",
        ),
    ],
)
def test_the_partner_saves_a_part_and_the_team_reads_it(
    stage: Stage, open_pages: Open, part: str, typed: dict[str, str], shown: str
):
    lena = stage.enters(open_pages, LENA)
    done = lena.get(path(stage, part)).submit(typed, button="Save")
    assert (done.status, "Saved as a new version." in done.text) == (200, True)
    rita = stage.enters(open_pages, RITA)
    page = rita.get(path(stage))
    assert shown in page.text
    assert "Version 1, saved by Lena Listen on 5 October 2026" in page.text
    again = lena.get(path(stage, part))
    for name, value in typed.items():
        assert value.split("\n")[0] in again.html, name


def test_every_part_has_its_page_and_says_nothing_told_yet(stage: Stage, open_pages: Open):
    lena = stage.enters(open_pages, LENA)
    page = lena.get(path(stage))
    assert page.text.count("Nothing told yet.") == len(PARTS)
    for part, words in PARTS.items():
        assert lena.get(path(stage, part)).h1.endswith(words)


def test_a_survey_question_is_added_shown_beside_the_commitment_and_taken_out(
    stage: Stage, open_pages: Open
):
    lena = stage.enters(open_pages, LENA)
    page = lena.get(path(stage, "surveys")).submit(SURVEY, button="Add it")
    assert "50 in 100 said so, of 159 people who answered." in page.text
    first = {"asked_on-day": "1", "asked_on-month": "7", "asked_on-year": "2024"}
    few = page.submit({**SURVEY, **first, "site": AVON.site, "base": "9"}, button="Add it")
    assert "Too few to say: fewer than 10 people answered." in few.text
    region, quarter = stage.ref().region, Quarter.parse(QUARTER)
    with stage.database.reading() as session:
        here = listening.voices(session, region, quarter, AVON.site)
        elsewhere = listening.voices(session, region, quarter, "BRB")
    assert [(one.site_code, one.base) for one in here] == [(AVON.site, 9), ("", 159)]
    assert [one.base for one in elsewhere] == [159]
    left = few.submit(button="Take out: Did you feel involved enough?, The whole region")
    assert len(record(stage).heard.surveys) == 1
    assert record(stage).version == 3
    assert left.status == 200


def test_a_meeting_is_told_with_its_attendance_in_a_band(stage: Stage, open_pages: Open):
    lena = stage.enters(open_pages, LENA)
    typed = {
        "kind": "coffee_morning",
        "site": AVON.site,
        "held_on-day": "8",
        "held_on-month": "9",
        "held_on-year": "2026",
        "attendance": "under_8",
    }
    page = lena.get(path(stage, "events")).submit(typed, button="Add it")
    assert f"Coffee morning, 8 September 2026. {AVON.site_name}. Fewer than 8 people." in page.text


@pytest.mark.parametrize(
    ("part", "typed", "fault"),
    [
        ("activities", {"count-interview": "many"}, "write a whole number in figures"),
        ("activities", {"count-interview": "-1"}, "write a whole number in figures"),
        ("activities", {"count-interview": "١٢"}, "write a whole number in figures"),
        ("voice", {"positive": "33"}, "Give the number of conversations"),
        ("voice", {"positive": "60", "negative": "50"}, "come to more than 100"),
        ("voice", {"valued": "x" * 301}, "lines of at most 300 characters"),
        ("spotlight", {"words": "Long waits."}, "Name the families it is about"),
        ("report", {"dated-day": "1", "dated-month": "1", "dated-year": "2027"}, "still to come"),
        ("safeguarding", {"escalated": "3"}, "Give both numbers, or neither"),
        ("safeguarding", {"escalated": "3", "in_time": "4"}, "No more can be answered in time"),
        ("surveys", {**SURVEY, "share": "101"}, "from 0 to 100"),
        ("surveys", {**SURVEY, "base": "0"}, "says nothing: leave it out"),
        ("surveys", {**SURVEY, "commitment": "W99"}, "Choose the commitment"),
        ("surveys", {**SURVEY, "site": "NOWHERE"}, "Choose where it was asked"),
        ("surveys", {**SURVEY, "asked_on-year": "2020"}, "give a day from 1 July 2024"),
        ("events", {"held_on-day": "30", "held_on-month": "6", "held_on-year": "2024"}, "2 years"),
        ("events", {}, "Choose what it was"),
    ],
)
def test_what_cannot_be_so_is_said_at_the_box_and_nothing_is_kept(
    stage: Stage, open_pages: Open, part: str, typed: dict[str, str], fault: str
):
    lena, before = stage.enters(open_pages, LENA), entries(stage)
    button = "Add it" if part in ("surveys", "events") else "Save"
    page = lena.get(path(stage, part))
    sent = page.fields(page.form(button)) | {name: [value] for name, value in typed.items()}
    answer = lena.http.post(path(stage, part), data=sent)
    assert answer.status_code == 422
    assert fault in answer.text
    assert (record(stage).version, entries(stage)) == (0, before)


@pytest.mark.parametrize(
    ("part", "field", "words"),
    [
        ("voice", "worried", "He has talked of suicide."),
        ("voice", "definition", "A1234BC has had no tablets"),
        ("spotlight", "words", "My son Daniel has no inhaler"),
        ("surveys", "question", "Is Mr Okoro safe?"),
        ("report", "reference", "self-harm on B wing"),
        ("safeguarding", "escalated", "he wants to die"),
    ],
)
def test_a_live_worry_is_refused_with_where_to_go_and_nothing_of_it_is_stored(
    stage: Stage, open_pages: Open, part: str, field: str, words: str
):
    lena, before = stage.enters(open_pages, LENA), entries(stage)
    button = "Add it" if part == "surveys" else "Save"
    page = lena.get(path(stage, part)).submit({field: words}, button=button)
    assert page.status == 422
    assert "Ring the prison now." in page.text
    assert "0808 808 2003" in page.text
    assert "may be of one person, or of a danger to one" in page.text
    assert (record(stage).version, entries(stage)) == (0, before)
    with stage.database.engine.connect() as connection:
        dump = "".join(connection.connection.driver_connection.iterdump())  # type: ignore[union-attr]
    assert words not in dump


def test_a_part_saved_meanwhile_is_shown_with_who_and_when_and_words_are_kept(
    stage: Stage, open_pages: Open
):
    lena = stage.enters(open_pages, LENA)
    mine, theirs = (lena.get(path(stage, "activities")) for _ in range(2))
    theirs.submit({"count-interview": "40"}, button="Save")
    late = mine.submit({"count-interview": "44"}, button="Save")
    assert late.status == 409
    assert "Lena Listen saved this on 5 October 2026 at 9:00am" in late.text
    assert 'value="44"' in late.html
    assert record(stage).heard.activities == {"interview": 40}
    late.submit(button="Save")
    assert record(stage).heard.activities == {"interview": 44}


def test_another_part_saved_meanwhile_is_in_nobodys_way(stage: Stage, open_pages: Open):
    lena = stage.enters(open_pages, LENA)
    mine, other = lena.get(path(stage, "activities")), lena.get(path(stage, "themes"))
    other.submit({"count-moves": "4"}, button="Save")
    assert mine.submit({"count-interview": "44"}, button="Save").status == 200
    assert record(stage).heard.themes == {"moves": 4}


def test_the_same_saved_again_is_no_new_version(stage: Stage, open_pages: Open):
    lena = stage.enters(open_pages, LENA)
    for _ in range(2):
        lena.get(path(stage, "activities")).submit({"count-call": "3"}, button="Save")
    assert record(stage).version == 1


def test_nobody_but_the_partner_can_speak_for_families(stage: Stage, open_pages: Open):
    cora = stage.enters(open_pages, CORA)
    page = cora.get(path(stage))
    assert page.status == 200
    assert not [to for to in page.links.values() if to.endswith(tuple(PARTS))]
    assert cora.get(path(stage, "voice")).status == 403


def test_where_no_partner_is_commissioned_the_pages_say_so(stage: Stage, open_pages: Open):
    region = stage.ref().region
    with stage.database.writing() as session:
        staff.end(
            session,
            stage.now,
            "operator",
            email=LENA,
            region_code=region,
            role="listening_partner",
        )
    cora = stage.enters(open_pages, CORA)
    for below in ("/listening", f"/listening/{QUARTER}", "/requests"):
        assert "No listening partner is commissioned" in region_page(stage, cora, below).text
    assert cora.get(path(stage, "voice")).status == 403


def test_only_quarters_that_can_be_spoken_of_are_there(stage: Stage, open_pages: Open):
    lena = stage.enters(open_pages, LENA)
    for quarter in ("2026-27-Q4", "2019-20-Q1", "yesterday", "2026-27-q2", " 2026-27-Q2"):
        assert region_page(stage, lena, f"/listening/{quarter}").status == 404
    assert region_page(stage, lena, "/listening/2026-27-Q3").status == 200
    assert lena.get(path(stage, "nothing")).status == 404


def test_calls_are_noted_counted_beside_each_other_and_struck_out(stage: Stage, open_pages: Open):
    lena = stage.enters(open_pages, LENA)
    call = {
        "site": AVON.site,
        "called_on-day": "7",
        "called_on-month": "9",
        "called_on-year": "2026",
        "answered": "no",
        "minutes": "11",
    }
    page = opened = lena.get(path(stage, "calls"))
    for minutes in ("11", "0", "4"):
        answered = "no" if minutes == "11" else "yes"
        typed = {**call, "minutes": minutes, "answered": answered}
        page = page.submit(typed, button="Note this call")
        assert "Noted." in page.text
    assert "Noted." in opened.submit(call, button="Note this call").text  # pressed twice: one call
    with stage.database.reading() as session:
        found = listening.calls(session, stage.ref().region, Quarter.parse(QUARTER))
    assert found[AVON.site].in_words == "2 of 3 calls answered, 15 minutes waited in all"
    fourth = page.submit(call, button="Note this call")
    assert fourth.status == 422
    assert f"3 calls to {AVON.site_name} are on record" in fourth.text
    over = fourth.submit(button=f"Strike out: {AVON.site_name}, 7 September 2026, number 1")
    assert "Struck out." in over.text
    assert "2 of 2 calls answered" in lena.get(path(stage)).text


@pytest.mark.parametrize(
    ("typed", "fault"),
    [
        ({"called_on-month": "6"}, "This day is not in July to September 2026"),
        ({"answered": "perhaps"}, "Say whether somebody answered"),
        ({"minutes": "241"}, "from 0 to 240"),
        ({"site": "REGION"}, "Choose the prison"),
    ],
)
def test_a_call_that_cannot_be_is_refused(
    stage: Stage, open_pages: Open, typed: dict[str, str], fault: str
):
    call = {
        "site": AVON.site,
        "called_on-day": "7",
        "called_on-month": "9",
        "called_on-year": "2026",
        "answered": "yes",
        "minutes": "1",
    }
    lena = stage.enters(open_pages, LENA)
    page = lena.get(path(stage, "calls"))
    sent = page.fields(page.form("Note this call")) | {
        name: [value] for name, value in {**call, **typed}.items()
    }
    answer = lena.http.post(path(stage, "calls"), data=sent)
    assert (answer.status_code, fault in answer.text) == (422, True)
    with stage.database.reading() as session:
        assert listening.calls(session, stage.ref().region, Quarter.parse(QUARTER)) == {}


def test_the_replies_to_be_marked_are_listed_and_silence_reads_not_checked(
    stage: Stage, open_pages: Open
):
    here = stage.ref()
    lena = stage.enters(open_pages, LENA)
    assert "Not received yet" in lena.get(path(stage, "replies")).text
    stage.submit(AVON, stage.filled(here), stage.now)
    page = lena.get(path(stage, "replies"))
    assert "1 not checked" in page.text
    (link,) = [to for to in page.links.values() if to.endswith("/judge")]
    lena.get(link).submit(
        {"reply-1-faithful": "no", "reply-1-reason": "They asked for evenings."},
        button="Save these marks",
    )
    page = lena.get(path(stage, "replies"))
    assert ("1 not faithful" in page.text, "They asked for evenings." in page.text) == (True, True)
    cora = stage.enters(open_pages, CORA)
    theirs = cora.get(path(stage, "replies"))
    assert not [to for to in theirs.links.values() if to.endswith("/judge")]


def test_a_reply_that_was_signed_otherwise_since_waits_for_its_mark_again(
    stage: Stage, open_pages: Open
):
    here, lena = stage.ref(), stage.enters(open_pages, LENA)
    document = stage.filled(here)
    stage.submit(AVON, document, stage.now)
    with stage.database.writing() as session:
        replied.mark(session, here, REQUEST, True, "", stage.now, stage.person(LENA))
    assert "1 faithful" in lena.get(path(stage, "replies")).text
    said = [one.model_copy(update={"words": "Not at weekends."}) for one in document.replies]
    with stage.database.writing() as session:
        other = document.model_copy(update={"replies": tuple(said)})
        sha = documents.keep(session, other.model_dump_json())
        lives.record(session, here.id, Signed(document=sha), stage.now, "person:1")
    assert "1 not checked" in lena.get(path(stage, "replies")).text


def test_a_right_of_reply_is_listed_where_families_asked_for_nothing(
    stage: Stage, open_pages: Open
):
    here = stage.ref(BROOK)
    stage.submit(BROOK, stage.filled(here), stage.now)
    with stage.database.writing() as session:
        answering.reply(session, here, "We have moved.", stage.now, stage.person(BROOK.email))
    listed = stage.enters(open_pages, LENA).get(path(stage, "replies"))
    assert "HMP Brookbridge" in listed.text
    assert "1 not checked" in listed.text


def told(stage: Stage) -> None:
    """One part saved twice and one call noted, on whichever database."""
    region, quarter, lena = stage.ref().region, Quarter.parse(QUARTER), stage.person(LENA)
    with stage.database.writing() as session:
        for many in (1, 2):
            basis = listening.record(session, region, quarter).basis("activities")
            said = {"interview": many}
            listening.save(session, region, quarter, "activities", said, basis, stage.now, lena)
        day = date(2026, 9, 7)
        family_calls.note(session, region, AVON.site, day, True, 4, 3, stage.now, lena)


def test_what_was_told_is_the_same_on_both_databases_and_the_ledger_vouches_for_it(
    any_stage: Stage,
):
    told(any_stage)
    with any_stage.database.reading() as session:
        kept = listening.record(session, any_stage.ref().region, Quarter.parse(QUARTER))
        assert (kept.version, kept.heard.activities) == (2, {"interview": 2})
        made = listening.calls(session, any_stage.ref().region, Quarter.parse(QUARTER))
        assert made == {AVON.site: Calls(1, 1, 4)}
        assert listening.first_altered(session) == ""
        assert family_calls.first_altered(session) == ""
        assert ledger.verify(session) == ""


@pytest.mark.parametrize(
    ("change", "check"),
    [
        ("UPDATE listening SET version = 1", listening.first_altered),
        ("UPDATE listening SET document = 'x'", listening.first_altered),
        ("DELETE FROM listening", listening.first_altered),
        ("UPDATE family_call SET minutes = 0", family_calls.first_altered),
        ("DELETE FROM family_call", family_calls.first_altered),
    ],
)
def test_what_was_changed_behind_the_ledgers_back_is_found(
    stage: Stage, change: str, check: Callable[..., str]
):
    told(stage)
    with stage.database.engine.begin() as connection:
        connection.exec_driver_sql(change)
    with stage.database.reading() as session:
        assert check(session)


def test_the_ledger_holds_no_word_of_what_families_said(stage: Stage, open_pages: Open):
    lena = stage.enters(open_pages, LENA)
    typed = {"valued": "Kind nurses at reception"}
    lena.get(path(stage, "voice")).submit(typed, button="Save")
    with stage.database.reading() as session:
        assert not any("Kind nurses" in entry.body for entry in ledger.entries(session))


def test_a_call_of_another_region_is_not_there_to_be_struck_out(stage: Stage, open_pages: Open):
    told(stage)
    theirs = stage.ref_of_eve().region
    with stage.database.writing() as session:
        role = "listening_partner"
        staff.add(session, stage.now, "operator", email=OTTO, region_code=theirs, role=role)
    otto = stage.enters(open_pages, OTTO)
    page = otto.get(f"/console/regions/{theirs}/listening/{QUARTER}/calls")
    token = page.fields(page.form("Sign out"))["token"][0]
    to = f"/console/regions/{theirs}/listening/{QUARTER}/calls/end"
    assert otto.http.post(to, data={"token": token, "go": "1"}).status_code == 404
    with stage.database.reading() as session:
        assert len(family_calls.made(session, stage.ref().region, Quarter.parse(QUARTER))) == 1
