"""A changed rating is disputed once, in time, and decided by a day that the policy sets."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from charter.disputes import (
    answer_by,
    decide_by,
    last_day,
    outcome,
    why_not_change,
    why_not_dispute,
)
from charter.folding import fold
from charter.quarters import Quarter
from charter.returns import Life
from charter.review import Disputed, DisputeDecided
from charter.steps import Happened, Published, Rating, RatingChanged, Released, Revised, Signed
from tests.support.rules import CALENDAR, POLICY

DATES = POLICY.dates(Quarter.parse("2026-27-Q2"), CALENDAR)
WHEN = datetime(2026, 11, 20, 10, tzinfo=UTC)
SIGNED = Signed(document="ab" * 32)
CHANGED = RatingChanged(commitment="W3", rating=Rating.PARTLY, reason="The audit.")
DISPUTED = Disputed(commitment="W3", reason="Another wing.")


def life(*steps: object) -> Life:
    return fold(Happened(WHEN, "person:7", step) for step in steps)  # type: ignore[arg-type]


def decided(upheld: bool) -> DisputeDecided:
    return DisputeDecided(commitment="W3", upheld=upheld, reason="The audit says so.")


def test_a_dispute_that_is_upheld_leaves_the_changed_rating():
    after = life(SIGNED, CHANGED, DISPUTED, decided(True))
    assert after.changes == {"W3": CHANGED}
    assert after.disputes["W3"].why == "The audit says so."
    assert after.open_disputes == ()


def test_one_that_is_not_upheld_gives_the_provider_its_own_rating_back_and_keeps_the_reasons():
    after = life(SIGNED, CHANGED, DISPUTED, decided(False))
    assert after.changes == {}
    settled = after.disputes["W3"]
    assert settled.over == CHANGED
    assert (settled.reason, settled.why, settled.upheld) == (
        "Another wing.", "The audit says so.", False,
    )  # fmt: skip
    assert (settled.at, settled.decided_at) == (WHEN, WHEN)


def test_a_decision_on_what_nobody_disputed_changes_nothing():
    assert life(SIGNED, CHANGED, decided(False)) == life(SIGNED, CHANGED)


OPEN = life(SIGNED, CHANGED)
REFUSED = [
    (life(SIGNED), Rating.FULLY, "nothing to dispute"),
    (OPEN, Rating.PARTLY, "nothing to dispute"),
    (life(SIGNED, CHANGED, DISPUTED), Rating.FULLY, "disputed once"),
    (life(SIGNED, CHANGED, DISPUTED, decided(True)), Rating.FULLY, "disputed once"),
    (life(SIGNED, CHANGED, Released(reason="over")), Rating.FULLY, "no longer owed"),
    (life(SIGNED, CHANGED, Published(revision=1, page="x")), Rating.FULLY, "already read"),
]


@pytest.mark.parametrize(("stands", "own", "why"), REFUSED)
def test_what_was_not_changed_or_was_disputed_before_or_is_out_cannot_be_disputed(stands, own, why):
    assert why in why_not_dispute(stands, "W3", own, None, date(2026, 11, 20))


def test_a_page_that_is_being_revised_may_be_disputed_again():
    again = life(SIGNED, CHANGED, Published(revision=1, page="x"), Revised(reason="A slip."))
    assert why_not_dispute(again, "W3", Rating.FULLY, None, date(2026, 12, 20)) == ""


@pytest.mark.parametrize(("day", "allowed"), [(DATES.reply_ends, True), (date(2026, 12, 3), False)])
def test_a_change_may_be_disputed_until_the_right_of_reply_ends(day, allowed):
    until = last_day(DATES, date(2026, 11, 12), POLICY, CALENDAR)
    assert until == DATES.reply_ends
    assert (why_not_dispute(OPEN, "W3", Rating.FULLY, until, day) == "") is allowed


def test_a_change_made_late_leaves_as_many_days_as_the_right_of_reply():
    assert last_day(DATES, date(2026, 12, 1), POLICY, CALENDAR) == date(2026, 12, 8)
    assert last_day(DATES, date(2090, 1, 1), POLICY, CALENDAR) == DATES.reply_ends


def test_the_decision_is_due_in_the_policys_working_days():
    assert decide_by(date(2026, 12, 18), POLICY, CALENDAR) == date(2027, 1, 6)
    assert decide_by(date(2090, 1, 1), POLICY, CALENDAR) is None


def test_a_rating_that_is_disputed_or_was_decided_on_is_not_changed_again():
    assert why_not_change(OPEN, "W3") == ""
    assert "is to decide" in why_not_change(life(SIGNED, CHANGED, DISPUTED), "W3")
    for upheld in (True, False):
        settled = life(SIGNED, CHANGED, DISPUTED, decided(upheld))
        assert "was decided" in why_not_change(settled, "W3")
        assert why_not_change(settled, "W4") == ""


LATE = date(2026, 12, 3)
"""The day after the right of reply has ended."""


@pytest.mark.parametrize(
    ("asked", "by"),
    [
        (date(2026, 11, 2), date(2026, 11, 16)),
        (DATES.challenge_ends, DATES.reply_ends),
        (DATES.reply_ends, DATES.reply_ends),
        (LATE, None),
    ],
)
def test_a_question_is_answered_within_the_policys_days_and_the_right_of_reply(asked, by):
    assert answer_by(asked, DATES, POLICY, CALENDAR) == by


@pytest.mark.parametrize(
    ("asked", "by"),
    [
        (DATES.challenge_ends, DATES.challenge_ends),
        (date(2026, 11, 26), DATES.reply_ends),
        (LATE, None),
    ],
)
def test_under_an_older_policy_an_answer_counts_until_the_check_ends_or_the_replies_do(asked, by):
    older = POLICY.model_copy(update={"answer_days": 0})
    assert answer_by(asked, DATES, older, CALENDAR) == by


def test_where_the_holidays_are_not_known_an_answer_has_until_the_right_of_reply_ends():
    short = replace(CALENDAR, horizon=date(2026, 11, 20))
    assert answer_by(date(2026, 11, 16), DATES, POLICY, short) == DATES.reply_ends


def test_each_outcome_is_said_in_a_sentence():
    said = {
        outcome(life(SIGNED, CHANGED, DISPUTED, decided(u)).disputes["W3"]) for u in (True, False)
    }
    said.add(outcome(life(SIGNED, CHANGED, DISPUTED).disputes["W3"]))
    assert len(said) == 3
