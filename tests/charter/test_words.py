"""The one table of words has an entry for every status, and never says two things alike."""

from typing import get_args

import pytest

from charter.actions import ActionStatus
from charter.document import RequestReply
from charter.returns import State
from charter.steps import Rating
from charter.words import (
    ACTION_WORDS,
    BAND_WORDS,
    FAITHFUL_WORDS,
    RATING_WORDS,
    REPLY_WORDS,
    STATE_WORDS,
    Colour,
    counts_words,
    kept_words,
)
from tests.support.returned import POLICY

TABLES = [STATE_WORDS, RATING_WORDS, ACTION_WORDS, REPLY_WORDS, FAITHFUL_WORDS, BAND_WORDS]


def test_every_status_has_its_words():
    answers = get_args(get_args(RequestReply.model_fields["answer"].annotation)[0])
    assert set(STATE_WORDS) == set(State)
    assert set(RATING_WORDS) == set(Rating)
    assert set(ACTION_WORDS) == set(get_args(ActionStatus))
    assert set(REPLY_WORDS) == {*answers, None}
    assert set(BAND_WORDS) == {name for _, name in POLICY.bands} | {"not_assessed"}


def test_the_states_are_said_in_the_order_they_are_counted():
    assert list(STATE_WORDS) == list(State)


@pytest.mark.parametrize("table", TABLES)
def test_no_two_statuses_of_a_table_are_said_alike(table):
    console = [word.console for word in table.values()]
    public = [word.public for word in table.values() if word.public]
    assert len(set(console)) == len(console)
    assert len(set(public)) == len(public)


@pytest.mark.parametrize("table", TABLES)
def test_colour_is_never_the_only_sign(table):
    signs = [(word.public or word.console, word.shape) for word in table.values()]
    assert all(words and shape for words, shape in signs)
    assert all(word.tag == f"nhsuk-tag--{word.colour}" for word in table.values())
    assert {word.colour for word in table.values()} <= set(get_args(Colour))


def test_bands_have_no_public_words():
    assert not any(word.public for word in BAND_WORDS.values())


@pytest.mark.parametrize(
    ("tally", "words"),
    [
        ((5, 3, 1, 0), "kept 5, partly kept 3, not kept 1"),
        ((5, 3, 0, 1), "kept 5, partly kept 3, not kept 0; 1 does not apply here"),
        ((5, 2, 0, 2), "kept 5, partly kept 2, not kept 0; 2 do not apply here"),
        ((0, 0, 0, 9), "none of these promises apply here"),
    ],
)
def test_a_tally_is_said_in_words(tally, words):
    assert kept_words(*tally) == words


def test_counts_name_only_the_states_that_were_used():
    counts = {State.RECEIVED: 9, State.NOT_RETURNED: 1, State.NIL: 0}
    assert counts_words(counts) == "9 sent on time, 1 not returned"
