"""Each return is told in plain facts and promises, with dates and without blame."""

import json
from datetime import date

from charter.answers import RequestReply
from charter.quarters import at
from charter.returns import State
from charter.steps import (
    BecameUnreachable,
    DueMoved,
    Extended,
    RecordedNotReturned,
    Replied,
    SentenceAdded,
)
from charter.summary import prison_page
from charter.views import Edition
from tests.support.published import alder, birch, extended, silent
from tests.support.returned import (
    ALDER,
    BIRCH,
    CEDAR,
    DELL,
    NEXT,
    PUBLISHED,
    Q1,
    Q2,
    RECORDED,
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


PUBLISHED_AT = at(PUBLISHED, 9)


def test_lateness_is_a_plain_fact_with_its_dates():
    late = prison_page(BIRCH, birch(), NEXT).accounts[2]
    assert late.facts == (
        "Brook Health sent its update on 3 November 2026.",
        "It was due by 28 October 2026, so it came 6 days late.",
    )
    assert late.days_late == 6


def test_a_late_return_after_the_last_rung_says_both():
    doc = document()
    how = life((at(RECORDED, 9), RecordedNotReturned()), signed(doc, date(2026, 11, 30)))
    facts = page_of(view(doc=doc, how=how)).accounts[0].facts
    assert facts[-1] == "Before that, it was recorded as not returned on 11 November 2026."


def test_a_day_late_is_one_day():
    doc = document()
    page = page_of(view(doc=doc, how=life(signed(doc, date(2026, 10, 29)))))
    assert page.accounts[0].facts[1].endswith("so it came 1 day late.")


def test_silence_is_told_with_the_day_it_was_recorded_and_our_own_failing():
    one = prison_page(CEDAR, silent(), NEXT).accounts[0]
    assert one.tag.words == "Not returned"
    assert one.unreachable
    assert one.facts == (
        "Clyde Care has not sent its update. It was due by 28 October 2026.",
        "It was recorded as not returned on 11 November 2026.",
        "Our letters did not reach Clyde Care.",
        "Our contact list failed. That was not the doing of Clyde Care.",
    )


def test_more_time_is_told_in_its_public_words_only():
    page = prison_page(DELL, extended(), NEXT)
    assert page.accounts[0].facts == (
        "NHS Sample gave Brook Health more time. Its update is now due by 18 December 2026.",
        "Reason: The health centre was flooded.",
    )
    assert "private" not in told(page)


def test_more_time_is_still_told_once_the_update_has_come():
    doc = document()
    grant = Extended(due=date(2026, 11, 11), reason="x", public="A flood")
    how = life((at(date(2026, 10, 20), 9), grant), signed(doc, date(2026, 11, 5)))
    assert page_of(view(doc=doc, how=how)).accounts[0].facts == (
        "Avon Health sent its update on 5 November 2026.",
        "It was due by 11 November 2026.",
        "It had been given more time, until 11 November 2026.",
        "Reason: A flood.",
    )


def test_a_due_date_that_moved_says_so():
    moved = DueMoved(due=date(2026, 11, 4), why="the first address did not work")
    facts = page_of(view(how=life((at(date(2026, 10, 9), 9), moved)))).accounts[0].facts
    assert facts[1:] == (
        "Its due date moved from 28 October 2026 to 4 November 2026.",
        "Reason: the first address did not work.",
    )


def test_a_service_that_did_not_run_says_so_in_its_own_words():
    one = prison_page(BIRCH, birch(), NEXT).accounts[1]
    assert one.facts[0] == "Avon Health (dental) says this service did not run in this quarter."
    assert one.own_words == "The dental suite was closed for repairs all summer."
    assert (one.checked, one.tally) == (None, None)


def test_a_sentence_stands_beside_not_returned_and_nowhere_else():
    said = "Our records were lost in a flood."
    recorded = (at(RECORDED, 9), RecordedNotReturned())
    spoken = (at(date(2026, 11, 13), 9), SentenceAdded(words=said))
    out = Edition(1, PUBLISHED)

    def words(*steps, edition=out):
        one = view(how=life(*steps), edition=edition)
        return page_of(one).accounts[0].own_words

    assert words(recorded, spoken) == said
    assert words(recorded, spoken, edition=None) == ""
    back = (at(date(2026, 11, 14), 9), SentenceAdded(words=""))
    assert words(recorded, spoken, back) == ""
    more = Extended(due=date(2026, 12, 1), reason="Flood", public="There was a flood.")
    assert words(recorded, spoken, (at(date(2026, 11, 15), 9), more)) == ""


def test_a_sentence_that_may_name_a_person_is_held():
    recorded = (at(RECORDED, 9), RecordedNotReturned())
    spoken = (at(date(2026, 11, 13), 9), SentenceAdded(words=f"We looked after {NHS_NUMBER}."))
    page = page_of(view(how=life(recorded, spoken), edition=Edition(1, PUBLISHED)))
    assert page.accounts[0].own_words == "These words are held for a check before they are shown."
    assert [hold.where for hold in page.holds] == ["the sentence beside not returned"]


def test_an_action_keeps_its_first_date_and_every_slip_with_its_reason():
    rows = {row.source.action: row for row in page_of(*alder()).actions}
    moved = rows["avon-ald-2"]
    assert (moved.first_promised, moved.due) == (date(2026, 9, 30), date(2026, 12, 31))
    assert [(s.was, s.now, s.because) for s in moved.slips] == [
        (date(2026, 9, 30), date(2026, 12, 31), "The translator was ill for a month.")
    ]
    assert rows["avon-ald-4"].because == "The room is needed for a clinic."
    assert rows["avon-ald-1"].tag.words == "Done"
    assert rows["avon-ald-3"].date_passed
    assert not rows["avon-ald-2"].date_passed


def test_the_owner_of_an_action_is_an_organisation_and_never_a_role():
    page = page_of(*alder())
    assert "Head of Healthcare" not in told(page)
    assert {row.party_name for row in page.actions} == {"Avon Health"}


def test_an_action_settled_in_an_earlier_quarter_is_not_told_again():
    old = promise(9, "Done before", change(Q1, "done", date(2026, 6, 1)))
    assert page_of(view(doc=document(), promises=(old,))).actions == ()


def test_a_past_quarter_is_told_as_it_stood_then():
    later = promise(
        9,
        "Paint the room",
        change(Q2, "planned", date(2026, 12, 1)),
        change(Q2.next(), "done", date(2026, 12, 1)),
    )
    row = page_of(view(doc=document(), promises=(later,))).actions[0]
    assert (row.status, row.is_new, row.slipped_now) == ("planned", True, False)


def test_requests_stand_with_reply_and_actions_and_what_is_due_later():
    rows = page_of(*alder()).asked
    assert [row.tag.words for row in rows] == [
        "They said yes",
        "They said yes to part of this",
        "They said no",
        "No reply yet",
    ]
    assert [len(row.actions) for row in rows] == [1, 1, 0, 0]
    assert rows[3].answer_due == "Answer due next quarter"
    assert rows[2].words == "The wing has no room for a weekly meeting."


def test_an_earlier_quarters_reply_stands_until_there_is_a_new_one():
    old = asked(1, "Answer the telephone.", answer="accepted", words="We will.")
    one = view(doc=document(), requests=(old,))
    assert page_of(one).asked[0].words == "We will."
    doc = document(replies=(RequestReply(request="R1", answer="declined", words="We cannot."),))
    assert page_of(view(doc=doc, requests=(old,))).asked[0].words == "We cannot."


def test_an_older_reply_says_that_it_is_old_and_is_no_news():
    old = asked(1, "Answer the telephone.", answer="accepted", words="We will.")
    page = page_of(view(doc=document(), requests=(old,)))
    assert page.asked[0].earlier
    assert page.news[0].section == "update"


def test_a_request_due_much_later_names_the_quarter():
    request = asked(1, "Answer.", answer_due=Q2.next().next())
    row = page_of(view(doc=document(), requests=(request,))).asked[0]
    assert row.answer_due == "Answer due in the update for January to March 2027"


def test_the_right_of_reply_stands_unedited():
    doc = document()
    how = life(signed(doc), (PUBLISHED_AT, Replied(words="We see it otherwise.\nStill.")))
    assert page_of(view(doc=doc, how=how)).accounts[0].reply == "We see it otherwise.\nStill."


def test_an_unreachable_service_is_flagged_beside_its_state():
    how = life((at(date(2026, 10, 5), 9), BecameUnreachable()))
    one = page_of(view(how=how)).accounts[0]
    assert (one.state, one.unreachable) == (State.NOT_STARTED, True)


def test_a_revision_says_its_number_and_its_reason():
    edition = Edition(2, PUBLISHED, because="A reply came in.")
    one = page_of(view(doc=document(), edition=edition)).accounts[0]
    assert (one.revision, one.revised_because) == (2, "A reply came in.")
