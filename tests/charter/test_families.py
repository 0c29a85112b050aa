"""What families said and others did stands beside an update, and no small count with it."""

from dataclasses import replace
from datetime import date

import pytest

from charter.beside import Beside
from charter.listening import Heard, Survey, Voice
from charter.pages import PrisonPage
from charter.reading import HELD
from charter.summary import prison_page
from charter.views import Edition
from tests.support.published import HEARD, around
from tests.support.returned import (
    ALDER,
    NEXT,
    PUBLISHED,
    Q2,
    WHOLE,
    asked,
    change,
    document,
    life,
    promise,
    signed,
    view,
)

SAVED = date(2026, 10, 5)


def page(beside: Beside, **changes) -> PrisonPage:
    return prison_page(ALDER, [view(doc=document(), beside=beside, **changes)], NEXT)


def families(beside: Beside):
    found = page(beside).around.families
    assert found is not None
    return found


def question(share: int, base: int, site: str = "ALD") -> Survey:
    return Survey(
        commitment="C4",
        question="Did somebody answer?",
        share=share,
        base=base,
        method="Paper survey",
        asked_on=SAVED,
        site_code=site,
    )


def heard(**parts) -> Beside:
    said = Heard(region="SAMPLE", quarter=str(Q2), salt="", **parts)
    return Beside(heard=(said,), saved_on=SAVED)


def test_a_question_asked_here_is_told_with_how_many_answered_and_when():
    told = families(around())
    first = told.questions[0]
    assert (first.asked, first.yes, first.asked_on) == ("48", "30", date(2026, 8, 3))
    assert told.valued == HEARD.voice.valued
    assert told.worried == HEARD.voice.worried
    assert told.heard == "179"
    assert told.source.record == f"listening:SAMPLE:{Q2}"


@pytest.mark.parametrize(("share", "base"), [(10, 30), (90, 30), (20, 12), (60, 12)])
def test_neither_who_said_yes_nor_who_said_no_can_be_worked_out_when_few_did(share, base):
    (told,) = families(heard(surveys=(question(share, base),))).questions
    assert str(round(share * base / 100)) not in told.yes.split()


def test_a_question_that_few_were_asked_is_told_of_the_region_alone():
    few = heard(surveys=(question(50, 9), question(50, 200, "")))
    assert page(few).around.families is None
    whole = view(WHOLE, party="NHS Sample", doc=document(site="REGION"), beside=few)
    told = prison_page(WHOLE, [whole], NEXT).around.families
    assert told is not None
    assert [one.asked for one in told.questions] == ["200"]


def test_only_the_commissioners_page_tells_each_way_of_listening_and_safety():
    here = families(around())
    assert (here.ways, here.themes, here.safety, here.spotlight) == ((), (), None, "")
    whole = view(WHOLE, party="NHS Sample", doc=document(site="REGION"), beside=around())
    told = prison_page(WHOLE, [whole], NEXT).around.families
    assert told is not None
    often = {way.how: way.often for way in told.ways}
    assert often["Interviews"] == "120"
    assert "3" not in often["Letters and messages"].split()
    spoke = {theme.how: theme.often for theme in told.themes}
    assert spoke["Medicines"] == "40"
    assert "5" not in spoke["Worries about safety"].split()
    assert told.safety is not None
    assert "70" not in told.safety.in_time.split()
    assert told.spotlight == "They ask for pictures."


def test_a_number_once_left_out_is_not_given_away_by_a_later_version():
    first = HEARD.model_copy(update={"activities": {"interview": 120, "call": 56, "message": 3}})
    later = HEARD.model_copy(update={"activities": {"interview": 120, "call": 56, "message": 9}})
    beside = replace(around(), heard=(first, later))
    whole = view(WHOLE, party="NHS Sample", doc=document(site="REGION"), beside=beside)
    told = prison_page(WHOLE, [whole], NEXT).around.families
    assert told is not None
    shown = {way.how: way.often for way in told.ways}
    assert shown["Letters and messages"] != "9"


def test_who_said_no_is_not_given_away_when_an_answer_is_put_right_later():
    first, later = (heard(surveys=(question(share, 60),)).heard[0] for share in (5, 40))
    (once,) = families(Beside(heard=(first,), saved_on=SAVED)).questions
    (again,) = families(Beside(heard=(first, later), saved_on=SAVED)).questions
    assert "24" not in again.yes.split()
    assert "3" not in once.yes.split()


def test_shares_of_few_conversations_are_not_told():
    few = Voice(positive=50, negative=50, base=9, definition="All good: nothing was wrong.")
    assert page(heard(voice=few)).around.families is None
    odd = few.model_copy(update={"base": 51})
    shares = families(heard(voice=odd)).shares
    assert shares is not None
    assert (shares.asked, shares.good) == ("51", "26")


def test_nothing_but_who_runs_healthcare_is_told_before_an_update_is_out_or_while_it_is_quiet():
    waiting = page(around(), edition=None).around
    quiet = page(around(), quiet=True).around
    for told in (waiting, quiet):
        assert [one.why for one in told.also] == ["unsigned", "later", "short"]
        assert (told.families, told.calls, told.passed, told.practices) == (None, None, (), ())


def test_what_may_show_who_somebody_is_is_held_here_too():
    named = heard(voice=Voice(worried=("My brother A1234BC waits for a dentist.",)))
    told = page(named)
    assert told.around.families is not None
    assert told.around.families.worried == (HELD,)
    (hold,) = told.holds
    assert hold.source.return_id == 1


def test_what_stood_there_when_the_newest_of_several_came_out_is_told():
    old = view(doc=document(), beside=heard(voice=Voice(valued=("Old words",))))
    fresh = view(
        party="Brook Health",
        doc=document(provider="BROOK"),
        return_id=2,
        edition=Edition(1, date(2026, 12, 20)),
        beside=heard(voice=Voice(valued=("New words",))),
    )
    told = prison_page(ALDER, [old, fresh], NEXT).around.families
    assert told is not None
    assert told.valued == ("New words",)


def test_a_page_with_nothing_beside_it_keeps_the_data_it_always_had():
    plain = page(Beside()).model_dump(mode="json")
    assert "around" not in plain
    assert {"step", "record"}.isdisjoint(plain["accounts"][0]["source"])


def test_an_action_says_who_was_asked_about_a_change_and_whose_practice_it_takes_up():
    one = promise(
        1,
        "Move the clinic's hours",
        change(Q2, "planned", date(2027, 1, 31)),
        practice="bir-1",
        consulted="We asked 40 families.",
    )
    told = page(
        Beside(), promises=(one,), practices={"bir-1": "Hours by text, HMP Wormwood Scrubs"}, few=8
    )
    (row,) = told.actions
    assert row.consulted == "We asked 40 families."
    assert row.learnt == "Hours by text, HMP Wormwood Scrubs"


def test_a_recommendation_of_the_partner_is_not_told_as_a_request_of_families():
    both = (asked(1, "Answer the line."), asked(2, "Train staff.", recommendation=True))
    rows = page(Beside(), requests=both).asked
    assert [row.recommendation for row in rows] == [False, True]


def test_a_changed_update_still_says_when_it_first_came_out():
    again = Edition(2, date(2027, 1, 12), "A date was wrong.", first=PUBLISHED)
    how = life(signed(document()))
    (account,) = page(Beside(), edition=again, how=how).accounts
    assert (account.first_published, account.published_on) == (PUBLISHED, date(2027, 1, 12))
