"""Every step there is can be told as a sentence, with what was said in its own words."""

from datetime import date
from typing import get_args

import pytest

from charter.chronicle import happened
from charter.faithful import RIGHT_OF_REPLY
from charter.review import Disputed, DisputeDecided, HoldCleared, Judged, Withdrawn
from charter.steps import (
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

DAY, WHY = date(2026, 11, 6), "Flood."
TOLD: list[tuple[Step, str]] = [
    (Requested(due=DAY), "The return was asked for, due on 6 November 2026."),
    (Requested(due=DAY, why=WHY), "due on 6 November 2026. Why: Flood."),
    (Released(reason=WHY), "The return is owed no longer. In their words: “Flood.”"),
    (Reminded(rung="r", person=7, letter="k"), "A letter to Ada spoke of this return: reminder."),
    (
        Skipped(rung="r", person=7, reason=WHY),
        "A letter to Ada was passed over: reminder. Why: Flood.",
    ),
    (
        Unsent(rung="r", person=7, letter="k", reason=WHY),
        "A letter to Ada did not go out after all: reminder. Why: Flood.",
    ),
    (Refused(person=7, letter="k"), "The address of Ada turned a letter away."),
    (BecameUnreachable(), "Nobody on the contact list could be reached."),
    (BecameReachable(), "The contact list was put right."),
    (DueMoved(due=DAY, why=WHY), "The due date moved to 6 November 2026. Why: Flood."),
    (Extended(due=DAY, reason=WHY, public="p"), "More time was given, until 6 November 2026."),
    (RecordedNotReturned(), "It was recorded as not returned."),
    (Started(), "The return was started."),
    (HandedOver(document="d"), "The return was handed over for signing."),
    (SentBack(reason=WHY), "It was sent back, or taken back"),
    (Signed(document="d"), "The return was signed."),
    (Signed(document="d", nil=True), "It was signed: the service did not run."),
    (Replied(words=WHY), "A reply was written"),
    (ExtensionAsked(until=DAY, reason=WHY), "More time was asked for, until 6 November 2026."),
    (NotRunningAsked(reason=WHY), "was asked to agree that the service did not run."),
    (NotRunningAsked(reason=""), "It was taken back that the service did not run."),
    (SentenceAdded(words=WHY), "A sentence was set beside “not returned”."),
    (SentenceAdded(words=""), "The sentence beside “not returned” was taken back."),
    (Challenged(commitment="W1", question="Is it?"), "about “Consent”. In their words: “Is it?”"),
    (
        RatingChanged(commitment="W1", rating=Rating.PARTLY, reason=WHY),
        "The rating of “Consent” was changed to partly met. In their words: “Flood.”",
    ),
    (Confirmed(), "The return was confirmed."),
    (Scored(policy="p", receipt="r"), "Its score was recorded."),
    (Judged(faithful=True), "The replies to families were judged faithful."),
    (Judged(faithful=True, about="R1"), "The reply to request R1 was judged faithful."),
    (Judged(faithful=True, about=RIGHT_OF_REPLY), "The right of reply was judged faithful."),
    (Judged(faithful=False, reason=WHY), "were judged not faithful. In their words: “Flood.”"),
    (Approved(person=7), "Its page was approved for publication."),
    (Published(revision=1, page="p"), "Its page was published."),
    (Published(revision=2, page="p"), "Its page was published again, as revision 2."),
    (Revised(reason=WHY), "Its page was opened for a revision."),
    (ExtensionDeclined(reason=WHY), "No more time was given."),
    (NotRunningAgreed(), "It was agreed that the service did not run."),
    (NotRunningDeclined(reason=WHY), "It was not agreed that the service did not run."),
    (Disputed(commitment="W1", reason=WHY), "The changed rating of “Consent” was disputed."),
    (
        DisputeDecided(commitment="W1", upheld=True, reason=WHY),
        "The dispute about “Consent” was decided: the changed rating stands.",
    ),
    (
        DisputeDecided(commitment="W1", upheld=False, reason=WHY),
        "the provider’s own rating stands. In their words: “Flood.”",
    ),
    (HoldCleared(text="ab", reason=WHY), "A held text was looked at and may be published."),
    (Withdrawn(reason=WHY), "Its page was taken down."),
]


@pytest.mark.parametrize(("step", "says"), TOLD, ids=lambda one: getattr(one, "kind", ""))
def test_a_step_is_told_in_a_sentence(step: Step, says: str) -> None:
    assert says in happened(step, to="Ada", about="“Consent”", letter="reminder")


def test_no_kind_of_step_is_left_untold() -> None:
    every = {
        kind for union in (AskingStep, AnsweringStep, CheckingStep) for kind in get_args(union)
    }
    assert every == {type(step) for step, _ in TOLD}
