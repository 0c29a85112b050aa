"""A return stands where its steps left it, under one state and no other."""

from datetime import UTC, date, datetime, timedelta
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charter.folding import fold
from charter.quarters import at, end_of_day
from charter.returns import Life, State
from charter.review import Disputed, DisputeDecided, HoldCleared, Judged, Withdrawn
from charter.steps import (
    STEP,
    AnsweringStep,
    Approved,
    AskingStep,
    BecameReachable,
    BecameUnreachable,
    Challenged,
    CheckingStep,
    Confirmed,
    DueMoved,
    Extended,
    ExtensionAsked,
    ExtensionDeclined,
    HandedOver,
    Happened,
    NotRunningAgreed,
    NotRunningAsked,
    NotRunningDeclined,
    Published,
    Rating,
    RatingChanged,
    RecordedNotReturned,
    Refused,
    Released,
    Reminded,
    Replied,
    Requested,
    Revised,
    Scored,
    SentBack,
    SentenceAdded,
    Signed,
    Skipped,
    Started,
    Step,
    Unsent,
)

OPENS, DUE, LATER = date(2026, 10, 1), date(2026, 10, 28), date(2026, 11, 18)
SHA, OTHER_SHA = "ab" * 32, "cd" * 32

REQUESTED = Requested(due=DUE)
REMINDED = Reminded(rung="remind-5", person=7, letter="letter-1")
SIGNED = Signed(document=SHA)
NIL = Signed(document=SHA, nil=True)
EXTENDED = Extended(due=LATER, reason="The wing flooded.", public="More time was given.")
CHALLENGED = Challenged(commitment="W3", question="Which team?")
CHANGED = RatingChanged(commitment="W3", rating=Rating.PARTLY, reason="The audit.")
APPROVED = Approved(person=3)
DISPUTED = Disputed(commitment="W3", reason="The audit was of another wing.")
UPHELD = DisputeDecided(commitment="W3", upheld=True, reason="It was of this wing.")
FOR_THEM = DisputeDecided(commitment="W3", upheld=False, reason="It was of another wing.")
MORE_TIME = ExtensionAsked(until=LATER, reason="Our lead is ill.")
UNTO: dict[type, tuple[list[Step], Step]] = {
    Requested: ([], REQUESTED),
    Released: ([REQUESTED], Released(reason="The service ended before the quarter.")),
    Reminded: ([REQUESTED], REMINDED),
    Skipped: ([REQUESTED], Skipped(rung="remind-10", person=7, reason="a later one says more")),
    Unsent: (
        [REQUESTED, REMINDED],
        Unsent(rung="remind-5", person=7, letter="letter-1", reason="received"),
    ),
    Refused: ([REQUESTED], Refused(person=7, letter="letter-1")),
    BecameUnreachable: ([REQUESTED], BecameUnreachable()),
    BecameReachable: ([REQUESTED, BecameUnreachable()], BecameReachable()),
    DueMoved: ([REQUESTED], DueMoved(due=LATER, why="asked late")),
    Extended: ([REQUESTED], EXTENDED),
    RecordedNotReturned: ([REQUESTED], RecordedNotReturned()),
    Started: ([REQUESTED], Started()),
    HandedOver: ([REQUESTED, Started()], HandedOver(document=SHA)),
    SentBack: ([REQUESTED, HandedOver(document=SHA)], SentBack(reason="W3 is thin")),
    Signed: ([REQUESTED, HandedOver(document=SHA)], SIGNED),
    Replied: ([REQUESTED, SIGNED], Replied(words="We have since hired.")),
    Challenged: ([REQUESTED, SIGNED, Confirmed()], CHALLENGED),
    RatingChanged: ([REQUESTED, SIGNED], CHANGED),
    Confirmed: ([REQUESTED, SIGNED], Confirmed()),
    Scored: ([REQUESTED, SIGNED], Scored(policy="2026.1", receipt=OTHER_SHA)),
    Judged: ([REQUESTED, SIGNED], Judged(faithful=False, reason="It answers another question.")),
    Approved: ([REQUESTED, SIGNED], APPROVED),
    Published: ([REQUESTED, SIGNED], Published(revision=1, page=OTHER_SHA)),
    Revised: ([REQUESTED, SIGNED, APPROVED], Revised(reason="A date was wrong.")),
    ExtensionAsked: ([REQUESTED], MORE_TIME),
    ExtensionDeclined: ([REQUESTED, MORE_TIME], ExtensionDeclined(reason="Two weeks are enough.")),
    NotRunningAsked: ([REQUESTED], NotRunningAsked(reason="The wing was empty.")),
    NotRunningAgreed: ([REQUESTED], NotRunningAgreed()),
    NotRunningDeclined: ([REQUESTED], NotRunningDeclined(reason="It ran in July.")),
    SentenceAdded: ([REQUESTED], SentenceAdded(words="Our lead was ill.")),
    Disputed: ([REQUESTED, SIGNED, CHANGED], DISPUTED),
    DisputeDecided: ([REQUESTED, SIGNED, CHANGED, DISPUTED], UPHELD),
    HoldCleared: ([REQUESTED, SIGNED], HoldCleared(text=SHA, reason="It names a ward.")),
    Withdrawn: ([REQUESTED, SIGNED], Withdrawn(reason="It was about another prison.")),
}


def day(of: date, hour: int = 9) -> datetime:
    return at(of, hour)


def life(*steps: Any, by: str = "person:7") -> Life:
    """The fold of these steps; one without an instant happens on the opening morning."""
    timed = [s if isinstance(s, tuple) else (day(OPENS), s) for s in steps]
    return fold(Happened(at, by, step) for at, step in timed)


def test_every_kind_of_step_there_is_has_its_case_here():
    members = get_args(AskingStep) + get_args(AnsweringStep) + get_args(CheckingStep)
    assert set(UNTO) == set(get_args(Step)) == set(members)
    assert len(members) == len(set(members))


@pytest.mark.parametrize("kind", UNTO, ids=lambda kind: kind.__name__)
def test_every_step_changes_how_a_return_stands(kind):
    before, step = UNTO[kind]
    assert isinstance(step, kind)
    assert life(*before, step) != life(*before)


@pytest.mark.parametrize("kind", UNTO, ids=lambda kind: kind.__name__)
def test_every_step_is_read_back_from_the_record_as_it_was_written(kind):
    _, step = UNTO[kind]
    assert STEP.validate_json(STEP.dump_json(step)) == step


def test_an_unknown_step_is_refused():
    with pytest.raises(ValueError, match="kind"):
        STEP.validate_json('{"kind": "forgotten"}')


STATES = [
    (State.NOT_STARTED, OPENS, [REQUESTED]),
    (State.NOT_STARTED, OPENS, []),
    (State.IN_PROGRESS, OPENS, [REQUESTED, Started()]),
    (State.IN_PROGRESS, OPENS, [REQUESTED, HandedOver(document=SHA)]),
    (State.IN_PROGRESS, LATER, [REQUESTED, Started()]),
    (State.RECEIVED, LATER, [REQUESTED, SIGNED]),
    (State.RECEIVED_LATE, LATER, [REQUESTED, (day(date(2026, 10, 29)), SIGNED)]),
    (State.NIL, LATER, [REQUESTED, NIL]),
    (State.NIL, LATER, [REQUESTED, (day(date(2026, 10, 29)), NIL)]),
    (State.EXTENDED, LATER, [REQUESTED, Started(), EXTENDED]),
    (State.NOT_RETURNED, LATER, [REQUESTED, Started(), RecordedNotReturned()]),
    (State.RECEIVED, LATER, [REQUESTED, EXTENDED, (day(LATER), SIGNED)]),
]


@pytest.mark.parametrize(("state", "today", "steps"), STATES)
def test_a_return_has_the_first_state_that_fits(state, today, steps):
    assert life(*steps).state(day(today, 12)) is state


def test_every_state_can_be_reached():
    assert {state for state, _, _ in STATES} == set(State)


def test_the_states_are_tried_in_the_order_of_the_law():
    assert [state.value for state in State] == [
        "nil",
        "received",
        "received_late",
        "extended",
        "not_returned",
        "in_progress",
        "not_started",
    ]


@pytest.mark.parametrize(
    ("seconds", "state", "days"),
    [(0, State.RECEIVED, 0), (0.9, State.RECEIVED, 0), (1, State.RECEIVED_LATE, 1)],
)
def test_a_return_is_in_time_up_to_the_last_moment_of_the_day_in_london(seconds, state, days):
    moment = end_of_day(DUE) + timedelta(seconds=seconds)
    signed = life(REQUESTED, (moment, SIGNED))
    assert (signed.state(moment), signed.days_late(moment)) == (state, days)


def test_in_summer_the_day_ends_an_hour_sooner_in_utc():
    due = date(2026, 7, 28)
    in_time, late = datetime(2026, 7, 28, 22, 59, tzinfo=UTC), datetime(2026, 7, 28, 23, tzinfo=UTC)
    assert life(Requested(due=due), (in_time, SIGNED)).state(late) is State.RECEIVED
    assert life(Requested(due=due), (late, SIGNED)).state(late) is State.RECEIVED_LATE


def test_a_late_return_after_the_last_rung_becomes_received_late():
    given_up = life(REQUESTED, RecordedNotReturned())
    assert given_up.state(day(LATER)) is State.NOT_RETURNED
    signed = life(REQUESTED, RecordedNotReturned(), (day(LATER), SIGNED))
    assert signed.state(day(LATER)) is State.RECEIVED_LATE
    assert signed.days_late(day(date(2027, 6, 1))) == 21


def test_an_extension_runs_to_the_end_of_its_last_day_and_then_leaves_the_state_beneath():
    started = life(REQUESTED, Started(), EXTENDED)
    last = end_of_day(LATER)
    assert started.state(last) is State.EXTENDED
    assert started.state(last + timedelta(seconds=1)) is State.IN_PROGRESS
    untouched = life(REQUESTED, EXTENDED)
    assert untouched.state(last + timedelta(seconds=1)) is State.NOT_STARTED
    given_up = life(REQUESTED, EXTENDED, RecordedNotReturned())
    assert given_up.state(last + timedelta(seconds=1)) is State.NOT_RETURNED


def test_an_extension_given_after_the_last_rung_takes_the_record_back():
    again = life(REQUESTED, RecordedNotReturned(), EXTENDED)
    assert again.state(day(LATER)) is State.EXTENDED
    assert again.state(day(date(2026, 12, 1))) is State.NOT_STARTED


def test_lateness_is_counted_from_the_due_date_in_force():
    assert life(REQUESTED).days_late(day(date(2026, 11, 2))) == 5
    assert life(REQUESTED, EXTENDED).days_late(day(LATER)) == 0
    assert life(REQUESTED, DueMoved(due=LATER, why="late")).days_late(day(date(2026, 11, 20))) == 2
    assert life().days_late(day(LATER)) == 0
    signed = life(REQUESTED, (day(DUE), SIGNED), EXTENDED)
    assert (signed.state(day(LATER)), signed.days_late(day(LATER))) == (State.RECEIVED, 0)


def test_a_challenged_return_keeps_its_state_and_the_day_it_came():
    first = (day(DUE), SIGNED)
    asked = life(REQUESTED, first, (day(LATER), CHALLENGED))
    assert asked.state(day(LATER)) is State.RECEIVED
    assert asked.questions == {"W3": "Which team?"}
    answered = life(REQUESTED, first, CHALLENGED, (day(LATER), Signed(document=OTHER_SHA)))
    assert answered.state(day(LATER)) is State.RECEIVED
    assert (answered.document, answered.questions, answered.challenges) == (OTHER_SHA, {}, 1)
    assert (answered.first_signed_at, answered.signed_at) == (day(DUE), day(LATER))


def test_what_is_signed_again_is_confirmed_scored_and_approved_again():
    done = [REQUESTED, SIGNED, Confirmed(), Scored(policy="p", receipt=SHA), APPROVED]
    assert life(*done).approved_by == (3,)
    anew = life(*done, Signed(document=OTHER_SHA))
    assert (anew.confirmed_at, anew.receipt, anew.approved_by) == (None, "", ())


@pytest.mark.parametrize(
    "step", [CHALLENGED, CHANGED, Replied(words="No."), Judged(faithful=True), Revised(reason="R")]
)
def test_an_approval_does_not_outlive_what_it_was_given_to(step):
    assert life(REQUESTED, SIGNED, APPROVED, step).approved_by == ()


def test_one_person_approving_twice_is_one_approval():
    assert life(REQUESTED, SIGNED, APPROVED, APPROVED).approved_by == (3,)
    both = life(REQUESTED, SIGNED, APPROVED, Approved(person=4), APPROVED)
    assert sorted(both.approved_by) == [3, 4]


def test_a_changed_rating_is_kept_by_commitment_and_the_latest_counts():
    more = RatingChanged(commitment="W3", rating=Rating.NOT_MET, reason="Worse.")
    assert life(SIGNED, CHANGED, more, Signed(document=OTHER_SHA)).changes == {"W3": more}


def test_a_rung_taken_out_of_its_letter_was_never_said():
    said = life(REQUESTED, REMINDED)
    assert said.said == {("remind-5", 7, 0)}
    assert life(REQUESTED, REMINDED, UNTO[Unsent][1]).said == frozenset()


def test_what_waits_for_the_signer_is_known_until_it_is_signed_or_sent_back():
    handed = [REQUESTED, HandedOver(document=SHA)]
    waiting = life(*handed)
    assert (waiting.waits_for_signer, waiting.handed_over_by) == (True, "person:7")
    assert not life(*handed, SIGNED).waits_for_signer
    back = life(*handed, SentBack(reason="W3 is thin"))
    assert (back.waits_for_signer, back.sent_back) == (False, "W3 is thin")


def test_a_return_asked_for_again_is_owed_again():
    gone = [REQUESTED, Released(reason="ended")]
    assert life(*gone).released == "ended"
    assert life(*gone, Requested(due=LATER)).released == ""


def test_a_revision_is_open_from_its_reason_until_it_is_published():
    out = [REQUESTED, SIGNED, Published(revision=1, page=SHA), Revised(reason="A date was wrong.")]
    assert life(*out).revising == "A date was wrong."
    again = life(*out, Published(revision=2, page=OTHER_SHA))
    assert (again.revising, again.revision, again.page) == ("", 2, OTHER_SHA)


ANY = st.lists(st.sampled_from([step for _, step in UNTO.values()]), max_size=25)
CHECKING = st.lists(
    st.sampled_from([s for _, s in UNTO.values() if isinstance(s, CheckingStep)]), max_size=8
)
MOMENTS = st.integers(0, 90).map(lambda days: day(OPENS + timedelta(days=days)))


@given(ANY, CHECKING, MOMENTS)
def test_nothing_the_commissioner_does_moves_a_return_to_another_state(steps, checks, now):
    assert life(*steps, *checks).state(now) is life(*steps).state(now)


@given(ANY, ANY, MOMENTS)
def test_what_has_been_received_stays_received(steps, more, now):
    before, after = life(*steps), life(*steps, *more)
    if before.is_received:
        assert after.first_signed_at == before.first_signed_at
        assert after.state(now) in (State.NIL, State.RECEIVED, State.RECEIVED_LATE)


@given(ANY, MOMENTS)
def test_received_means_signed_and_late_means_after_the_due_date(steps, now):
    stands = life(*steps)
    signed = any(isinstance(step, Signed) for step in steps)
    assert stands.is_received is signed
    assert (stands.state(now) in (State.NIL, State.RECEIVED, State.RECEIVED_LATE)) is signed
    assert stands.days_late(now) >= 0
