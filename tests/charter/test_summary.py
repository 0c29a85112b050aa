"""The public pages say what the record says, in words, without blame, and add up."""

import json
from dataclasses import replace
from datetime import date

import pytest

from charter.answers import RequestReply
from charter.parts import Counts, SumsDisagree, check_sum
from charter.quarters import at
from charter.reading import HELD
from charter.returns import State
from charter.review import Judged
from charter.said import sayings
from charter.steps import (
    Confirmed,
    Extended,
    RatingChanged,
    Replied,
)
from charter.summary import commitment_page, home_page, prison_page, quarter_page
from charter.views import Edition
from tests.support.published import alder, birch, commissioner, everybody, extended, made, silent
from tests.support.returned import (
    ALDER,
    BIRCH,
    CEDAR,
    CHARTER,
    DATES,
    NEXT,
    NOT_HERE,
    NOT_KEPT,
    PUBLISHED,
    Q1,
    Q2,
    SAMPLE,
    WHOLE,
    answers,
    asked,
    change,
    document,
    life,
    promise,
    signed,
    view,
)

NHS_NUMBER = "943 476 5919"


def page_of(*views, site=ALDER):
    return prison_page(site, views, NEXT)


def told(page):
    return json.dumps(page.model_dump(mode="json"), ensure_ascii=False)


def test_the_same_record_gives_the_same_page_whatever_its_order():
    forward = prison_page(BIRCH, birch(), NEXT)
    assert prison_page(BIRCH, birch()[::-1], NEXT) == forward
    assert told(prison_page(BIRCH, birch(), NEXT)) == told(forward)


def test_every_page_counts_each_return_once():
    for page in made():
        if page.kind in {"prison", "commissioner", "quarter"}:
            check_sum(page.counts.model_dump())


def test_a_page_whose_states_do_not_add_up_is_refused():
    with pytest.raises(SumsDisagree, match="8 returns are owed, but the states add to 7"):
        quarter_page(SAMPLE, Q2, everybody(), DATES, CHARTER, expected=8, as_at=PUBLISHED)
    with pytest.raises(SumsDisagree):
        Counts.of([State.NIL], 2)


def test_a_receipt_whose_lines_and_totals_disagree_is_refused():
    one = alder()[0]
    assert one.receipt is not None
    wrong = one.receipt.model_copy(update={"fully": 9})
    with pytest.raises(SumsDisagree, match="return 1"):
        page_of(replace(one, receipt=wrong))


def test_ratings_are_told_in_words_and_without_band_or_per_cent():
    page = page_of(view(doc=document()))
    assert page.accounts[0].tally.words == "kept 5, partly kept 3, not kept 1"
    words = told(page).lower()
    assert not any(banned in words for banned in ("per cent", "%", "compliant", "band", "rank"))


def test_what_nobody_confirmed_is_the_providers_own_view():
    page = page_of(view(doc=document()))
    sentence = "This is the provider’s own view, not yet checked by NHS Sample."
    assert page.accounts[0].checked_words == sentence
    assert {row.answers[0].checked for row in page.commitments} == {"Own view, not yet checked"}


def test_what_was_confirmed_says_when_and_by_whom():
    doc = document()
    how = life(signed(doc), (at(date(2026, 11, 20), 9), Confirmed()))
    page = page_of(view(doc=doc, how=how))
    assert page.accounts[0].checked_words == "NHS Sample checked these answers on 20 November 2026."
    assert {row.answers[0].checked for row in page.commitments} == {""}


def test_a_rating_the_commissioner_changed_is_told_with_its_reason():
    row = next(row for row in page_of(*alder()).commitments if row.id == "C6").answers[0]
    assert row.rating == "not_met"
    assert row.changed == (
        "NHS Sample changed this from “Partly kept” to “Not kept”. "
        "Its reason: The leaflet is out in one language only."
    )


def test_counts_that_were_kept_as_json_are_still_said_in_other_languages():
    told = Counts.of([State.RECEIVED, State.NIL], 2)
    kept = Counts.model_validate_json(told.model_dump_json())
    assert kept == told
    assert sayings(kept) == sayings(told) != {}


def test_a_change_counts_even_before_it_is_scored():
    doc = document()
    changed = RatingChanged(commitment="C1", rating=NOT_KEPT, reason="No list is kept.")
    one = replace(view(doc=doc, how=life(signed(doc), (PUBLISHED_AT, changed))), receipt=None)
    page = page_of(one)
    assert page.accounts[0].tally.words == "kept 4, partly kept 3, not kept 2"
    assert page.commitments[0].answers[0].source.receipt == ""


PUBLISHED_AT = at(PUBLISHED, 9)


def test_where_ratings_are_withheld_there_is_none_and_the_page_says_why():
    why = "Sample has not adopted the working wording, so no rating is shown."
    one = replace(alder()[0], may_rate=False, why_not=why)
    page = page_of(one)
    assert page.accounts[0].withheld == why
    assert page.accounts[0].tally is None
    assert page.commitments == ()
    assert len(page.asked) == 4
    assert len(page.actions) == 4


def test_a_commitment_page_says_why_a_rating_is_missing():
    withheld = replace(alder()[0], may_rate=False, why_not="Avon Health has not signed.")
    views = [withheld, *birch(), *silent(), *extended()]
    page = commitment_page(CHARTER.commitments[0], CHARTER, views)
    assert [row.withheld for row in page.regions[0].rows] == [
        "Avon Health has not signed.",
        "",
        "Avon Health (dental) says this service did not run in this quarter.",
        "",
        "Clyde Care has not sent its update. It was due by 28 October 2026.",
        "NHS Sample gave Brook Health more time. Its update is now due by 18 December 2026.",
    ]


def test_a_commitment_page_runs_from_a_to_z_and_adds_nothing_up():
    page = commitment_page(CHARTER.commitments[0], CHARTER, everybody()[::-1])
    assert [row.site_name for row in page.regions[0].rows] == [
        "HMP Alder Hill",
        "HMP/YOI Birchwood",
        "HMP/YOI Birchwood",
        "HMP/YOI Birchwood",
        "HMP Cedar Lane",
        "HMP Dell",
        "NHS Sample",
    ]
    assert "tally" not in told(page)


def test_two_organisations_in_one_prison_are_told_apart_and_never_added_up():
    page = prison_page(BIRCH, birch(), NEXT)
    assert [one.party_name for one in page.accounts] == [
        "Avon Health",
        "Avon Health (dental)",
        "Brook Health",
    ]
    assert [one.tally and one.tally.kept for one in page.accounts] == [5, None, 7]
    assert [[a.party_name for a in row.answers] for row in page.commitments] == [
        ["Avon Health", "Brook Health"]
    ] * 9
    assert page.accounts[0].runs.endswith("from 1 April 2024 to 14 August 2026.")
    assert page.accounts[2].runs == "Brook Health has run healthcare here since 15 August 2026."


def test_unapproved_answers_are_not_told_but_their_dates_are():
    one = replace(alder()[0], edition=None, waits_for=("NHS Sample",))
    page = page_of(one)
    account = page.accounts[0]
    assert (page.asked, page.actions, page.commitments) == ((), (), ())
    assert (account.reply, account.tally, account.reply_faithful) == ("", None, None)
    assert account.received_on == date(2026, 10, 20)
    assert account.waits_for == ("NHS Sample",)
    assert page.news[0].words == "Avon Health has sent its update. It is not published yet."


@pytest.mark.parametrize("text", [f"Ask about {NHS_NUMBER}.", "Prisoner A1234BC said so."])
def test_text_that_may_identify_somebody_is_held_and_named(text):
    doc = document(replies=(RequestReply(request="R1", answer="declined", words=text),))
    page = page_of(view(doc=doc, requests=(asked(1, "Answer."),)))
    assert page.asked[0].words == HELD
    assert [hold.where for hold in page.holds] == ["the reply to request R1"]
    assert page.holds[0].source.request == "R1"
    assert text not in told(page)


def test_every_free_text_passes_the_screen():
    risky = f"about {NHS_NUMBER}"
    answer = answers((NOT_HERE,) * 9)[0].model_copy(
        update={"reason": risky, "public_statement": risky, "narrative": risky}
    )
    doc = document(
        answers=(answer, *answers((NOT_HERE,) * 9)[1:]),
        replies=(RequestReply(request="R1", answer="accepted", words=risky),),
    )
    how = life(
        (at(date(2026, 10, 2), 9), Extended(due=date(2026, 11, 2), reason="x", public=risky)),
        signed(doc),
        (PUBLISHED_AT, RatingChanged(commitment="C1", rating=NOT_KEPT, reason=risky)),
        (PUBLISHED_AT, Replied(words=risky)),
        (PUBLISHED_AT, Judged(faithful=False, reason=risky)),
    )
    slipped = promise(
        1,
        risky,
        change(Q1, "planned", date(2026, 9, 1)),
        change(Q2, "planned", date(2026, 12, 1), risky),
    )
    stopped = promise(2, risky, change(Q2, "not_doing", date(2026, 9, 1), risky))
    one = view(
        doc=doc,
        how=how,
        requests=(asked(1, risky, source=risky),),
        promises=(slipped, stopped),
        edition=Edition(2, PUBLISHED, because=risky),
    )
    pages = [
        page_of(one),
        commitment_page(CHARTER.commitments[0], CHARTER, [one]),
        quarter_page(SAMPLE, Q2, [one], DATES, CHARTER, expected=1, as_at=PUBLISHED),
    ]
    assert not [page.key for page in pages if NHS_NUMBER in told(page)]
    assert all(page.holds for page in pages)


def test_every_fact_names_what_it_rests_on():
    page = page_of(*alder())
    rows = [
        *page.accounts,
        *page.news,
        *page.asked,
        *page.actions,
        *(answer for row in page.commitments for answer in row.answers),
    ]
    assert {row.source.return_id for row in rows} == {1}
    assert all(row.source.document and row.source.receipt for row in rows)
    assert all(row.source.action for row in page.actions)
    assert all(row.source.request for row in page.asked)


def test_the_news_begins_with_what_was_done():
    news = page_of(*alder()).news
    assert [line.tag.words for line in news] == [
        "Done",
        "They said no",
        "Not done",
        "Later than promised",
        "New promise",
    ]


def test_each_organisation_has_its_turn_in_the_news():
    def answered(party, number):
        replies = tuple(
            RequestReply(request=f"R{n}", answer="accepted", words="Yes.") for n in range(1, 7)
        )
        requests = tuple(asked(n, f"Ask {n}.") for n in range(1, 7))
        return view(doc=document(replies=replies), party=party, return_id=number, requests=requests)

    news = page_of(answered("Avon Health", 1), answered("Brook Health", 2)).news
    assert [line.party_name[0] for line in news] == ["A", "B", "A", "B", "A"]


def test_a_return_with_no_action_still_says_how_its_promises_stand():
    news = page_of(view(doc=document())).news
    assert news[0].words == (
        "Avon Health has no new action. Its promises: kept 5, partly kept 3, not kept 1."
    )


def test_the_commissioner_has_a_page_of_its_own():
    page = prison_page(WHOLE, commissioner(), NEXT)
    assert (page.kind, page.key) == ("commissioner", "commissioners/SAMPLE/2026-27-Q2")
    assert page.site_name == "NHS Sample"
    assert page.accounts[0].checked_words == "This is the view NHS Sample has of its own work."


def test_a_page_is_made_of_one_place_and_one_quarter():
    with pytest.raises(ValueError, match="no return"):
        prison_page(ALDER, [])
    with pytest.raises(ValueError, match="another place"):
        prison_page(ALDER, birch())
    with pytest.raises(ValueError, match="another place or quarter"):
        prison_page(ALDER, [view(), view(quarter=Q1)])


def test_numbers_are_dialled_by_their_digits_and_told_with_the_day_they_were_checked():
    site = replace(ALDER, safer_custody="+44 (0)20 7946 0101 ext 22", family_line="ask at the gate")
    page = prison_page(site, [view(site)])
    assert [(phone.label, phone.dials) for phone in page.phones] == [
        ("Prison switchboard", "02079460100"),
        ("Safer custody", "+442079460101"),
    ]
    assert page.phones[0].checked == date(2026, 9, 1)


def test_the_timetable_says_what_is_late_and_whose_approval_is_missing():
    owes = [*everybody(), view(CEDAR, party="Elm Health", how=life(), return_id=8)]
    page = quarter_page(SAMPLE, Q2, owes, DATES, CHARTER, expected=8, as_at=date(2026, 11, 4))
    assert page.waits_for == (("NHS Sample", ("HMP Dell",)),)
    assert [row.party_name for row in page.rows if row.late] == ["Clyde Care", "Elm Health"]
    assert [one.past for one in page.dates] == [True, True, True, False, False, False, False]
    assert page.dates[-1].day == PUBLISHED
    assert page.counts.expected == 8


def test_the_start_page_lists_prisons_by_their_name_without_hmp():
    prisons = [prison_page(ALDER, alder(), NEXT)]
    timetable = quarter_page(SAMPLE, Q2, alder(), DATES, CHARTER, expected=1, as_at=PUBLISHED)
    page = home_page([CEDAR, WHOLE, BIRCH, ALDER], [timetable], prisons, CHARTER)
    assert [(one.letter, one.name) for one in page.prisons] == [
        ("A", "HMP Alder Hill"),
        ("B", "HMP/YOI Birchwood"),
        ("C", "HMP Cedar Lane"),
    ]
    assert page.prisons[0].parties == ("Avon Health",)
    assert page.prisons[1].parties == ()
    assert page.regions[0].counts.expected == 1
    assert page.regions[0].commissioner_page == "commissioners/SAMPLE"


def test_the_start_page_shows_the_newest_quarter_of_a_region():
    def timetable(quarter):
        views = [view(quarter=quarter)]
        return quarter_page(SAMPLE, quarter, views, DATES, CHARTER, expected=1, as_at=PUBLISHED)

    page = home_page([ALDER], [timetable(Q2), timetable(Q1)], [], CHARTER)
    assert [region.quarter for region in page.regions] == ["2026-27-Q2"]


def test_working_wording_and_sample_data_and_a_first_update_say_so():
    page = page_of(view(doc=document(), first_update=True))
    assert page.notices.sample
    assert page.notices.working_wording == CHARTER.notice
    assert page.notices.first_update
    official = CHARTER.model_copy(update={"wording_status": "official"})
    assert page_of(view(charter=official)).notices.working_wording == ""


def test_a_page_comes_back_from_its_stored_text_as_it_was():
    for page in made():
        text = json.dumps(page.model_dump(mode="json"))
        assert type(page).model_validate_json(text) == page
