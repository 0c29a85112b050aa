"""A return is read from plain data, begun from the last one, and compared with another."""

import json
from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charter.answers import (
    Answer,
    BroughtForward,
    RequestReply,
    ReturnDocument,
    carried_forward,
    changed,
    check,
    parse,
)
from charter.ledger import digest
from charter.quarters import Quarter
from charter.steps import Rating
from tests.support.promises import (
    KEPT,
    NEW,
    OWED,
    PROMISED,
    THREE,
    problems,
    second,
    whole,
)
from tests.support.rules import Q2


def test_a_return_is_the_same_whoever_prepared_and_signed_it():
    doc = whole()
    named = whole(prepared_by={"name": "A", "email": "a@avon.example"})
    assert doc.content() == named.content()
    assert doc.fingerprint == named.fingerprint == digest(doc.content_text())
    assert "prepared_by" not in doc.content()
    assert ReturnDocument.model_validate_json(doc.content_text()) == doc
    assert doc.fingerprint != whole(**second(narrative="More")).fingerprint


def test_line_ends_and_space_around_a_text_make_no_difference():
    one = whole(**second(narrative=" First line\r\nsecond line\r"))
    other = whole(**second(narrative="First line\nsecond line"))
    assert one.fingerprint == other.fingerprint
    assert (
        whole(**second(narrative="cafe\u0301")).fingerprint
        == whole(**second(narrative="café")).fingerprint
    )


def data(**more: Any) -> dict[str, Any]:
    return {**whole().model_dump(mode="json"), **more}


def test_a_document_in_plain_data_is_read():
    assert parse(data()) == (whole(), [])
    assert parse(json.loads(json.dumps(data()))) == (whole(), [])
    with_dates = data(actions=[{**KEPT.model_dump(mode="json"), "due": date(2026, 9, 30)}])
    assert parse(with_dates) == (whole(), [])
    least = {k: data()[k] for k in ("charter_version", "quarter", "provider", "site")}
    doc, found = parse(least)
    assert found == []
    assert doc is not None
    assert doc.nil_return is False
    assert doc.answers == ()


ANSWER = {"commitment": "C3", "rating": "fully"}


@pytest.mark.parametrize(
    ("change", "where", "what"),
    [
        ({"quarter": None}, "quarter", "this is not text"),
        ({"extra": 1}, "extra", "nothing of this name"),
        ({"nil_return": "yes"}, "nil_return", "neither true nor false"),
        ({"answers": {}}, "answers", "this is not a list"),
        ({"answers": ["C1"]}, "answers[1]", "not a set of named fields"),
        ({"answers": [{}]}, "answers[1].commitment", "this is missing"),
        (
            {"answers": [{**ANSWER, "rating": "mostly"}]},
            "answers[C3].rating",
            "fully, partly, not_met",
        ),
        ({"answers": [{**ANSWER, "reason": 3}]}, "answers[C3].reason", "this is not text"),
        ({"answers": [{**ANSWER, "reason": "a\x00b"}]}, "answers[C3].reason", "cannot be shown"),
        ({"answers": [{**ANSWER, "reason": "x" * 5001}]}, "answers[C3].reason", "5000 characters"),
        ({"answers": [ANSWER] * 101}, "answers", "more than 100"),
        (
            {"answers": [{**ANSWER, "evidence": [{"title": "Audit", "dated": 20260901}]}]},
            "answers[C3].evidence[1].dated",
            "write it as 2026-10-28",
        ),
        (
            {
                "answers": [
                    {
                        **ANSWER,
                        "evidence": [
                            {"title": "A", "dated": "2026-09-01", "link": "javascript:alert(1)"}
                        ],
                    }
                ]
            },
            "answers[C3].evidence[1].link",
            "begin it with https://",
        ),
        (
            {"actions": [{**NEW.model_dump(mode="json"), "due": "1/12/2026"}]},
            "actions[1].due",
            "date",
        ),
        (
            {"actions": [{**NEW.model_dump(mode="json"), "id": "A1", "status": "lost"}]},
            "actions[A1].status",
            "planned, in_progress, done or not_doing",
        ),
        (
            {"actions": [{**NEW.model_dump(mode="json"), "title": "a\nb"}]},
            "actions[1].title",
            "one line",
        ),
        (
            {"replies": [{"request": "R7", "answer": "no"}]},
            "replies[R7].answer",
            "accepted, partly",
        ),
        ({"prepared_by": {"name": "A"}}, "prepared_by.email", "this is missing"),
    ],
)
def test_what_is_no_document_is_told_by_place_with_its_mend(change, where, what):
    doc, found = parse(data(**change))
    assert doc is None
    (problem,) = found
    assert problem.where == where
    assert what in problem.what


@pytest.mark.parametrize(
    "thing",
    [None, [], "text", 3, {"a": object()}, {"a": "\ud800"}, {"a": datetime(2026, 1, 1)}, {1: {2}}],  # noqa: DTZ001
)
def test_what_is_not_even_data_is_refused_in_a_sentence(thing):
    doc, found = parse(thing)
    assert doc is None
    assert found
    assert all(problem.what and "\n" not in str(problem) for problem in found)


def test_data_nested_without_end_is_refused():
    deep: list[Any] = []
    deep.append(deep)
    assert parse(deep)[0] is None


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["answers", "commitment", "id", "due", "x"]), inner)
    ),
    max_leaves=8,
)


@given(st.sampled_from(list(data())), JSON)
def test_no_data_at_all_makes_the_reader_stumble(name, value):
    doc, found = parse(data(**{name: value}))
    assert (doc is None) is bool(found)


def test_a_first_return_begins_with_every_commitment_blank():
    doc = carried_forward(None, THREE, Q2, "AVON", "AVB", OWED)
    assert doc.answers == tuple(Answer(commitment=c) for c in THREE.ids)
    assert (doc.charter_version, doc.quarter) == (THREE.version, "2026-27-Q2")
    assert doc.replies == (RequestReply(request="R7"),)
    assert doc.actions == (PROMISED.model_copy(update={"reason": ""}),)
    assert problems(doc, complete=False) == []


def test_last_quarter_s_answers_come_along_and_each_is_to_be_confirmed():
    before = whole(quarter="2026-27-Q1", **second(rating=Rating.PARTLY))
    doc = carried_forward(before, THREE, Q2, "AVON", "AVB", BroughtForward())
    assert [a.confirmed for a in doc.answers] == [False] * 3
    assert changed(doc, before) == ()
    found = check(doc, THREE, Q2, BroughtForward(), complete=True)
    assert [p.where for p in found] == [f"answers[{c}].confirmed" for c in THREE.ids]
    looked_at = tuple(a.model_copy(update={"confirmed": True}) for a in doc.answers)
    confirmed = doc.model_copy(update={"answers": looked_at})
    assert check(confirmed, THREE, Q2, BroughtForward(), complete=True) == []


def test_answers_to_another_version_or_from_a_quarter_not_run_stay_behind():
    elsewhere = whole(charter_version="test-2")
    nil = whole(answers=(), nil_return=True, nil_reason="Closed.")
    for before in (elsewhere, nil):
        doc = carried_forward(before, THREE, Q2, "AVON", "AVB", OWED)
        assert not any(a.says_something for a in doc.answers)
        assert doc.nil_return is False


def test_a_slip_carried_forward_needs_a_reason_of_its_own():
    doc = carried_forward(None, THREE, Q2, "AVON", "AVB", OWED)
    moved = doc.actions[0].model_copy(update={"due": date(2026, 12, 1)})
    found = problems(doc.model_copy(update={"actions": (moved,)}))
    assert f"actions[{PROMISED.id}].reason" in [p.where for p in found]


def test_what_changed_is_told_by_commitment():
    before = whole()
    after = whole(**second(narrative="New words"))
    assert changed(after, before) == ("C2",)
    assert changed(before, before) == ()
    assert changed(before, None) == THREE.ids
    assert changed(carried_forward(None, THREE, Q2, "A", "B", OWED), None) == ()


def test_this_return_s_own_promises_are_known_by_its_name():
    doc = whole(provider="AVON", site="AVB", quarter=str(Quarter.parse("2026-27-Q2")))
    assert doc.action_stem == "avon-avb-2026-27-q2-"
