"""A dispute is told to every arbiter until one has decided, and the decision to both, once."""

from datetime import date

import pytest

from charter.cases import Reachable
from charter.policy import Role
from charter.quarters import at
from charter.review import Disputed, DisputeDecided
from charter.steps import Rating, RatingChanged, Refused, Signed
from tests.charter.test_chasing import (
    COMMISSIONER,
    LEAD,
    PEOPLE,
    SIGNER,
    Play,
    calendar,
    dates,
    play,
    policy,
)

__all__ = ["calendar", "dates", "play", "policy"]
FIRST, SECOND = 20, 21
ARBITERS = (Reachable(FIRST, Role.ARBITER), Reachable(SECOND, Role.ARBITER))


def changed(commitment: str) -> RatingChanged:
    return RatingChanged(commitment=commitment, rating=Rating.PARTLY, reason="The audit.")


def disputed(commitment: str) -> Disputed:
    return Disputed(commitment=commitment, reason="Another wing.")


def decided(commitment: str) -> DisputeDecided:
    return DisputeDecided(commitment=commitment, upheld=True, reason="The audit says so.")


@pytest.fixture
def checked(play: Play) -> Play:
    """Signed in time, two ratings changed, and a region with two arbiters."""
    play.people = (*PEOPLE, *ARBITERS)
    play.take(at(date(2026, 10, 2), 12), Signed(document="d"))
    play.through("2026-10-02", "2026-11-02")
    play.take(at(date(2026, 11, 2), 12), changed("W1"), changed("W2"))
    return play


def test_every_arbiter_hears_of_a_dispute_once_and_of_a_second_one_again(checked: Play) -> None:
    assert checked.through("2026-11-03", "2026-11-03") == []
    checked.take(at(date(2026, 11, 3), 12), disputed("W1"))
    told = [("2026-11-04", FIRST, "dispute"), ("2026-11-04", SECOND, "dispute")]
    assert checked.through("2026-11-04", "2026-11-06") == told
    checked.take(at(date(2026, 11, 6), 12), disputed("W2"))
    again = [(day.replace("04", "09"), who, rung) for day, who, rung in told]
    assert checked.through("2026-11-09", "2026-11-10") == again


def test_an_arbiter_whose_address_refuses_is_left_out_and_the_other_is_told(checked: Play) -> None:
    checked.take(at(date(2026, 11, 3), 12), Refused(person=FIRST, letter="l"), disputed("W1"))
    said = checked.through("2026-11-04", "2026-11-05")
    assert set(said) == {
        ("2026-11-04", SECOND, "dispute"),
        ("2026-11-04", COMMISSIONER, "refused"),
    }


def test_what_was_decided_meanwhile_is_put_to_no_arbiter(checked: Play) -> None:
    checked.take(at(date(2026, 11, 3), 12), disputed("W1"))
    assert checked.why_not("dispute", FIRST, "2026-11-04") is None
    checked.take(at(date(2026, 11, 4), 8), decided("W1"))
    assert checked.why_not("dispute", FIRST, "2026-11-04") == "the dispute has been decided"
    assert FIRST not in {who for _, who, _ in checked.through("2026-11-04", "2026-11-10")}


def test_each_decision_is_told_once_to_lead_signer_and_commissioner(checked: Play) -> None:
    checked.take(at(date(2026, 11, 3), 12), disputed("W1"), disputed("W2"), decided("W1"))
    sides = (LEAD, SIGNER, COMMISSIONER)

    def news(first: str, last: str) -> list[tuple[str, int]]:
        said = checked.through(first, last)
        return [(day, who) for day, who, rung in said if rung == "decided"]

    assert news("2026-11-04", "2026-11-09") == [("2026-11-04", who) for who in sides]
    checked.take(at(date(2026, 11, 9), 12), decided("W2"))
    assert news("2026-11-10", "2026-11-12") == [("2026-11-10", who) for who in sides]


def test_a_decision_from_before_a_new_lead_came_is_no_news_to_them(checked: Play) -> None:
    checked.take(at(date(2026, 11, 3), 12), disputed("W1"), decided("W1"))
    checked.through("2026-11-04", "2026-11-04")
    checked.people = (Reachable(6, Role.LEAD), *PEOPLE[1:], *ARBITERS)
    assert checked.through("2026-11-05", "2026-11-06") == []
