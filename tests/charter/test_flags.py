"""A return is flagged for what stands out in it, and for nothing else."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from charter.answers import Answer, Evidence, ReturnDocument
from charter.document import MeasureAnswer
from charter.flags import Looked, flags
from charter.listening import Survey
from charter.quarters import Quarter
from charter.returns import Dispute, Life
from charter.steps import Rating, RatingChanged
from tests.support.rules import CHARTER, POLICY

QUARTER = Quarter.parse("2026-27-Q2")
FRESH = Evidence(title="Audit", dated=date(2026, 9, 1))
OLD = Evidence(title="Audit", dated=date(2024, 9, 1))
ESSENTIAL = next(c for c in CHARTER.commitments if c.essential)
PLAIN = next(c for c in CHARTER.commitments if not c.essential)
WHEN = datetime(2026, 11, 2, 9, tzinfo=UTC)


def document(**changes: Any) -> ReturnDocument:
    answers = tuple(
        Answer(commitment=c, rating=Rating.FULLY, public_statement="Yes.", evidence=(FRESH,))
        for c in CHARTER.ids
    )
    blank = ReturnDocument(
        charter_version=CHARTER.version, quarter=str(QUARTER), provider="AV", site="AVB"
    )
    return blank.model_copy(update={"answers": answers} | changes)


def answering(commitment: str, **changes: Any) -> ReturnDocument:
    whole = document()
    answers = tuple(
        a.model_copy(update=changes) if a.commitment == commitment else a for a in whole.answers
    )
    return whole.model_copy(update={"answers": answers})


def looked(**changes: Any) -> Looked:
    given: dict[str, Any] = {
        "document": document(),
        "before": document(),
        "life": Life(),
        "site": "AVB",
    }
    return Looked(charter=CHARTER, policy=POLICY, quarter=QUARTER, **(given | changes))


def changed(commitment: str, rating: Rating = Rating.PARTLY) -> Life:
    change = RatingChanged(commitment=commitment, rating=rating, reason="Seen.")
    return Life(changes={commitment: change})


def survey(**changes: Any) -> Survey:
    said: dict[str, Any] = {
        "commitment": PLAIN.id,
        "question": "Were you rung back?",
        "share": 20,
        "base": 40,
        "method": "Tokens",
        "asked_on": date(2026, 8, 1),
        "site_code": "AVB",
    }
    return Survey(**(said | changes))


def test_an_unchanged_return_with_nothing_odd_in_it_has_no_flag():
    one = looked(extended=[True, False, False, False], surveys=[survey(share=80)])
    assert one.unchanged
    assert flags(one) == []


FLAGGED = {
    "First return: there is no quarter to compare it with": looked(before=None),
    "The service did not run this quarter": looked(document=document(nil_return=True)),
    f"Essential and not met: “{ESSENTIAL.short}”": looked(
        document=answering(ESSENTIAL.id, rating=Rating.NOT_MET)
    ),
    f"Families say otherwise: “{PLAIN.short}”": looked(surveys=[survey()]),
    f"Evidence past its age: “{PLAIN.short}”": looked(
        document=answering(PLAIN.id, evidence=(OLD,))
    ),
    "A measure moved a lot, with a reason given": looked(
        document=document(measures=(MeasureAnswer(measure="m", reason="A new wing."),))
    ),
    f"Rating changed: “{PLAIN.short}”": looked(life=changed(PLAIN.id)),
    f"Disputed, not decided yet: “{PLAIN.short}”": looked(
        life=Life(disputes={PLAIN.id: Dispute(WHEN, "No.")})
    ),
    "Signed again after a question": looked(life=Life(challenges=1)),
    "1 promise is past the date": looked(overdue=1),
    "3 promises are past the date": looked(overdue=3),
    "More time was given in 3 of the last 4 quarters": looked(extended=[True, True, False, True]),
}


@pytest.mark.parametrize("words", FLAGGED)
def test_each_thing_that_stands_out_is_flagged_by_itself(words):
    assert flags(FLAGGED[words]) == [words]


def test_an_essential_commitment_is_flagged_by_the_rating_in_force():
    said = flags(looked(life=changed(ESSENTIAL.id, Rating.NOT_MET)))
    assert said[0] == f"Essential and not met: “{ESSENTIAL.short}”"


@pytest.mark.parametrize("evidence", [(), (OLD, FRESH)])
def test_evidence_is_past_its_age_by_its_newest_piece_and_none_is_another_matter(evidence):
    assert flags(looked(document=answering(PLAIN.id, evidence=evidence))) == []


def test_old_evidence_of_what_is_not_met_is_no_flag():
    unmet = answering(PLAIN.id, evidence=(OLD,), rating=Rating.NOT_MET)
    assert flags(looked(document=unmet)) == []


@pytest.mark.parametrize("odd", [{"base": 9}, {"site_code": ""}, {"site_code": "BRB"}])
def test_too_few_families_or_families_elsewhere_flag_nothing(odd):
    assert flags(looked(surveys=[survey(**odd)])) == []


def test_a_rating_that_was_changed_is_not_held_against_what_families_say_again():
    said = flags(looked(surveys=[survey()], life=changed(PLAIN.id)))
    assert said == [f"Rating changed: “{PLAIN.short}”"]


def test_a_decided_dispute_is_no_flag_by_itself():
    settled = Dispute(WHEN, "No.", upheld=False, why="They are right.", decided_at=WHEN)
    assert flags(looked(life=Life(disputes={PLAIN.id: settled}))) == []


def test_what_changed_since_last_quarter_is_named_and_a_confirmation_is_no_change():
    one = looked(document=answering(PLAIN.id, public_statement="No."))
    assert (one.changed, one.unchanged) == ((PLAIN.id,), False)
    assert looked(document=answering(PLAIN.id, confirmed=False)).unchanged
    assert not replace(one, before=None).unchanged
