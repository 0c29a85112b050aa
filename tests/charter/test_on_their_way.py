"""What families read of a dispute, of a page taken down, of a sensitive period, and of a hold."""

import json
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charter.answers import RequestReply
from charter.ledger import digest
from charter.quarters import at
from charter.reading import HELD, QUIET
from charter.releasable import held_texts
from charter.review import Disputed, DisputeDecided
from charter.steps import Confirmed, RatingChanged, Replied
from charter.summary import commitment_page, prison_page, quarter_page
from charter.views import ReturnView, Withdrawal
from tests.support.published import alder, everybody, made
from tests.support.returned import (
    ALDER,
    CHARTER,
    DATES,
    FIVE_THREE_ONE,
    NEXT,
    NOT_KEPT,
    PUBLISHED,
    Q2,
    SAMPLE,
    answers,
    asked,
    document,
    life,
    signed,
    view,
)

NAMED = "Dr Shah leads this and Two families told us so."


def told(page) -> str:
    return json.dumps(page.model_dump(mode="json"), ensure_ascii=False)


def disputed(*steps) -> ReturnView:
    doc = document()
    change = RatingChanged(commitment="C6", rating=NOT_KEPT, reason="One language only")
    dispute = Disputed(commitment="C6", reason="There are three")
    when = at(date(2026, 11, 2), 10)
    taken = [(when, step) for step in (change, dispute, *steps)]
    return view(doc=doc, how=life(signed(doc), *taken))


def answer_on(one: ReturnView, commitment: str):
    page = prison_page(ALDER, [one], NEXT)
    row = next(row for row in page.commitments if row.id == commitment)
    return row.answers[0]


def test_an_undecided_dispute_says_that_nobody_has_decided():
    row = answer_on(disputed(), "C6")
    assert "NHS Sample changed this" in row.changed
    assert row.disputed == (
        "Avon Health disputed the change. Its reason: There are three. "
        "Nobody has decided on this yet."
    )


@pytest.mark.parametrize(
    ("upheld", "rating", "says"),
    [(True, NOT_KEPT, "the change stands"), (False, FIVE_THREE_ONE[5], "own rating stands")],
)
def test_a_decided_dispute_gives_both_reasons_and_what_stands(upheld, rating, says):
    decided = DisputeDecided(commitment="C6", upheld=upheld, reason="We counted them")
    row = answer_on(disputed(decided), "C6")
    assert row.rating == rating.value
    for said in (says, "There are three.", "We counted them.", "2 November 2026"):
        assert said in row.disputed
    assert ("One language only" in row.changed) is upheld
    assert ("had changed this to “Not kept”. Its reason: One language only." in row.disputed) is (
        not upheld
    )


def test_an_answer_nobody_disputed_has_no_such_field():
    assert "disputed" not in told(made()[2])


def taken_down(one: ReturnView) -> ReturnView:
    down = Withdrawal(date(2027, 1, 5), "A number was wrong.")
    return replace(one, edition=None, withdrawal=down)


def test_a_page_taken_down_tells_the_day_the_reason_and_the_plain_facts_alone():
    one = taken_down(alder()[0])
    page = prison_page(ALDER, [one], NEXT)
    assert (page.commitments, page.asked, page.actions) == ((), (), ())
    account = page.accounts[0]
    assert account.withdrawn_on == date(2027, 1, 5)
    assert account.withdrawn_because == "A number was wrong."
    assert account.state == one.state
    assert page.news[0].words == "The update of Avon Health was taken down on 5 January 2027."
    row = commitment_page(CHARTER.commitments[0], CHARTER, [one]).regions[0].rows[0]
    assert row.withheld == "This update was taken down on 5 January 2027."
    dates = quarter_page(SAMPLE, Q2, [one], DATES, CHARTER, expected=1, as_at=date(2027, 1, 6))
    assert dates.rows[0].withdrawn_on == date(2027, 1, 5)


def quietly(one: ReturnView) -> ReturnView:
    return replace(one, quiet=True)


def test_in_a_sensitive_period_every_word_of_others_is_behind_one_sentence():
    loud, still = made(), [quietly(one) for one in everybody()]
    narrative = {"A nurse now answers it", "Open a family room", "We accept the change"}
    assert all(words in told(loud[2]) for words in narrative)
    sites = {one.site.code: one.site for one in still}
    for site in sites.values():
        page = prison_page(site, [one for one in still if one.site == site], NEXT)
        assert page.quiet == QUIET
        assert (page.commitments, page.asked, page.actions, page.holds) == ((), (), (), ())
        for account in page.accounts:
            assert (account.tally, account.reply, account.own_words) == (None, "", "")
        for words in (*narrative, "flooded", "dental suite was closed", "The replies say"):
            assert words not in told(page)


def test_a_sensitive_period_never_hides_or_changes_a_state():
    views = everybody()
    still = [quietly(one) for one in views]
    pages = [
        quarter_page(SAMPLE, Q2, some, DATES, CHARTER, expected=len(views), as_at=PUBLISHED)
        for some in (views, still)
    ]
    assert pages[0].counts == pages[1].counts
    for one, other in zip(pages[0].rows, pages[1].rows, strict=True):
        assert (one.state, one.due, one.late, one.published_on) == (
            other.state, other.due, other.late, other.published_on,
        )  # fmt: skip
        assert other.facts[0] == one.facts[0]


def named_view(**changes) -> ReturnView:
    doc = document(
        answers=tuple(
            one.model_copy(update={"public_statement": NAMED}) for one in answers(FIVE_THREE_ONE)
        )
    )
    return view(doc=doc, few=8, **changes)


def test_what_is_held_is_named_by_its_fingerprint_and_its_words_are_in_no_page():
    page = prison_page(ALDER, [named_view()], NEXT)
    assert {hold.text for hold in page.holds} == {digest(NAMED)}
    assert {hold.words for hold in page.holds} == {NAMED}
    assert page.holds[0].kinds == ("possible name", "small number of people")
    assert "Shah" not in told(page)
    assert told(page).count(HELD) == 9


def test_cleared_words_are_shown_and_changed_ones_held_again():
    shown = prison_page(ALDER, [named_view(cleared=frozenset({digest(NAMED)}))], NEXT)
    assert (shown.holds, HELD in told(shown)) == ((), False)
    other = prison_page(ALDER, [named_view(cleared=frozenset({digest(NAMED + " ")}))], NEXT)
    assert other.holds


@given(st.sampled_from(everybody()), st.sampled_from([0, 8, 30]), st.booleans())
def test_the_quick_list_of_held_words_is_that_of_the_page(one: ReturnView, few: int, down: bool):
    one = replace(one, few=few, edition=one.edition or alder()[0].edition, promises=())
    if down and one.document is not None:
        reply = RequestReply(request="R9", answer="declined", words=NAMED)
        one = replace(
            one,
            document=one.document.model_copy(update={"replies": (reply,)}),
            requests=(asked(9, "Ring us, Dr Shah."),),
            life=replace(one.life, reply="We wrote to his mother Joan"),
        )
    page = prison_page(one.site, [one], NEXT)
    quick = held_texts(
        one.document.model_dump_json() if one.document else "",
        one.life,
        [words for each in one.requests for words in (each.text, each.source)],
        names=one.names,
        few=few,
        cleared=(),
        rated=True,
    )
    assert quick == {hold.text for hold in page.holds}


def test_a_reply_is_held_like_any_other_word():
    doc = document()
    said = (at(date(2026, 11, 27), 10), Replied(words="His mother Joan agrees."))
    how = life(signed(doc), (at(date(2026, 11, 20), 10), Confirmed()), said)
    page = prison_page(ALDER, [view(doc=doc, how=how, few=8)], NEXT)
    assert (page.accounts[0].reply, len(page.holds)) == (HELD, 1)
