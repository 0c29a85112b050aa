"""One character changed anywhere in the ledger is found, and named at its entry."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charter.ledger import GENESIS, Entry, canonical, digest, first_bad, sealed

WORDS = st.text(max_size=12)


@st.composite
def ledgers(draw: st.DrawFn) -> list[Entry]:
    """A ledger of one to six entries, their words anything at all."""
    chain: list[Entry] = []
    for seq in range(1, draw(st.integers(1, 6)) + 1):
        prev = chain[-1].hash if chain else GENESIS
        body = canonical({"words": draw(WORDS), "seq": seq})
        at = f"2026-10-{seq:02}T08:00:00+00:00"
        chain.append(sealed(seq, at, draw(WORDS), draw(WORDS), draw(WORDS), body, prev))
    return chain


def _head(chain: list[Entry]) -> tuple[int, str]:
    return len(chain), chain[-1].hash if chain else GENESIS


@given(ledgers())
def test_an_untouched_ledger_verifies(chain):
    assert first_bad(chain, *_head(chain)) == ""


def test_an_empty_ledger_verifies():
    assert first_bad([], 0, GENESIS) == ""


@pytest.mark.parametrize("field", ["at", "by", "kind", "subject", "body", "prev", "hash"])
@given(chain=ledgers(), data=st.data())
def test_one_character_changed_in_any_field_is_named_at_its_entry(field, chain, data):
    place = data.draw(st.integers(0, len(chain) - 1))
    was = getattr(chain[place], field)
    at = data.draw(st.integers(0, max(0, len(was) - 1)))
    character = data.draw(st.characters().filter(lambda c: c != was[at : at + 1]))
    spoiled = list(chain)
    spoiled[place] = replace(chain[place], **{field: was[:at] + character + was[at + 1 :]})
    said = first_bad(spoiled, *_head(chain))
    assert said.startswith(f"ledger entry {place + 1} (")
    assert said.endswith("has been changed")


@given(ledgers(), st.data())
def test_an_entry_s_number_cannot_be_changed(chain, data):
    place = data.draw(st.integers(0, len(chain) - 1))
    other = data.draw(st.integers(-3, 99).filter(lambda n: n != place + 1))
    spoiled = list(chain)
    spoiled[place] = replace(chain[place], seq=other)
    assert first_bad(spoiled, *_head(chain)).startswith(f"ledger entry {place + 1} is missing")


@given(ledgers(), st.data())
def test_an_entry_taken_out_is_seen_the_last_one_too(chain, data):
    place = data.draw(st.integers(0, len(chain) - 1))
    said = first_bad(chain[:place] + chain[place + 1 :], *_head(chain))
    if place == len(chain) - 1:
        assert said == f"the ledger ends at entry {place}, but its head says {place + 1} entries"
    else:
        assert said.startswith(f"ledger entry {place + 1} is missing")


@given(ledgers())
def test_an_entry_added_without_the_head_is_seen(chain):
    more = sealed(len(chain) + 1, "2026-11-01T08:00:00+00:00", "x", "y", "z", "{}", chain[-1].hash)
    assert "its head says" in first_bad([*chain, more], *_head(chain))


@given(ledgers(), st.characters())
def test_a_whole_tail_rewritten_does_not_reach_the_head(chain, character):
    first = chain[0]
    forged = sealed(
        1, first.at, first.by + character, first.kind, first.subject, first.body, GENESIS
    )
    tail = [forged]
    for entry in chain[1:]:
        tail.append(
            sealed(
                entry.seq, entry.at, entry.by, entry.kind, entry.subject, entry.body, tail[-1].hash
            )
        )
    assert first_bad(tail, *_head(chain)) != ""


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | WORDS,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    )
)
def test_the_same_data_is_always_written_the_same_way(data):
    text = canonical(data)
    assert canonical(json.loads(text)) == text
    assert digest(text) == digest(canonical(data))


def test_the_order_of_names_makes_no_difference_and_no_space_is_wasted():
    assert canonical({"b": 1, "a": "é"}) == canonical({"a": "é", "b": 1}) == '{"a":"é","b":1}'
